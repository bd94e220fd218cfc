"""A circuit breaker: stops asking a part that is away, and asks again with one call at a time. Pure and thread-safe."""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import StrEnum


class CircuitState(StrEnum):
    """Whether calls go through."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class CircuitBreaker:
    """Opens after failures in a row; after a pause lets one call through and closes when that one succeeds."""

    def __init__(
        self,
        *,
        failures: int,
        pause_seconds: float,
        monotonic: Callable[[], float],
        longest_pause_seconds: float | None = None,
    ) -> None:
        """Begin closed.

        Args:
            failures: In a row, that open it.
            pause_seconds: From a failure to the next try, and how long one try may keep others waiting.
            monotonic: Seconds that never run backwards.
            longest_pause_seconds: Every try that fails doubles the pause, up to this; None keeps it.
        """
        self._limit = failures
        self._first_pause_seconds = self._pause_seconds = pause_seconds
        self._longest_pause_seconds = longest_pause_seconds or pause_seconds
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._failures = 0
        self._next_try_at: float | None = None

    @property
    def state(self) -> CircuitState:
        """The state now; half open means that the next call would be the try."""
        with self._lock:
            if self._next_try_at is None:
                return CircuitState.CLOSED
            return CircuitState.HALF_OPEN if self._monotonic() >= self._next_try_at else CircuitState.OPEN

    def may_call(self) -> bool:
        """Whether this call may go through; while open, True makes the caller the one that tries."""
        with self._lock:
            if self._next_try_at is None:
                return True
            now = self._monotonic()
            if now < self._next_try_at:
                return False
            self._next_try_at = now + self._pause_seconds
            return True

    def note_success(self) -> bool:
        """Note that a call was answered; return whether this closed the circuit."""
        with self._lock:
            was_open = self._next_try_at is not None
            self._failures, self._next_try_at = 0, None
            self._pause_seconds = self._first_pause_seconds
            return was_open

    def note_failure(self) -> bool:
        """Note that a call was not answered; return whether this opened the circuit."""
        with self._lock:
            was_open = self._next_try_at is not None
            self._failures += 1
            if was_open:
                self._pause_seconds = min(2 * self._pause_seconds, self._longest_pause_seconds)
            if was_open or self._failures >= self._limit:
                self._next_try_at = self._monotonic() + self._pause_seconds
            return not was_open and self._next_try_at is not None
