"""Counts how an entry was used, from the suggestions and verdicts of calls."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.calls.events import Verdict
from assist_api.calls.models import CallSuggestionRow
from assist_api.curation.findings import verdicts_by_revision
from assist_api.curation.models import CurationMoment
from assist_api.curation.schemas import EntryUse, RevisionUse
from kb.entries.repository import EntryRepository


async def use_of(session: AsyncSession, entry_id: UUID) -> EntryUse:
    """Return the use of an entry by revision; a revision that was never shown has zeros."""
    of_entry = (CallSuggestionRow.kind == "entry", CallSuggestionRow.document_id == entry_id)
    shown_rows = await session.execute(
        select(CallSuggestionRow.revision_id, func.count()).where(*of_entry).group_by(CallSuggestionRow.revision_id)
    )
    shown: dict[UUID, int] = {row[0]: row[1] for row in shown_rows}
    calls = await session.scalar(select(func.count(CallSuggestionRow.call_id.distinct())).where(*of_entry))
    flag_rows = await session.execute(
        select(CurationMoment.revision_id, func.count())
        .where(CurationMoment.entry_id == entry_id)
        .group_by(CurationMoment.revision_id)
    )
    flags: dict[UUID | None, int] = {row[0]: row[1] for row in flag_rows}
    verdicts = await verdicts_by_revision(session, entry_id)
    revisions = []
    for revision in await EntryRepository(session).revisions_of(entry_id):
        found = verdicts.get(revision.id, Counter())
        revisions.append(
            RevisionUse(
                number=revision.number,
                shown=shown.get(revision.id, 0),
                used=found[Verdict.USED],
                dismissed=found[Verdict.DISMISSED],
                wrong=found[Verdict.WRONG],
                flags=flags.get(revision.id, 0),
            )
        )
    sums = {
        name: sum(getattr(each, name) for each in revisions)
        for name in ("shown", "used", "dismissed", "wrong", "flags")
    }
    return EntryUse(**sums, calls=calls or 0, revisions=revisions)
