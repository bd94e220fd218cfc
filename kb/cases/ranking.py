"""Similar cases, those that helped first: same equipment, same area, a good end. Pure.

The factors multiply the odds that a case resembles what was asked, as the search calibrated them. They are chosen, not
measured: there is no labelled set of "which old case helped" yet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from kb.entries.models import CaseOutcome
from kb.search.hits import Hit

OUTCOME_ODDS: Mapping[CaseOutcome, float] = {
    CaseOutcome.RESOLVED: 1.25,
    CaseOutcome.ESCALATED: 1.0,
    CaseOutcome.UNRESOLVED: 0.6,
}
EQUIPMENT_ODDS = 1.5
"""The caller names the very equipment of the case."""
AREA_ODDS = 1.3
"""The caller names the area of the case: one cause often meets a whole neighbourhood."""


class RankedCase(Protocol):
    """What of a case counts beside its likeness."""

    @property
    def outcome(self) -> CaseOutcome:
        """What became of it."""
        ...

    @property
    def equipment(self) -> str:
        """Which equipment it was about; empty where none was named."""
        ...

    @property
    def area(self) -> str:
        """Where it was; empty where that is not known."""
        ...


@dataclass(frozen=True, slots=True)
class CaseCircumstances:
    """Just that."""

    outcome: CaseOutcome
    equipment: str
    area: str


def rank_cases(said: str, hits: Sequence[Hit], cases: Mapping[str, RankedCase]) -> tuple[Hit, ...]:
    """Return the hits with their confidence weighed by what became of each case, best first.

    Args:
        said: The question, and what was said before it.
        hits: Of cases, from one search.
        cases: By id; a hit without its case is left out.
    """
    known = [(hit, cases[hit.document_id]) for hit in hits if hit.document_id in cases]
    weighed = [replace(hit, confidence=_weigh(hit.confidence, odds_of(said, case))) for hit, case in known]
    return tuple(sorted(weighed, key=lambda hit: (hit.confidence, hit.score), reverse=True))


def odds_of(said: str, case: RankedCase) -> float:
    """Return the factor for a case."""
    odds = OUTCOME_ODDS[case.outcome]
    if case.equipment and case.equipment in said:
        odds *= EQUIPMENT_ODDS
    if case.area and case.area in said:
        odds *= AREA_ODDS
    return odds


def _weigh(probability: float, odds: float) -> float:
    return probability * odds / (1.0 - probability + probability * odds)
