"""Counts how entries were used, from the cards, verdicts, agents' words and outcomes of calls."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.call_search.models import CardReadOut
from assist_api.calls.events import Verdict
from assist_api.calls.models import CallRow, CallSuggestionRow, SuggestionFeedbackRow
from assist_api.curation.findings import verdicts_by_revision
from assist_api.curation.models import CurationMoment
from assist_api.curation.schemas import EntryUse, RevisionUse, WorthList, WorthLists, WorthRow
from kb.entries.models import Case, CaseOutcome, Revision, RevisionState
from kb.entries.repository import EntryRepository

CALLED_AGAIN_WITHIN = timedelta(days=7)
MOST_HELPED = 20_000
"""Newest calls whose outcome is looked at; an older one says nothing of the present text."""
MOST_LISTED = 100
DISMISSED_SHARE = 0.5
FIGURES = ("shown", "read_out", "used", "dismissed", "wrong", "solved", "called_again", "flags")
"""Names of the figures, as they stand in `RevisionUse`."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose figures are wanted: those of one entry, or of cards that were shown since a moment; None for all."""

    entry_id: UUID | None = None
    since: datetime | None = None

    @property
    def cards(self) -> list[ColumnElement[bool]]:
        """Conditions on the cards of calls."""
        conditions: list[ColumnElement[bool]] = [CallSuggestionRow.kind == "entry"]
        if self.entry_id is not None:
            conditions.append(CallSuggestionRow.document_id == self.entry_id)
        if self.since is not None:
            conditions.append(CallSuggestionRow.shown_at >= self.since)
        return conditions


async def figures_of(session: AsyncSession, scope: Scope) -> dict[UUID, Counter[str]]:
    """Return the figures of each revision that was shown or flagged."""
    counts: dict[UUID, Counter[str]] = defaultdict(Counter)
    shown = select(CallSuggestionRow.revision_id, func.count()).where(*scope.cards)
    for revision_id, count in await session.execute(shown.group_by(CallSuggestionRow.revision_id)):
        counts[revision_id]["shown"] = count
    read_out = (
        select(CallSuggestionRow.revision_id, func.count())
        .join(CardReadOut, CardReadOut.suggestion_id == CallSuggestionRow.suggestion_id)
        .where(*scope.cards)
    )
    for revision_id, count in await session.execute(read_out.group_by(CallSuggestionRow.revision_id)):
        counts[revision_id]["read_out"] = count
    for revision_id, verdicts in (await verdicts_by_revision(session, scope.entry_id, scope.since)).items():
        counts[revision_id].update({str(verdict): count for verdict, count in verdicts.items()})
    for revision_id, count in await _flags(session, scope):
        counts[revision_id]["flags"] = count
    await _count_outcomes(session, scope, counts)
    return counts


async def use_of(session: AsyncSession, entry_id: UUID) -> EntryUse:
    """Return the use of an entry by revision; a revision that was never shown has zeros."""
    scope = Scope(entry_id)
    counts = await figures_of(session, scope)
    calls = await session.scalar(select(func.count(CallSuggestionRow.call_id.distinct())).where(*scope.cards))
    revisions = [
        RevisionUse(number=revision.number, **_figures(counts.get(revision.id, Counter())))
        for revision in await EntryRepository(session).revisions_of(entry_id)
    ]
    sums = {name: sum(getattr(each, name) for each in revisions) for name in FIGURES}
    return EntryUse(**sums, calls=calls or 0, revisions=revisions)


async def worth_of_entries(session: AsyncSession, since: datetime) -> WorthLists:
    """Return which published entries were of use since a moment, and which were never shown or often put aside."""
    by_revision = await figures_of(session, Scope(since=since))
    published = (
        await session.scalars(
            select(Revision).where(Revision.state == RevisionState.PUBLISHED).order_by(Revision.published_at)
        )
    ).all()
    owner_of = {row.id: row.entry_id for row in await session.execute(select(Revision.id, Revision.entry_id))}
    counts: dict[UUID, Counter[str]] = defaultdict(Counter)
    for revision_id, found in by_revision.items():
        if (entry_id := owner_of.get(revision_id)) is not None:
            counts[entry_id].update(found)
    rows = [_row(revision, counts.get(revision.entry_id, Counter())) for revision in published]
    never = [row for row in rows if row.shown == 0]
    against = [row for row in rows if row.shown and _against(row) >= DISMISSED_SHARE * _judged(row) > 0]
    helped = [row for row in rows if row.used + row.read_out]
    return WorthLists(
        published=len(rows),
        never_found=_list(never),
        often_dismissed=_list(sorted(against, key=lambda row: (-_against(row), row.title))),
        top=_list(sorted(helped, key=lambda row: (-row.used - row.read_out, row.title))),
    )


def _list(rows: Sequence[WorthRow]) -> WorthList:
    return WorthList(items=list(rows[:MOST_LISTED]), total=len(rows))


def _against(row: WorthRow) -> int:
    return row.dismissed + row.wrong


def _judged(row: WorthRow) -> int:
    return row.used + row.dismissed + row.wrong


def _row(revision: Revision, found: Counter[str]) -> WorthRow:
    return WorthRow(
        entry_id=revision.entry_id,
        title=revision.title,
        sector=revision.sector,
        owner=revision.owner,
        published_at=revision.published_at or revision.created_at,
        **_figures(found),
    )


def _figures(found: Counter[str]) -> dict[str, int]:
    return {name: found[name] for name in FIGURES}


async def _flags(session: AsyncSession, scope: Scope) -> Iterable[tuple[UUID, int]]:
    statement = select(CurationMoment.revision_id, func.count()).where(CurationMoment.revision_id.is_not(None))
    if scope.entry_id is not None:
        statement = statement.where(CurationMoment.entry_id == scope.entry_id)
    if scope.since is not None:
        statement = statement.where(CurationMoment.created_at >= scope.since)
    rows = await session.execute(statement.group_by(CurationMoment.revision_id))
    return [(revision_id, count) for revision_id, count in rows if revision_id is not None]


async def _count_outcomes(session: AsyncSession, scope: Scope, counts: dict[UUID, Counter[str]]) -> None:
    """Count the calls in which a card was used or read out: solved by their case, and called again about."""
    was_used = select(SuggestionFeedbackRow.suggestion_id).where(SuggestionFeedbackRow.verdict == Verdict.USED)
    has_helped = CallSuggestionRow.suggestion_id.in_(was_used) | CallSuggestionRow.suggestion_id.in_(
        select(CardReadOut.suggestion_id)
    )
    helped = (
        select(CallSuggestionRow.revision_id, CallRow.id, CallRow.customer_number_masked, CallRow.created_at)
        .join(CallRow, CallRow.id == CallSuggestionRow.call_id)
        .where(*scope.cards, has_helped)
        .distinct()
        .order_by(CallRow.created_at.desc())
        .limit(MOST_HELPED)
    )
    rows = (await session.execute(helped)).all()
    if not rows:
        return
    solved = set(
        await session.scalars(
            select(Case.call_id).where(Case.call_id.is_not(None), Case.outcome == CaseOutcome.RESOLVED)
        )
    )
    begun = await _calls_by_number(session, min(row[3] for row in rows))
    for revision_id, call_id, number, at in rows:
        counts[revision_id]["solved"] += call_id in solved
        counts[revision_id]["called_again"] += any(at < later <= at + CALLED_AGAIN_WITHIN for later in begun[number])


async def _calls_by_number(session: AsyncSession, since: datetime) -> dict[str, list[datetime]]:
    """Return when each masked number called: two callers look alike once in some 100,000 pairs of calls."""
    statement = select(CallRow.customer_number_masked, CallRow.created_at).where(
        CallRow.created_at >= since, CallRow.customer_number_masked != ""
    )
    found: dict[str, list[datetime]] = defaultdict(list)
    for number, at in await session.execute(statement):
        found[number].append(at)
    return found
