"""Publishes the events of calls to the sockets that watch them."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from uuid import UUID

from assist_api.calls.events import CallEvent
from assist_api.http.places import Places
from kit.bus import Bus, Subscription


class CallHub:
    """One topic per call. Publishing never waits for a screen: one that is too slow is cut off and resyncs."""

    def __init__(self, bus: Bus[CallEvent], queue_size: int = 256, sockets_per_session: int = 20) -> None:
        self.places = Places(sockets_per_session)
        """Of the sockets of each session."""
        self._bus = bus
        self._queue_size = queue_size

    async def publish(self, event: CallEvent) -> None:
        """Hand an event, already committed, to everyone who watches the call."""
        await self._bus.publish(str(event.call_id), event)

    def watch(
        self, call_id: UUID, *, queue_size: int | None = None
    ) -> AbstractAsyncContextManager[Subscription[CallEvent]]:
        """Subscribe to a call's events while the context is open; take the snapshot inside it, not before.

        Args:
            call_id: The call; it need not exist yet.
            queue_size: Events that may wait for this watcher, when the usual number is too small for it.
        """
        return self._bus.subscribe(str(call_id), queue_size=queue_size or self._queue_size)
