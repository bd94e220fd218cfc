"""What the published knowledge itself brings to the desk: reviews that are due, failing questions, dismissed cards."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.calls.events import Verdict
from assist_api.calls.models import CallSuggestionRow, SuggestionFeedbackRow
from assist_api.curation.capture import new_item
from assist_api.curation.models import ItemKind
from assist_api.curation.policy import CurationPolicy
from kb.entries.models import Revision, RevisionState
from kb.gold.repository import GoldRepository

MOST_FINDINGS = 500
"""Items that one look adds at most, so that an old knowledge base does not flood the desk."""
DAYS_A_MONTH = 365.25 / 12
Row = dict[str, object]


async def published(session: AsyncSession) -> Sequence[Revision]:
    """Return every published revision."""
    statement = select(Revision).where(Revision.state == RevisionState.PUBLISHED).order_by(Revision.entry_id)
    return (await session.scalars(statement)).all()


def due_reviews(revisions: Iterable[Revision], today: date, policy: CurationPolicy, now: datetime) -> list[Row]:
    """Return items for texts whose validity ends soon or whose review is overdue, the most urgent first."""
    rows: list[Row] = []
    for revision in revisions:
        entry = (revision.entry_id, revision.id)
        if revision.valid_until is not None and revision.valid_until <= today + timedelta(policy.warn_before_days):
            days = (today + timedelta(policy.warn_before_days) - revision.valid_until).days + 1
            rows.append(_item(ItemKind.EXPIRING, revision, now, days, {"on": revision.valid_until.isoformat()}, entry))
            continue
        known = revision.reviewed_on or (revision.published_at or revision.created_at).date()
        due = review_due(known, revision.business_type, policy)
        if due < today:
            rows.append(_item(ItemKind.OVERDUE, revision, now, (today - due).days, {"on": due.isoformat()}, entry))
    return sorted(rows, key=lambda row: -int(str(row["weight"])))[:MOST_FINDINGS]


def overdue_texts(revisions: Iterable[Revision], items: Iterable[Row]) -> list[Revision]:
    """Return the texts whose review is overdue by the items of `due_reviews`."""
    overdue = {item["revision_id"] for item in items if item["kind"] == ItemKind.OVERDUE}
    return [revision for revision in revisions if revision.id in overdue]


def review_due(reviewed_on: date, business_type: str, policy: CurationPolicy) -> date:
    """Return when a text has to be reviewed next: by the months of its business type, else by the days of all."""
    months = next((found for kind, found in policy.review_months_by_kind.items() if kind == business_type), None)
    return reviewed_on + timedelta(policy.review_every_days if months is None else round(months * DAYS_A_MONTH))


async def failing_questions(session: AsyncSession, revisions: Iterable[Revision], now: datetime) -> list[Row]:
    """Return items for entries whose gold questions did not find them first in the last run of all questions."""
    gold = GoldRepository(session)
    run = await gold.latest_full_run()
    if run is None:
        return []
    failing: dict[UUID, list[str]] = defaultdict(list)
    for item in await gold.asked():
        placed = run.placements.get(str(item.question.id))
        if placed is not None and placed["rank"] != 1:
            failing[item.question.entry_id].append(item.question.text)
    by_entry = {revision.entry_id: revision for revision in revisions}
    return [
        _item(
            ItemKind.FAILING, by_entry[entry_id], now, len(texts), {"questions": texts[:20]},
            (entry_id, by_entry[entry_id].id),
        )
        for entry_id, texts in failing.items()
        if entry_id in by_entry
    ][:MOST_FINDINGS]  # fmt: skip


async def dismissed_cards(
    session: AsyncSession, revisions: Iterable[Revision], policy: CurationPolicy, now: datetime
) -> list[Row]:
    """Return items for texts whose cards agents put aside or called wrong more often than they used them."""
    counts = await verdicts_by_revision(session)
    rows = []
    for revision in revisions:
        found = counts.get(revision.id, Counter())
        against = found[Verdict.DISMISSED] + found[Verdict.WRONG]
        if against >= policy.dismissed_from and against > found[Verdict.USED]:
            detail: dict[str, object] = {verdict.value: found[verdict] for verdict in Verdict if found[verdict]}
            rows.append(_item(ItemKind.DISMISSED, revision, now, against, detail, (revision.entry_id, revision.id)))
    return rows


async def verdicts_by_revision(
    session: AsyncSession, entry_id: UUID | None = None, since: datetime | None = None
) -> Mapping[UUID, Counter[str]]:
    """Return how often each verdict was given on the cards of each revision.

    Args:
        session: Of the caller.
        entry_id: Only of this entry.
        since: Only on cards that were shown from then on.
    """
    statement = (
        select(CallSuggestionRow.revision_id, SuggestionFeedbackRow.verdict, func.count())
        .join(CallSuggestionRow, CallSuggestionRow.suggestion_id == SuggestionFeedbackRow.suggestion_id)
        .where(SuggestionFeedbackRow.entry_id.is_not(None))
        .group_by(CallSuggestionRow.revision_id, SuggestionFeedbackRow.verdict)
    )
    if entry_id is not None:
        statement = statement.where(SuggestionFeedbackRow.entry_id == entry_id)
    if since is not None:
        statement = statement.where(CallSuggestionRow.shown_at >= since)
    counts: dict[UUID, Counter[str]] = defaultdict(Counter)
    for revision_id, verdict, count in await session.execute(statement):
        counts[revision_id][verdict] += count
    return counts


def _item(
    kind: ItemKind, revision: Revision, now: datetime, weight: int, detail: dict[str, object], entry: tuple[UUID, UUID]
) -> Row:
    return new_item(
        kind, f"{kind}:{revision.id}", revision.title, revision.sector, now, weight=weight, entry=entry, detail=detail
    )
