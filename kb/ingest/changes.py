"""What publishing a planned document does to the texts that search finds; pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID, uuid5

from kb.entries.models import RevisionState
from kb.gold.changes import TextChange
from kb.indexing.document_source import draft_document, entry_document
from kb.ingest.models import Plan
from kb.ingest.planning import KnownEntry, PlannedUnit
from kb.search.documents import SearchDocument

_NAMESPACE = UUID("6c4b8a52-1a59-4f0e-9c61-3f6f0d2f8f57")


def new_entry_id(key: str) -> UUID:
    """Return the id of the entry that a unit becomes; the same before and after it is written.

    What a test of the import says will be found can then be looked up once it was published.
    """
    return uuid5(_NAMESPACE, key)


def changes_of(planned: Sequence[PlannedUnit]) -> list[TextChange]:
    """Return the changes that publishing makes at once."""
    return list(_changes(planned))


def _changes(planned: Sequence[PlannedUnit]) -> Iterator[TextChange]:
    for unit in planned:
        before = _published(unit.known)
        entry_id = new_entry_id(unit.key) if unit.known is None else unit.known.entry.id
        if unit.plan in (Plan.NEW, Plan.CHANGED) and unit.draft is not None:
            number = 1 if unit.known is None else unit.known.latest_number + 1
            yield TextChange(entry_id, before, draft_document(unit.draft, entry_id, number, is_from_document=True))
        elif unit.plan is Plan.GONE and before is not None:
            yield TextChange(entry_id, before, None)


def _published(known: KnownEntry | None) -> SearchDocument | None:
    """Return what search finds of the entry now."""
    if known is None or known.entry.current.state != RevisionState.PUBLISHED:
        return None
    return entry_document(known.entry.current)
