"""A clock that stands still until a test moves it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta


class ManualClock:
    """Starts on a Sunday morning; `advance` moves wall and monotonic time together."""

    def __init__(self) -> None:
        self._now = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._now.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.advance(timedelta(seconds=seconds))
        # A loop that does nothing but sleep must not take a core from the test.
        await asyncio.sleep(0.002)

    def advance(self, by: timedelta) -> None:
        self._now += by


class PatientClock(ManualClock):
    """Stands still as well, but sleeps for real (shortly): for tests in which a background loop waits on the clock."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.02))
