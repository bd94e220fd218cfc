"""The gate before a publication: gold questions run against the text, and the policy decides."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from kb.entries.schemas import EntryDraft, RevisionDetail
from kb.gold.changes import ChangeSource
from kb.gold.comparison import DropPolicy, Ruling, rule
from kb.gold.reports import report_of
from kb.gold.results import DraftTest, GoldTestUnavailableError
from kb.gold.runs import GoldRunService
from kb.gold.schemas import GoldReport
from kb.gold.tester import GoldTester
from kit.clock import Clock
from kit.errors import ConflictError

NAMED_QUESTIONS = 3
"""How many of the questions a message names; the report has them all."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person said about drops.

    Attributes:
        ask_before_drop: Refuse instead of publishing when the policy is to warn, so that somebody can decide.
        override_reason: Why the text is right although the policy is to block; empty when nobody overrides.
    """

    ask_before_drop: bool = False
    override_reason: str = ""


ASSENT = Consent()
"""Publishes under `warn`, and says nothing to a block."""


@dataclass(frozen=True, slots=True)
class Admission:
    """What may be published, with the run to keep; None when no question was touched or could be run."""

    test: DraftTest | None
    policy: DropPolicy
    override_reason: str
    tester: GoldTester

    async def record(self, session: AsyncSession, clock: Clock, revision: RevisionDetail) -> None:
        """Keep the run in the transaction of the revision: after a crash there are both or neither."""
        if self.test is not None:
            await GoldRunService(session, clock).record_publication(
                revision, self.test, self.policy, self.override_reason
            )

    async def record_import(self, session: AsyncSession, clock: Clock, title: str, author: str) -> UUID | None:
        """Keep the run in the transaction of an import's first file; return its id, None when there is no run."""
        if self.test is None:
            return None
        runs = GoldRunService(session, clock)
        return await runs.record_import(title, author, self.test, self.policy, self.override_reason)

    def note_published(self) -> None:
        """Say that the text is in the index."""
        if self.test is not None:
            self.tester.note_published(self.test)


Admit = Callable[[EntryDraft, UUID | None, Consent], Awaitable[Admission]]
AdmitBatch = Callable[[ChangeSource, Consent], Awaitable[Admission]]


class PublicationRefusedError(ConflictError):
    """The gold questions did not let a publication pass; `details` have policy, count of drops and report."""

    code = "knowledge_test_drop"


class PublicationGate:
    """Tests texts before they are published; keeps nothing itself."""

    def __init__(self, tester: GoldTester, drop_policy: Callable[[], DropPolicy]) -> None:
        self._tester = tester
        self._drop_policy = drop_policy

    async def report(self, draft: EntryDraft, entry_id: UUID | None) -> GoldReport | None:
        """Return what publishing a valid draft would do; None when it touches no question.

        Raises:
            GoldTestUnavailableError: The questions could not be run.
        """
        test = await self._tester.test_draft(draft, entry_id)
        return None if test is None else report_of(test)

    async def admit(self, draft: EntryDraft, entry_id: UUID | None, consent: Consent) -> Admission:
        """Let a valid draft through, or refuse it.

        Raises:
            PublicationRefusedError: `knowledge_test_drop` when a person should look first, `knowledge_test_blocked`
                when the policy wants a reason, `knowledge_test_unavailable` for either when the questions could not
                be run.
        """
        return await self._admit(lambda: self._tester.test_draft(draft, entry_id), consent)

    async def admit_batch(self, changes: ChangeSource, consent: Consent) -> Admission:
        """Let many texts through together, or refuse them all.

        Raises:
            PublicationRefusedError: As `admit`.
        """
        return await self._admit(lambda: self._tester.test_batch(changes), consent)

    async def _admit(self, run: Callable[[], Awaitable[DraftTest | None]], consent: Consent) -> Admission:
        policy = self._drop_policy()
        test, drops = None, None
        try:
            test = await run()
            drops = 0 if test is None else sum(outcome.is_drop for outcome in test.outcomes)
        except GoldTestUnavailableError:
            log.warning("published_without_tests" if policy is DropPolicy.OFF else "publication_not_tested")
        reason = consent.override_reason.strip()
        ruling = rule(policy, drops, is_confirmed=not consent.ask_before_drop, override_reason=reason)
        if ruling is not Ruling.PUBLISH:
            raise _refusal(ruling, policy, None if test is None else report_of(test))
        kept_reason = reason if policy is DropPolicy.BLOCK and drops != 0 else ""
        # A text that only comes near others has tested no question: the history has nothing to keep.
        kept_test = test if test is not None and test.outcomes else None
        return Admission(kept_test, policy, kept_reason, self._tester)


def _refusal(ruling: Ruling, policy: DropPolicy, report: GoldReport | None) -> PublicationRefusedError:
    way_out = "confirm the publication" if ruling is Ruling.ASK else "give a reason to publish all the same"
    if report is None:
        message = f"The gold questions could not be run; try again in a moment, or {way_out}."
        return PublicationRefusedError(message, code="knowledge_test_unavailable", policy=policy.value, report=None)
    lost = [f"“{change.text}”" for change in report.changes if change.is_drop]
    named = ", ".join(lost[:NAMED_QUESTIONS]) + (", …" if len(lost) > NAMED_QUESTIONS else "")
    message = (
        f"{report.drops} gold questions would lose their place: {named}. Put their words back into title or variants, "
        f"remove the questions that no longer belong here, or {way_out}."
    )
    code = "knowledge_test_drop" if ruling is Ruling.ASK else "knowledge_test_blocked"
    return PublicationRefusedError(
        message, code=code, policy=policy.value, count=report.drops, report=report.model_dump(mode="json")
    )
