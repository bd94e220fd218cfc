"""Collects the events of an adapter and waits for what a test expects."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from cti_adapter.adapter import CTIAdapter
from cti_adapter.events import CallStateChanged, CTIEvent
from cti_adapter.settings import CTISettings
from kit.tasks import cancel_and_wait

EventT = TypeVar("EventT", bound=CTIEvent)
WAIT_SECONDS = 30.0
"""Generous: a test waits for an event, never for a time."""


class EventLog:
    """Every event so far, in order."""

    def __init__(self) -> None:
        self.events: list[CTIEvent] = []
        self._changed = asyncio.Event()

    def add(self, event: CTIEvent) -> None:
        """Add one event."""
        self.events.append(event)
        self._changed.set()

    def of(self, kind: type[EventT]) -> list[EventT]:
        """Return the events of a kind."""
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def states(self) -> list[str]:
        """States that calls went to, in order."""
        return [event.state.value for event in self.of(CallStateChanged)]

    async def wait(self, kind: type[EventT], matches: Callable[[EventT], bool] = lambda _: True) -> EventT:
        """Return the first event of a kind that matches, once it is there."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                while True:
                    self._changed.clear()
                    found = next((event for event in self.of(kind) if matches(event)), None)
                    if found is not None:
                        return found
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"no {kind.type} came; there were {[event.type for event in self.events]}") from None

    async def wait_state(self, state: str) -> CallStateChanged:
        """Return the first event of a call that went to a state."""
        return await self.wait(CallStateChanged, lambda event: event.state == state)


@asynccontextmanager
async def follow(settings: CTISettings, **options: object) -> AsyncIterator[tuple[CTIAdapter, EventLog]]:
    """Follow an exchange and log its events from the first on."""
    adapter = CTIAdapter(settings, **options)  # type: ignore[arg-type]
    log = EventLog()

    async def collect() -> None:
        async for event in adapter.events():
            log.add(event)

    collecting = asyncio.create_task(collect())
    await asyncio.sleep(0)
    try:
        await adapter.start()
        yield adapter, log
    finally:
        await adapter.aclose()
        await cancel_and_wait(collecting)
