"""When sign-in is refused after failures: pure, time is an argument.

An attempt counts before its password is looked at and is forgiven when it succeeds, so that attempts made at the
same time cannot slip past the limit together.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

WINDOW = timedelta(minutes=15)
"""How long a failure counts, and how long a lock lasts."""
FAILURES_PER_NAME = 5
FAILURES_PER_ADDRESS = 50
"""A hotline's agents may all come from one address."""


@dataclass(frozen=True, slots=True)
class FailureCount:
    """Attempts of one subject that did not succeed, so far as they still count."""

    failures: int
    last_failed_at: datetime


def retry_after_seconds(count: FailureCount | None, limit: int, now: datetime) -> int:
    """Return how long the subject has to wait, 0 when it may try now. A refused attempt does not prolong the lock."""
    if count is None or count.failures < limit:
        return 0
    return max(0, ceil((count.last_failed_at + WINDOW - now).total_seconds()))


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
