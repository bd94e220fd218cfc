"""From the policy's decisions to what the panel shows: runs the searches and loads the texts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Literal, TypeVar
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.http.wire import Span
from assist_api.search.cards import card_match, confidence_of
from assist_api.search.folded import FoldedNames, folded_behind, load_folded
from assist_api.search.service import SearchEngine
from assist_api.search.shown import CardMatch
from assist_api.suggestions.because import carries_meaning
from assist_api.suggestions.cards import Card, CaseCard, SuggestionList
from assist_api.suggestions.policy import Shown, Standing
from assist_api.suggestions.query import SearchRequest, locate
from assist_api.suggestions.settings import SuggestionSettings
from kb.cases.ranking import CaseCircumstances, rank_cases
from kb.cases.service import CaseService
from kb.entries.models import RevisionState
from kb.entries.schemas import CaseDetail, RevisionDetail
from kb.entries.service import KnowledgeService
from kb.kinds import DocumentKind
from kb.search.hits import Hit, MatchKind, SearchResult, SearchState
from kb.search.query import SearchQuery
from kb.search.question.readings import ReadResult, search_readings
from kit.circuit import CircuitBreaker
from kit.clock import Clock
from kit.db import Database
from kit.db_faults import STORAGE_FAULTS, DatabaseUnreachableError
from kit.tasks import TaskSupervisor

T = TypeVar("T")

ENTRY_HITS = 10
"""More than are shown: evidence gathers for entries that one sentence alone would not bring up."""
CASE_HITS = 10
"""More than are shown, so that what became of a case can bring it up."""
SEARCH_TIMEOUT = timedelta(seconds=5)
"""Fifty times the p95 budget of a search; later than this a card helps nobody."""
DATABASE_SECONDS, DATABASE_PAUSE_SECONDS = 1.5, 5.0
"""How long the texts of cards may keep what is said waiting, and how long they are left alone when they did. They come
in some 10 ms, on a busy machine in 60; a database that refuses says so at once."""
READINGS_SECONDS = 2.0
"""How long other readings may keep an answer waiting; on a busy machine fewer of them are asked."""


@dataclass(frozen=True, slots=True)
class Searched:
    """A search that was run.

    Attributes:
        request: As it was asked: another reading's words may have taken the place of those that were heard.
        result: What was found.
    """

    request: SearchRequest
    result: SearchResult


class SuggestionService:
    """Searches for calls and turns decisions into cards; keeps no state of a call."""

    def __init__(
        self,
        engine: SearchEngine,
        database: Database,
        clock: Clock,
        settings: Callable[[], SuggestionSettings] = SuggestionSettings,
    ) -> None:
        """Build the service.

        Args:
            engine: Answers questions.
            database: Holds the texts of cards.
            clock: Bounds how long they may keep a call waiting.
            settings: Returns the thresholds and the noise budget in force; asked when a call begins.
        """
        self.settings = settings
        self._engine = engine
        self._database = database
        self._clock = clock
        self._breaker = CircuitBreaker(failures=1, pause_seconds=DATABASE_PAUSE_SECONDS, monotonic=clock.monotonic)
        self._tasks = TaskSupervisor("suggestions")

    async def aclose(self) -> None:
        """End what still waits for the database; safe to call twice."""
        await self._tasks.aclose()

    async def search(self, request: SearchRequest) -> Searched:
        """Search entries and cases, each by itself, so that cases never push entries out, and side by side.

        Where no entry answers the question as it was heard, its other readings are tried, and the cases are searched
        again with the one that does.

        Raises:
            TimeoutError: The search took longer than `SEARCH_TIMEOUT`.
        """
        async with asyncio.timeout(SEARCH_TIMEOUT.total_seconds()), asyncio.TaskGroup() as group:
            found_cases = group.create_task(self._search_cases(request))
            query = _query(request, DocumentKind.ENTRY, ENTRY_HITS)
            until = self._clock.monotonic() + READINGS_SECONDS
            found = await search_readings(
                self._engine.search, query, request.readings, is_time_left=lambda: self._clock.monotonic() < until
            )
            asked = request if found.chosen is None else request.read_as(request.readings[found.chosen])
            if request.sector is not None and not found.result.has_answer:
                found, asked = await self._search_elsewhere(request, found, asked)
            cases = await (found_cases if asked is request else self._search_cases(asked, reading_of=request.text))
        entries = found.result
        result = SearchResult(
            hits=(*entries.hits, *cases.hits),
            state=entries.state,
            has_answer=entries.has_answer,
            took_ms=entries.took_ms + cases.took_ms,
        )
        return Searched(asked, result)

    async def _search_elsewhere(
        self, request: SearchRequest, found: ReadResult, asked: SearchRequest
    ) -> tuple[ReadResult, SearchRequest]:
        """Search every sector where that of the call has no answer: a caller may have come to another matter."""
        opened = replace(request, sector=None, context=(), is_open=True)
        result = await self._engine.search(_query(opened, DocumentKind.ENTRY, ENTRY_HITS))
        is_sure = result.has_answer and result.hits[0].confidence >= self.settings().other_sector_above
        return (ReadResult(result, None), opened) if is_sure else (found, asked)

    async def _search_cases(self, request: SearchRequest, *, reading_of: str | None = None) -> SearchResult:
        query = replace(_query(request, DocumentKind.CASE, CASE_HITS), reading_of=reading_of)
        result = await self._engine.search(query)
        return replace(result, hits=await self._those_that_helped_first(request, result.hits))

    async def _those_that_helped_first(self, request: SearchRequest, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
        if not hits:
            return hits

        async def circumstances(session: AsyncSession) -> dict[UUID, CaseCircumstances]:
            return await CaseService(session, self._clock).find_circumstances([UUID(hit.document_id) for hit in hits])

        try:
            found = await self._read(circumstances)
        except STORAGE_FAULTS:
            return hits
        cases = {str(case_id): case for case_id, case in found.items()}
        return rank_cases(" ".join([*request.context, request.text]), hits, cases)

    async def cards(self, call_id: UUID, shown: Shown, trigger_segment_id: UUID, state: SearchState) -> SuggestionList:
        """Return the list to show; what was retired since it was indexed is left out.

        Raises:
            DatabaseUnreachableError: It does not give their texts in time.
        """
        revisions, cases, names = await self._read(partial(self._texts, shown))
        cards = [
            _card(call_id, item, revisions[item.hit.revision_id], names)
            for item in shown.entries
            if item.hit.revision_id in revisions
        ]
        case_cards = [
            _case_card(call_id, item, cases[item.hit.document_id], names)
            for item in shown.cases
            if item.hit.document_id in cases
        ]
        return SuggestionList(
            cards=cards, cases=case_cards, trigger_segment_id=trigger_segment_id, search_state=state_name(state)
        )

    async def _read(self, read: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """Read from the database, which may be away or hang: then a call goes on without."""
        if not self._breaker.may_call():
            raise DatabaseUnreachableError

        async def with_session() -> T:
            async with self._database.session() as session:
                return await read(session)

        try:
            found = await self._tasks.within(DATABASE_SECONDS, with_session(), name="read")
        except TimeoutError as error:
            self._breaker.note_failure()
            raise DatabaseUnreachableError from error
        self._breaker.note_success()
        return found

    async def _texts(
        self, shown: Shown, session: AsyncSession
    ) -> tuple[dict[str, RevisionDetail], dict[str, CaseDetail], FoldedNames]:
        revision_ids = [UUID(item.hit.revision_id) for item in shown.entries]
        revisions = await KnowledgeService(session, self._clock).find_revisions(revision_ids)
        case_ids = [UUID(item.hit.document_id) for item in shown.cases]
        cases = await CaseService(session, self._clock).find_cases(case_ids) if case_ids else {}
        names = await load_folded(session, self._clock, [item.hit for item in (*shown.entries, *shown.cases)])
        published = {
            str(revision_id): revision
            for revision_id, revision in revisions.items()
            if revision.state is RevisionState.PUBLISHED
        }
        return published, {str(case_id): case for case_id, case in cases.items()}, names


def state_name(state: SearchState) -> Literal["complete", "lexical_only", "local", "unavailable"]:
    """Return the wire name of a search state."""
    match state:
        case SearchState.COMPLETE:
            return "complete"
        case SearchState.LEXICAL_ONLY:
            return "lexical_only"
        case SearchState.LOCAL:
            return "local"
        case SearchState.UNAVAILABLE:
            return "unavailable"


def suggestion_id(call_id: UUID, item: Standing) -> UUID:
    """Return the id of a suggestion: the same for the same revision in the same call, so that verdicts stick."""
    return uuid5(call_id, f"{item.hit.kind.value}:{item.hit.revision_id}")


def _query(request: SearchRequest, kind: DocumentKind, limit: int) -> SearchQuery:
    return SearchQuery(
        text=request.text, context=request.context, kinds=frozenset({kind}), sector=request.sector, limit=limit
    )


def _card(call_id: UUID, item: Standing, revision: RevisionDetail, names: FoldedNames) -> Card:
    return Card(
        suggestion_id=suggestion_id(call_id, item),
        entry_id=revision.entry_id,
        revision_id=revision.id,
        revision_number=revision.number,
        title=revision.title,
        script=revision.script,
        answer=revision.answer,
        variants=revision.variants,
        sector=revision.sector,
        category_path=revision.category_path,
        business_type=revision.business_type,
        reviewed_on=revision.reviewed_on,
        valid_until=revision.valid_until,
        confidence=confidence_of(item.probability),
        probability=item.probability,
        score_parts=dict(item.hit.score_parts),
        trigger_segment_ids=_triggers(item.request),
        matches=_matches(item),
        is_new=item.is_new,
        folded=folded_behind(item.hit, names),
        number=item.number or None,
        answers_segment_id=item.request.asked_segment_id,
    )


def _case_card(call_id: UUID, item: Standing, case: CaseDetail, names: FoldedNames) -> CaseCard:
    return CaseCard(
        suggestion_id=suggestion_id(call_id, item),
        case_id=case.id,
        title=case.title,
        problem=case.problem,
        solution=case.solution,
        outcome=case.outcome.value,
        sector=case.sector,
        occurred_on=case.occurred_on,
        area=case.area,
        probability=item.probability,
        matches=_matches(item),
        folded=folded_behind(item.hit, names),
    )


def _triggers(request: SearchRequest) -> list[UUID]:
    return list(dict.fromkeys(part.segment_id for part in request.parts)) or [request.trigger_segment_id]


def _matches(item: Standing) -> list[CardMatch]:
    """Move each match that is a reason from the question to the utterance it was said in."""
    moved = []
    for match in item.hit.matches:
        if not carries_meaning(item.request.text[match.query_start : match.query_end]):
            continue
        place = locate(item.request.parts, match.query_start, match.query_end)
        if place is not None:
            change: dict[str, object] = {"utterance_span": Span(start=place.start, end=place.end)}
            if not place.is_verbatim:
                change["kind"] = MatchKind.PINYIN.value
            moved.append(card_match(match, segment_id=place.segment_id).model_copy(update=change))
    return moved
