"""Pure: how much of the workers' time partials may take. No thread, no clock: the caller says what time it is.

Partials are welcome, finals are needed: partials may take a share of the time that finals leave. A machine that is
slow, or busy with many calls, takes longer for each window; charging what each one really took makes the interval
between partials widen by itself, before finals have to wait.
"""

from __future__ import annotations

BURST_SECONDS = 1.5
"""Work that may be spent at once after a quiet time: the partials of a sentence on an idle desk are never held back."""


class PartialBudget:
    """A bucket of working time that fills steadily and is drained by what partials took, and slowly by all else."""

    def __init__(self, worker_count: int, share: float) -> None:
        """Begin full.

        Args:
            worker_count: Workers that decode.
            share: Of the time in which they decode nothing else, how much partials may take over the long run, 0..1.
        """
        self._share = share
        self._filling = worker_count * share
        self._balance = BURST_SECONDS
        self._updated_at: float | None = None

    def charge(self, seconds: float, now: float) -> None:
        """Take off what a partial took."""
        self._balance = self._balance_at(now) - seconds
        self._updated_at = now

    def charge_needed(self, seconds: float, now: float) -> None:
        """Take off what would have come in while a worker decoded something else."""
        self.charge(seconds * self._share, now)

    def seconds_until_free(self, now: float) -> float:
        """Return how long to wait before the next partial may begin; 0 when it may now."""
        return max(0.0, -self._balance_at(now) / self._filling)

    def _balance_at(self, now: float) -> float:
        passed = 0.0 if self._updated_at is None else now - self._updated_at
        return min(BURST_SECONDS, self._balance + passed * self._filling)
