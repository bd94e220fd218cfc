"""How often a solution worked, counted from the cases that took it. Pure.

"8 cases, 7 resolved" means: of the 8 cases that name this entry as what they were solved with, 7 ended `resolved`.
A case that was passed on has no end here yet: it speaks neither for nor against a solution, and no total holds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import sqrt
from uuid import UUID

from kb.entries.models import CaseOutcome
from kb.entries.schemas import EntryOutcomes, Solution

_Z = 1.96
"""95 %: one case that went well proves less than eight of nine."""


def count_outcomes(rows: Iterable[tuple[UUID, str, int]], entry_ids: Sequence[UUID]) -> list[EntryOutcomes]:
    """Sum up rows of entry, outcome and number, one line an entry in the order asked; without cases all zero."""
    counts: dict[UUID, dict[str, int]] = {entry_id: {} for entry_id in entry_ids}
    for entry_id, outcome, number in rows:
        counts[entry_id][outcome] = number
    return [_entry_outcomes(entry_id, by_outcome) for entry_id, by_outcome in counts.items()]


def _entry_outcomes(entry_id: UUID, by_outcome: dict[str, int]) -> EntryOutcomes:
    return EntryOutcomes(
        entry_id=entry_id,
        resolved=by_outcome.get(CaseOutcome.RESOLVED, 0),
        escalated=by_outcome.get(CaseOutcome.ESCALATED, 0),
        unresolved=by_outcome.get(CaseOutcome.UNRESOLVED, 0),
        total=sum(number for outcome, number in by_outcome.items() if outcome != CaseOutcome.ESCALATED),
    )


def rank_solutions(rows: Iterable[tuple[UUID, str, str, int]], limit: int) -> list[Solution]:
    """Return the solutions of one situation, the best proven first.

    Args:
        rows: Entry, title, outcome and number of cases.
        limit: How many at most.
    """
    found: dict[UUID, Solution] = {}
    for entry_id, title, outcome, number in rows:
        if outcome == CaseOutcome.ESCALATED:
            continue
        before = found.get(entry_id) or Solution(entry_id=entry_id, title=title, resolved=0, total=0)
        resolved = before.resolved + (number if outcome == CaseOutcome.RESOLVED else 0)
        found[entry_id] = before.model_copy(update={"resolved": resolved, "total": before.total + number})
    best_first = sorted(found.values(), key=lambda item: (-proven_share(item.resolved, item.total), item.title))
    return best_first[:limit]


def proven_share(resolved: int, total: int) -> float:
    """Return the lower end of the Wilson interval of the share of resolved cases, 0..1."""
    if total == 0:
        return 0.0
    share, z2 = resolved / total, _Z * _Z
    centre = share + z2 / (2 * total)
    spread = _Z * sqrt((share * (1 - share) + z2 / (4 * total)) / total)
    return max(0.0, (centre - spread) / (1 + z2 / total))
