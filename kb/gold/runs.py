"""The history of runs. One unit of work; never commits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from kb.entries.schemas import RevisionDetail
from kb.gold.comparison import DropPolicy, Figures, Movement, Placement, QuestionOutcome, figures_by_scope
from kb.gold.models import GoldRun, RunTrigger
from kb.gold.reports import changes_of, figures_detail, placement_detail, placement_from
from kb.gold.repository import GoldRepository
from kb.gold.results import DraftTest, FullTest
from kb.gold.schemas import GoldRunDetail, GoldRunFull, GoldRunPage
from kb.search.hits import SearchState
from kit.clock import Clock
from kit.errors import NotFoundError
from kit.paging import check_page_size, cut_page, decode_cursor

Json = dict[str, Any]


class GoldRunService:
    """Use cases on runs. The caller owns the session and commits it."""

    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._runs = GoldRepository(session)
        self._session = session
        self._clock = clock

    async def record_publication(
        self, revision: RevisionDetail, test: DraftTest, policy: DropPolicy, override_reason: str
    ) -> UUID:
        """Keep the run that let a revision through, in the transaction that publishes it; return its id."""
        run = self._publication(RunTrigger.PUBLISH, revision.author, test, policy, override_reason)
        run.entry_id, run.revision_id, run.revision_number = revision.entry_id, revision.id, revision.number
        run.title = revision.title
        self._session.add(run)
        await self._session.flush()
        return run.id

    async def record_import(
        self, title: str, author: str, test: DraftTest, policy: DropPolicy, override_reason: str
    ) -> UUID:
        """Keep the run that let an import through, in the transaction of its first file; return its id."""
        run = self._publication(RunTrigger.IMPORT, author, test, policy, override_reason)
        run.title = title
        self._session.add(run)
        await self._session.flush()
        return run.id

    def _publication(
        self, trigger: RunTrigger, author: str, test: DraftTest, policy: DropPolicy, override_reason: str
    ) -> GoldRun:
        outcomes = test.outcomes
        run = self._run(trigger, author, test.state, outcomes, test.titles)
        run.question_count, run.available_count = len(outcomes), test.available
        run.before = _kept(figures_by_scope((outcome.scope, outcome.before) for outcome in outcomes))
        run.after = _kept(figures_by_scope((outcome.scope, outcome.after) for outcome in outcomes))
        run.policy, run.override_reason = policy, override_reason
        return run

    async def record_full(self, test: FullTest, author: str) -> GoldRunFull:
        """Keep a run of all questions, with what moved since the one before."""
        last = await self._runs.latest_full_run()
        earlier = {} if last is None else {UUID(key): placement_from(kept) for key, kept in last.placements.items()}
        outcomes = [
            QuestionOutcome(
                item.question.id,
                item.question.text,
                item.question.entry_id,
                item.revision.sector,
                earlier[item.question.id],
                test.placements[item.question.id],
            )
            for item in test.asked
            if item.question.id in earlier
        ]
        titles = {item.question.entry_id: item.revision.title for item in test.asked}
        run = self._run(RunTrigger.ALL, author, test.state, outcomes, titles)
        run.question_count = run.available_count = len(test.asked)
        run.before = _kept(figures_by_scope((item.scope, item.before) for item in outcomes)) if outcomes else {}
        run.after = _kept(
            figures_by_scope((item.revision.sector, test.placements[item.question.id]) for item in test.asked)
        )
        run.placements = _kept_placements(test.placements)
        self._session.add(run)
        await self._session.flush()
        return GoldRunFull.model_validate(run)

    def _run(
        self,
        trigger: RunTrigger,
        author: str,
        state: SearchState,
        outcomes: list[QuestionOutcome] | tuple[QuestionOutcome, ...],
        titles: Mapping[UUID, str],
    ) -> GoldRun:
        return GoldRun(
            id=uuid4(),
            at=self._clock.now(),
            trigger=trigger,
            author=author,
            title="",
            state=state.value,
            better=sum(outcome.movement is Movement.BETTER for outcome in outcomes),
            worse=sum(outcome.movement is Movement.WORSE for outcome in outcomes),
            drops=sum(outcome.is_drop for outcome in outcomes),
            changes=[change.model_dump(mode="json") for change in changes_of(outcomes, titles)],
            placements={},
            policy=DropPolicy.OFF,
            override_reason="",
        )

    async def list_runs(
        self, *, entry_id: UUID | None = None, cursor: str | None = None, limit: int = 50
    ) -> GoldRunPage:
        """Return a page of the history, the newest first.

        Raises:
            InvalidInputError: The cursor or the page size cannot be used.
        """
        check_page_size(limit)
        rows = await self._runs.runs(decode_cursor(cursor), limit + 1, entry_id=entry_id)
        shown, next_cursor = cut_page(rows, limit, lambda row: (row.at, row.id))
        return GoldRunPage(items=[GoldRunDetail.model_validate(row) for row in shown], next_cursor=next_cursor)

    async def get_run(self, run_id: UUID) -> GoldRunFull:
        """Return a run with the questions it changed.

        Raises:
            NotFoundError: There is no such run.
        """
        run = await self._runs.find_run(run_id)
        if run is None:
            raise NotFoundError("There is no such run.", code="knowledge_test_run_not_found")
        return GoldRunFull.model_validate(run)

    async def latest_full_run_at(self) -> datetime | None:
        """Return when all questions ran last."""
        run = await self._runs.latest_full_run()
        return None if run is None else run.at


def _kept(made: Mapping[str, Figures]) -> Json:
    return {scope: figures_detail(item).model_dump(mode="json") for scope, item in made.items()}


def _kept_placements(placements: Mapping[UUID, Placement]) -> Json:
    return {str(key): placement_detail(placed).model_dump(mode="json") for key, placed in placements.items()}
