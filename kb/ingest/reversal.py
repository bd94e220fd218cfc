"""What taking an import back does with each unit that it published; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from kb.entries.models import Entry, Revision, RevisionState
from kb.ingest.models import ImportUnit, Plan


@dataclass(frozen=True, slots=True)
class Reversal:
    """What is undone for one unit.

    Attributes:
        unit: The unit, as the import left it.
        entry: Its entry.
        retires: The revision that the import wrote and that is taken out of use; None for an entry it had retired.
        restores: The text that stood there before, published again as a new revision; None when there was none.
        number: Of that new revision.
    """

    unit: ImportUnit
    entry: Entry
    retires: Revision | None
    restores: Revision | None
    number: int


def reversal_of(unit: ImportUnit, entry: Entry, revisions: Sequence[Revision]) -> Reversal | None:
    """Return what is undone, or None when a person or a later import has changed the entry since.

    Args:
        unit: A unit whose plan was `new`, `changed` or `gone`.
        entry: Its entry.
        revisions: All of the entry.
    """
    written = next((revision for revision in revisions if revision.id == unit.revision_id), None)
    if written is None:
        return None
    number = max(revision.number for revision in revisions) + 1
    if unit.plan == Plan.GONE:
        was_published = written.published_at is not None
        is_untouched = entry.current_revision_id == written.id and written.state == RevisionState.RETIRED
        return Reversal(unit, entry, None, written, number) if is_untouched and was_published else None
    if written.state == RevisionState.IN_REVIEW:
        return Reversal(unit, entry, written, None, number)
    if written.state != RevisionState.PUBLISHED or entry.current_revision_id != written.id:
        return None
    return Reversal(unit, entry, written, _replaced(written, revisions), number)


def _replaced(written: Revision, revisions: Sequence[Revision]) -> Revision | None:
    """Return the published text that made room for `written`: both changed at the same moment."""
    earlier = (revision for revision in revisions if revision.number < written.number)
    return next(
        (
            revision
            for revision in earlier
            if revision.published_at is not None and revision.retired_at == written.published_at
        ),
        None,
    )


def without_taken_titles(
    reversals: Sequence[Reversal], taken: Mapping[tuple[str, str | None, str | None], UUID]
) -> list[Reversal]:
    """Leave out those whose earlier title another entry has now.

    Args:
        reversals: What would be undone.
        taken: Entry that has a title, by title, sector and region.
    """
    return [
        reversal
        for reversal in reversals
        if reversal.restores is None or taken.get(title_key(reversal.restores), reversal.entry.id) == reversal.entry.id
    ]


def title_key(revision: Revision) -> tuple[str, str | None, str | None]:
    """Return what no two published entries may share: title, sector and region."""
    return revision.title, revision.sector, revision.region
