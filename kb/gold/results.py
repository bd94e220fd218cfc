"""What runs of gold questions give; leaf types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from kb.gold.comparison import FoundEntry, Placement, QuestionOutcome
from kb.gold.repository import AskedQuestion
from kb.search.hits import SearchState
from kit.errors import DependencyCategory, DependencyError


@dataclass(frozen=True, slots=True)
class NearQuestion:
    """A way to ask of a draft that another entry answers now.

    Attributes:
        text: As the draft has it.
        entry: The entry that answers it.
        sector: Of that entry; None for every sector.
        confidence: 0..1, of that answer.
    """

    text: str
    entry: FoundEntry
    sector: str | None
    confidence: float


@dataclass(frozen=True, slots=True)
class DraftTest:
    """What a draft would do to the questions that were tested.

    Attributes:
        outcomes: One a question.
        titles: Titles of the entries that should answer, by entry.
        available: Questions of the sectors concerned, tested or not.
        state: Whether vectors took part.
        change_number: State of the index that was looked at.
        near: Ways to ask of the draft that another entry answers now.
    """

    outcomes: tuple[QuestionOutcome, ...]
    titles: Mapping[UUID, str]
    available: int
    state: SearchState
    change_number: int
    near: tuple[NearQuestion, ...] = ()

    @classmethod
    def of(
        cls,
        asked: Sequence[AskedQuestion],
        placed: tuple[Mapping[UUID, Placement], Mapping[UUID, Placement]],
        available: int,
        state: SearchState,
        change_number: int,
    ) -> Self:
        """Put together how each question fares before and after."""
        before, after = placed
        outcomes = tuple(
            QuestionOutcome(
                item.question.id,
                item.question.text,
                item.question.entry_id,
                item.revision.sector,
                before[item.question.id],
                after[item.question.id],
                item.is_sector_known,
            )
            for item in asked
        )
        titles = {item.question.entry_id: item.revision.title for item in asked}
        return cls(outcomes, titles, available, state, change_number)


@dataclass(frozen=True, slots=True)
class FullTest:
    """How every question fares now.

    Attributes:
        asked: The questions with their entries.
        placements: By question.
        state: Whether vectors took part.
    """

    asked: tuple[AskedQuestion, ...]
    placements: Mapping[UUID, Placement]
    state: SearchState


class GoldTestUnavailableError(DependencyError):
    """The questions could not be run: the index failed or took too long."""

    code = "knowledge_test_unavailable"
    http_status = 503


def unavailable(error: Exception) -> GoldTestUnavailableError:
    """Translate what a store or its engine raised."""
    category = DependencyCategory.TIMEOUT if isinstance(error, TimeoutError) else DependencyCategory.REJECTED
    message = "The gold questions could not be run: search is unavailable or too slow. Try again in a moment."
    return GoldTestUnavailableError(message, category=category, retryable=True)
