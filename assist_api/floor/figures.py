"""Counts what happens to the calls of one queue and works out its figures. Pure; times are given.

Service level: of the calls that left the queue within the window, those answered within the target, divided by those
answered or abandoned. A call that left for another reason (time over, withdrawn) counts for neither.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

TARGET = timedelta(seconds=20)
"""`servicelevel` of the queues that we configure, and the usual 80/20 promise of call centres."""
WINDOW = timedelta(hours=1)
MOST_REMEMBERED = 10_000
"""Calls of one queue and one hour; a queue with more counts its newest."""


@dataclass(frozen=True, slots=True)
class Left:
    """A call that left the queue."""

    at: datetime
    waited: timedelta
    is_answered: bool


@dataclass(slots=True)
class QueueCounter:
    """Everything that is counted of one queue."""

    joined: dict[UUID, datetime] = field(default_factory=dict)
    left: deque[Left] = field(default_factory=lambda: deque(maxlen=MOST_REMEMBERED))
    talks: deque[timedelta] = field(default_factory=lambda: deque(maxlen=200))
    """Newest talk times, for the expected wait."""
    expected: dict[UUID, int] = field(default_factory=dict)
    """Seconds that a waiting call was expected to wait when it joined."""
    misses: deque[float] = field(default_factory=lambda: deque(maxlen=200))
    """Of the newest answered calls: by how many seconds the expected wait was wrong."""

    def join(self, call_id: UUID, at: datetime, expected_seconds: int | None = None) -> None:
        """Note a call that waits; one that is known to wait keeps its time."""
        if call_id not in self.joined and expected_seconds is not None:
            self.expected[call_id] = expected_seconds
        self.joined.setdefault(call_id, at)

    def leave(self, call_id: UUID, at: datetime, *, is_answered: bool, is_counted: bool = True) -> None:
        """Note a call that waits no more."""
        joined, expected = self.joined.pop(call_id, None), self.expected.pop(call_id, None)
        if joined is not None and expected is not None and is_answered:
            self.misses.append(abs((at - joined).total_seconds() - expected))
        if joined is not None and is_counted:
            self.left.append(Left(at, at - joined, is_answered))

    def talked(self, lasted: timedelta) -> None:
        """Note how long a conversation from this queue lasted."""
        self.talks.append(lasted)

    def forget(self, now: datetime) -> None:
        """Drop what is older than the window."""
        while self.left and now - self.left[0].at > WINDOW:
            self.left.popleft()

    @property
    def longest_since(self) -> datetime | None:
        """When the call that waits longest joined."""
        return min(self.joined.values(), default=None)

    @property
    def answered(self) -> int:
        """Calls that were answered within the window."""
        return sum(item.is_answered for item in self.left)

    @property
    def abandoned(self) -> int:
        """Calls whose caller gave up within the window."""
        return len(self.left) - self.answered

    @property
    def service_level(self) -> float | None:
        """The share of calls answered in time; None when no call left the queue within the window."""
        if not self.left:
            return None
        in_time = sum(item.is_answered and item.waited <= TARGET for item in self.left)
        return round(in_time / len(self.left), 3)

    @property
    def wait_error(self) -> int | None:
        """By how many seconds the expected wait was wrong at the mean; None before an answered call."""
        return round(sum(self.misses) / len(self.misses)) if self.misses else None

    def expected_wait(self, *, ready: int, serving: int, ahead: int | None = None) -> int | None:
        """Return how many seconds a caller will wait, as far as that can be told.

        Args:
            ready: Agents who could be rung now.
            serving: Agents who serve the queue at all.
            ahead: Callers before this one; None for a caller who joins now.
        """
        before = len(self.joined) if ahead is None else ahead
        if ready and not before:
            return 0
        if not serving or not self.talks:
            return None
        mean = sum(self.talks, timedelta()) / len(self.talks)
        return round((before + 1) * mean.total_seconds() / serving)
