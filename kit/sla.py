"""The clock of a time limit (SLA), computed from a log of events whenever somebody asks. Pure.

Nothing is counted and stored: a pause that was forgotten is added to the log, and every figure is right again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kit.calendar import WorkingCalendar

_NONE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Started:
    """The clock begins to run, with a limit of working time."""

    at: datetime
    limit: timedelta


@dataclass(frozen=True, slots=True)
class Paused:
    """A reason to wait begins; the clock stands while any reason lasts."""

    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Resumed:
    """A reason to wait is over."""

    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LimitChanged:
    """Another limit holds from now on; the time that was used stays used."""

    at: datetime
    limit: timedelta


@dataclass(frozen=True, slots=True)
class Ended:
    """The work is done; the clock stands for good."""

    at: datetime


SLAEvent = Started | Paused | Resumed | LimitChanged | Ended


class ClockState(StrEnum):
    """What the clock does now."""

    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class SLAClock:
    """The clock at one moment.

    Attributes:
        state: What it does.
        limit: In force.
        used: Working time that passed while it ran.
        due_at: When the limit is reached if nothing changes; None while it stands or once it was reached.
        breached_at: Since when the limit in force is exceeded; None while it is kept.
    """

    state: ClockState
    limit: timedelta
    used: timedelta
    due_at: datetime | None
    breached_at: datetime | None

    @property
    def remaining(self) -> timedelta:
        """Working time left; negative once the limit is exceeded."""
        return self.limit - self.used


class EventOrderError(ValueError):
    """The log does not begin with one start, or goes on after its end; nothing can be computed from it."""


def sla_clock(events: Iterable[SLAEvent], calendar: WorkingCalendar, now: datetime) -> SLAClock:
    """Return the clock at a moment.

    Args:
        events: In the order of the log. A moment before that of the event ahead of it, from a machine whose clock was
            set back, counts as that one's: time never runs backwards, and no pause is lost.
        calendar: What is working time.
        now: The moment; not before the last event, or it counts as the last event's.

    Raises:
        EventOrderError: There is no start, two of them, or an event after the end.
        ValueError: A moment is naive, or a limit is negative.
    """
    run = _Run(calendar)
    for event in events:
        run.take(event)
    return run.clock_at(now)


class _Run:
    """Walks through the log."""

    def __init__(self, calendar: WorkingCalendar) -> None:
        self._calendar = calendar
        self._at: datetime | None = None
        self._limit = _NONE
        self._used = _NONE
        self._breached_at: datetime | None = None
        self._waits: set[str] = set()
        self._is_ended = False

    def take(self, event: SLAEvent) -> None:
        if self._is_ended or isinstance(event, Started) is not (self._at is None):
            raise EventOrderError(f"the event {type(event).__name__} at {event.at} does not fit the log before it")
        at = self._advance(event.at)
        if isinstance(event, Started | LimitChanged):
            self._set_limit(event.limit, at)
        elif isinstance(event, Paused):
            self._waits.add(event.reason)
        elif isinstance(event, Resumed):
            self._waits.discard(event.reason)
        else:
            self._is_ended = True

    def clock_at(self, now: datetime) -> SLAClock:
        if self._at is None:
            raise EventOrderError("the log holds no start")
        at = self._at if self._is_ended else self._advance(now)
        is_running = not self._is_ended and not self._waits
        due_at = None
        if is_running and self._breached_at is None:
            due_at = self._calendar.add_working_time(at, self._limit - self._used)
        state = ClockState.RUNNING if is_running else ClockState.ENDED if self._is_ended else ClockState.PAUSED
        return SLAClock(state, self._limit, self._used, due_at, self._breached_at)

    def _advance(self, moment: datetime) -> datetime:
        since, at = self._at, moment if self._at is None else max(self._at, moment)
        self._at = at
        if since is None or self._waits:
            return at
        passed = self._calendar.working_time_between(since, at)
        if self._breached_at is None and self._used + passed > self._limit:
            self._breached_at = self._calendar.add_working_time(since, self._limit - self._used)
        self._used += passed
        return at

    def _set_limit(self, limit: timedelta, at: datetime) -> None:
        if limit < _NONE:
            raise ValueError("a limit of working time is not negative")
        self._limit = limit
        if self._used <= limit:
            self._breached_at = None
        elif self._breached_at is None:
            self._breached_at = at
