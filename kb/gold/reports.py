"""From outcomes to what a person reads and what the history keeps; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from kb.gold.comparison import Figures, FoundEntry, Movement, Placement, QuestionOutcome, figures
from kb.gold.results import DraftTest
from kb.gold.schemas import (
    FiguresDetail,
    FoundEntryDetail,
    GoldReport,
    NearQuestionDetail,
    PlacementDetail,
    QuestionChange,
)
from kb.search.hits import SearchState

MAX_CHANGES = 200
"""Changed questions kept with a run, worst first; the counts are of all of them."""

_WORST_FIRST = {Movement.WORSE: 0, Movement.BETTER: 1}


def report_of(test: DraftTest) -> GoldReport:
    """Return what a person reads before a text is published."""
    outcomes = test.outcomes
    return GoldReport(
        question_count=len(outcomes),
        available_count=test.available,
        state="complete" if test.state is SearchState.COMPLETE else "lexical_only",
        before=figures_detail(figures([outcome.before for outcome in outcomes])),
        after=figures_detail(figures([outcome.after for outcome in outcomes])),
        better=sum(outcome.movement is Movement.BETTER for outcome in outcomes),
        worse=sum(outcome.movement is Movement.WORSE for outcome in outcomes),
        drops=sum(outcome.is_drop for outcome in outcomes),
        changes=changes_of(outcomes, test.titles),
        near=[
            NearQuestionDetail(
                text=near.text,
                entry_id=UUID(near.entry.entry_id),
                entry_title=near.entry.title,
                sector=near.sector,
                confidence=near.confidence,
            )
            for near in test.near
        ],
    )


def changes_of(outcomes: Iterable[QuestionOutcome], titles: Mapping[UUID, str]) -> list[QuestionChange]:
    """Return the questions that changed, those an agent would miss first."""
    changed = [outcome for outcome in outcomes if outcome.movement is not Movement.UNCHANGED]
    changed.sort(key=lambda outcome: (not outcome.is_drop, _WORST_FIRST[outcome.movement], outcome.text))
    return [_change(outcome, titles.get(outcome.entry_id, "")) for outcome in changed[:MAX_CHANGES]]


def _change(outcome: QuestionOutcome, title: str) -> QuestionChange:
    return QuestionChange(
        question_id=outcome.question_id,
        text=outcome.text,
        entry_id=outcome.entry_id,
        entry_title=title,
        movement=outcome.movement,
        is_drop=outcome.is_drop,
        before=placement_detail(outcome.before),
        after=placement_detail(outcome.after),
        displaced_by=_found(outcome.displaced_by),
        is_sector_known=outcome.is_sector_known,
    )


def placement_detail(placed: Placement) -> PlacementDetail:
    """Return a placement as it is shown and kept."""
    return PlacementDetail(
        rank=placed.rank, confidence=placed.confidence, has_answer=placed.has_answer, best=_found(placed.at(1))
    )


def placement_from(data: Mapping[str, Any]) -> Placement:
    """Return a placement that was kept; of its hits only the best is known."""
    detail = PlacementDetail.model_validate(data)
    best = () if detail.best is None else (FoundEntry(str(detail.best.entry_id), detail.best.title),)
    return Placement(detail.rank, detail.confidence, detail.has_answer, best)


def figures_detail(made: Figures) -> FiguresDetail:
    """Return figures as they are shown and kept."""
    return FiguresDetail.model_validate(made)


def _found(entry: FoundEntry | None) -> FoundEntryDetail | None:
    return None if entry is None else FoundEntryDetail(entry_id=UUID(entry.entry_id), title=entry.title)
