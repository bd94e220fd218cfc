"""Schedules say when a job is ordered without anybody's doing: after an interval or at a time of day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Protocol


class Schedule(Protocol):
    """A rule for due moments."""

    @property
    def rule(self) -> str:
        """The rule in a few words; equal for equal schedules, and kept in the database (at most 100 characters)."""
        ...

    def next_after(self, moment: datetime) -> datetime:
        """Return the first due moment after `moment`; both aware, the result in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class Every:
    """Due again and again after the same time; a server that was off runs once for all that it missed."""

    period: timedelta

    def __post_init__(self) -> None:
        if self.period <= timedelta(0):
            raise ValueError("the period must be positive")

    @property
    def rule(self) -> str:
        """The rule in words."""
        return f"every {self.period.total_seconds():g} s"

    def next_after(self, moment: datetime) -> datetime:
        """Return the moment one period later."""
        return moment.astimezone(UTC) + self.period


@dataclass(frozen=True, slots=True)
class DailyAt:
    """Due once a day at a time of the clock on the wall.

    Attributes:
        at: The time of day, without a zone.
        zone: The zone it means. A time that a change of summer time skips is due at the same distance from
            midnight; one that it repeats is due the first time.
    """

    at: time
    zone: tzinfo

    @property
    def rule(self) -> str:
        """The rule in words."""
        return f"daily at {self.at.isoformat()} {self.zone}"

    def next_after(self, moment: datetime) -> datetime:
        """Return the next time of day after the moment."""
        day = moment.astimezone(self.zone).date()
        while (due := datetime.combine(day, self.at, self.zone).astimezone(UTC)) <= moment:
            day += timedelta(days=1)
        return due
