"""A wall clock that moves only when a test says so, one second a reading."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta


class SteppingClock:
    """Every reading is one second after the last, so that rows have an order."""

    def __init__(self, start: datetime = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)) -> None:
        self._now = start

    def now(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now

    def monotonic(self) -> float:
        return self._now.timestamp()

    async def sleep(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        # A loop that does nothing but sleep must not take a core from the test.
        await asyncio.sleep(0.002)
