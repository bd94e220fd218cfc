"""How long sign-in is refused after failures: pure, time is an argument.

An attempt counts before its password is looked at and is forgiven when it succeeds, so that attempts made at the
same time cannot slip past the limit together. A wait grows with every failure up to a minute and never becomes a
lock: whoever fails on purpose under somebody's name must not keep that person out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

WINDOW = timedelta(minutes=15)
"""How long a failure counts."""
FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=1)
"""With it a name is guessed at 1440 times a day; the weakest password that is accepted takes 10^8 guesses."""
FAILURES_PER_NAME = 5
"""Failures without a wait: people mistype."""
FAILURES_PER_ADDRESS = 50
"""A hotline's agents may all come from one address."""


@dataclass(frozen=True, slots=True)
class FailureCount:
    """Attempts of one subject that did not succeed, so far as they still count."""

    failures: int
    last_failed_at: datetime


def wait_after(failures: int, limit: int) -> timedelta:
    """Return the wait that the last failure began: none below the limit, then twice as long each time."""
    if failures < limit:
        return timedelta(0)
    doublings = min(failures - limit, 16)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def retry_after_seconds(count: FailureCount | None, limit: int, now: datetime) -> int:
    """Return how long the subject has to wait, 0 when it may try now.

    A refused attempt does not prolong the wait. After the clock was set back the wait is no longer than from new.
    """
    if count is None:
        return 0
    wait = wait_after(count.failures, limit)
    passed = max(timedelta(0), now - count.last_failed_at)
    return max(0, ceil((wait - passed).total_seconds()))


def add_failure(count: FailureCount | None, now: datetime) -> FailureCount:
    """Count one more attempt; older ones are forgotten after a quiet window."""
    if count is None or now - count.last_failed_at >= WINDOW:
        return FailureCount(1, now)
    return FailureCount(count.failures + 1, now)


def name_subject(username: str) -> str:
    """Return the key of a name, hashed: people type passwords into the name field."""
    return f"name:{hashlib.sha256(username.encode()).hexdigest()}"


def address_subject(address: str) -> str:
    """Return the key of a client address."""
    return f"address:{hashlib.sha256(address.encode()).hexdigest()}"
