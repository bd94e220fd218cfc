"""Brings new texts to the desk whose changes a second person has not looked at yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.curation.capture import new_item
from assist_api.curation.models import ItemKind
from curation.revision_checks import Question, check_revision
from kb.entries.models import Revision, RevisionOrigin

LOOKED_AT_FOR = timedelta(days=30)
"""How long after its publication a text is looked at; what nobody noticed by then has been read many times."""
MOST_CHECKED = 500


async def checked_revisions(
    session: AsyncSession, revisions: Sequence[Revision], now: datetime
) -> list[dict[str, object]]:
    """Return items for texts that one person published alone, with what changed against the text before."""
    alone = [row for row in revisions if row.number > 1 and row.author_id is None and _is_edit(row, now)]
    before = await _texts_before(session, alone[:MOST_CHECKED])
    asked = questions_by_entry(revisions) if before else {}
    rows = []
    for revision in alone[:MOST_CHECKED]:
        if (old := before.get(revision.id)) is None:
            continue
        found = check_revision(old, revision, questions_but(asked, revision.entry_id))
        if found:
            detail: dict[str, object] = {"findings": [[each.kind.value, each.before, each.now] for each in found]}
            rows.append(
                new_item(
                    ItemKind.CHECK,
                    f"{ItemKind.CHECK}:{revision.id}",
                    revision.title,
                    revision.sector,
                    now,
                    weight=len(found),
                    entry=(revision.entry_id, revision.id),
                    detail=detail,
                )
            )
    return rows


def questions_by_entry(revisions: Sequence[Revision]) -> dict[UUID, list[Question]]:
    """Return the ways of asking of each entry."""
    return {
        revision.entry_id: [
            Question(text, revision.title, revision.sector) for text in (revision.title, *revision.variants)
        ]
        for revision in revisions
    }


def questions_but(asked: Mapping[UUID, Sequence[Question]], entry_id: UUID) -> list[Question]:
    """Return the ways of asking of the other entries."""
    return [question for known_id, own in asked.items() if known_id != entry_id for question in own]


def _is_edit(revision: Revision, now: datetime) -> bool:
    at = revision.published_at or revision.created_at
    return revision.origin == RevisionOrigin.EDIT and at >= now - LOOKED_AT_FOR


async def _texts_before(session: AsyncSession, revisions: Sequence[Revision]) -> dict[UUID, Revision]:
    """Return the published text before each revision."""
    entries = {row.entry_id for row in revisions}
    statement = select(Revision).where(Revision.entry_id.in_(entries), Revision.published_at.is_not(None))
    of_entry: dict[UUID, list[Revision]] = {}
    for row in await session.scalars(statement.order_by(Revision.number)):
        of_entry.setdefault(row.entry_id, []).append(row)
    found: dict[UUID, Revision] = {}
    for revision in revisions:
        older = [row for row in of_entry.get(revision.entry_id, []) if row.number < revision.number]
        if older:
            found[revision.id] = older[-1]
    return found
