"""The level of help of a new hire: it begins at three, and each result that is good enough takes one away. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from assist_api.new_hires.policy import NewHirePolicy

MeasureName = Literal["lessons", "categories", "cards"]
MEASURES: tuple[MeasureName, ...] = ("lessons", "categories", "cards")
MOST_HELP = len(MEASURES)
"""The level of somebody who has shown nothing yet; 0 is the desk as everybody sees it."""


@dataclass(frozen=True, slots=True)
class Result:
    """What somebody reached in one measure.

    Attributes:
        count: Lessons, chosen categories or calls that the share is of.
        percent: Mean score or share, 0..100; 0 where there is nothing yet.
    """

    count: int
    percent: float


@dataclass(frozen=True, slots=True)
class Judged:
    """A result beside what takes a level away."""

    measure: MeasureName
    result: Result
    needed_count: int
    needed_percent: int

    @property
    def has_passed(self) -> bool:
        """Whether it takes a level away."""
        return self.result.count >= self.needed_count and self.result.percent >= self.needed_percent


def judged(results: Mapping[MeasureName, Result], policy: NewHirePolicy) -> tuple[Judged, ...]:
    """Return every measure with what it needs; one without a result has not passed."""
    needed: Mapping[MeasureName, tuple[int, int]] = {
        "lessons": (policy.lessons_from, policy.lesson_percent),
        "categories": (policy.filings_from, policy.category_percent),
        "cards": (policy.calls_from, policy.card_percent),
    }
    return tuple(Judged(name, results.get(name, Result(0, 0.0)), *needed[name]) for name in MEASURES)


def level_of(measures: tuple[Judged, ...], fixed_level: int | None) -> int:
    """Return the level: what a trainer fixed, else one less than the most for each measure that has passed.

    Results are those of the newest calls and exercises, so that a level comes back when they get worse.
    """
    if fixed_level is not None:
        return fixed_level
    return MOST_HELP - sum(measure.has_passed for measure in measures)
