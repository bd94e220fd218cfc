"""What publishing would do with each unit of a document; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from kb.entries.models import Entry, Revision, RevisionOrigin, RevisionState
from kb.entries.schemas import EntryDraft
from kb.entries.service import has_same_text
from kb.entries.validation import find_entry_problems
from kb.ingest.drafts import PublishMode
from kb.ingest.models import Plan
from kb.taxonomy.tree import Taxonomy


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """An entry of the document as the database has it.

    Attributes:
        entry: With its current revision.
        imported: The newest revision that an import of a document wrote, or None.
        latest_number: Of its newest revision.
        was_retired_by_import: Its current revision is retired, and an import did that.
    """

    entry: Entry
    imported: Revision | None
    latest_number: int
    was_retired_by_import: bool


@dataclass(frozen=True, slots=True)
class PlannedUnit:
    """One unit with its plan.

    Attributes:
        key: Of the entry.
        draft: None for a unit that is gone.
        plan: What publishing would do.
        known: The entry that exists, or None.
        problem: Why it is refused or kept; empty otherwise.
    """

    key: str
    draft: EntryDraft | None
    plan: Plan
    known: KnownEntry | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the plan depends on beside the document.

    Attributes:
        known: Entries of the document, by key.
        titles: Published titles of the sector and region, with the entry that has them.
        mode: Publish at once or leave for review.
        retires_gone: Whether entries of missing units are retired.
        taxonomy: The one in use.
    """

    known: Mapping[str, KnownEntry]
    titles: Mapping[str, UUID]
    mode: PublishMode
    retires_gone: bool
    taxonomy: Taxonomy


def plan_document(drafts: Mapping[str, EntryDraft], now: Circumstances) -> list[PlannedUnit]:
    """Return the plan of every unit in order, then of every entry whose unit is gone."""
    planned = [_plan_unit(key, draft, now) for key, draft in drafts.items()]
    return planned + _plan_gone(set(drafts), now)


def _plan_unit(key: str, draft: EntryDraft, now: Circumstances) -> PlannedUnit:
    known = now.known.get(key)
    problem = next(find_entry_problems(draft, now.taxonomy, needs_script=False), None)
    if problem is not None:
        return PlannedUnit(key, draft, Plan.REFUSED, known, problem.code)
    if known is not None and known.imported is not None and _is_up_to_date(known, draft, now.mode):
        return PlannedUnit(key, draft, Plan.UNCHANGED, known)
    if known is not None and is_in_persons_hands(known):
        return PlannedUnit(key, draft, Plan.KEPT, known, "edited_by_person")
    taken_by = now.titles.get(draft.title)
    if taken_by is not None and (known is None or taken_by != known.entry.id):
        return PlannedUnit(key, draft, Plan.REFUSED, known, "title_taken")
    return PlannedUnit(key, draft, Plan.NEW if known is None else Plan.CHANGED, known)


def _is_up_to_date(known: KnownEntry, draft: EntryDraft, mode: PublishMode) -> bool:
    """Tell whether an import has brought this very text before, and nothing remains to be done with it."""
    imported = known.imported
    if imported is None or not has_same_text(imported, draft) or known.was_retired_by_import:
        return False
    is_waiting = imported.state == RevisionState.IN_REVIEW
    return mode is PublishMode.REVIEW or not is_waiting


def is_in_persons_hands(known: KnownEntry) -> bool:
    """Tell whether a person has edited or retired the entry since the last import."""
    current = known.entry.current
    is_retired = current.state == RevisionState.RETIRED
    return current.origin != RevisionOrigin.DOCUMENT or (is_retired and not known.was_retired_by_import)


def _plan_gone(present: set[str], now: Circumstances) -> list[PlannedUnit]:
    gone: list[PlannedUnit] = []
    for key, known in now.known.items():
        if key in present or known.entry.current.state == RevisionState.RETIRED:
            continue
        if is_in_persons_hands(known):
            gone.append(PlannedUnit(key, None, Plan.KEPT, known, "edited_by_person"))
        elif not now.retires_gone:
            gone.append(PlannedUnit(key, None, Plan.KEPT, known, "gone_kept"))
        else:
            gone.append(PlannedUnit(key, None, Plan.GONE, known))
    return gone


def count_plans(planned: Sequence[PlannedUnit]) -> dict[str, int]:
    """Return how many units have each plan; plans of none are left out."""
    counts: dict[str, int] = {}
    for unit in planned:
        counts[unit.plan] = counts.get(unit.plan, 0) + 1
    return counts
