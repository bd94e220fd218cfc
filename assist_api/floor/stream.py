"""One page that watches the floor: a snapshot, then the changes of each half second together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from assist_api.floor.schemas import FloorChange, FloorChanged, FloorSnapshot, FloorView
from assist_api.http.sockets import TOO_SLOW, Closing, Socket, first_closing
from kit.clock import Clock
from kit.db_faults import STORAGE_FAULTS

TICK = timedelta(seconds=0.5)
"""An alert must be seen within a second of being raised; figures need no more."""
SEND = timedelta(seconds=10)
"""A message not taken by then means that the page is too slow."""
CHECK_EVERY = 30
"""Ticks between two looks at the session and the right to the floor: 15 s, as the other sockets have it."""
NOTHING_EXPECTED = Closing(1008, "message_unexpected")
_PARTS = ("exchange", "queues", "agents", "calls", "alerts")


class FloorStream:
    """Serves one socket."""

    def __init__(
        self,
        socket: Socket,
        *,
        clock: Clock,
        view: Callable[[], Awaitable[FloorView]],
        find_refusal: Callable[[], Awaitable[Closing | None]],
        changed: asyncio.Event,
    ) -> None:
        """Keep the parts.

        Args:
            socket: Accepted already.
            clock: For the ticks and the time of messages.
            view: The floor as it stands.
            find_refusal: Why the account may not watch any longer; None while it may.
            changed: Set when the account or its sessions changed; the right is looked at again at the next tick.
        """
        self._socket = socket
        self._clock = clock
        self._view = view
        self._find_refusal = find_refusal
        self._changed = changed

    async def run(self) -> Closing | None:
        """Serve the socket until it is over; return how to close it, or None when the page left."""
        try:
            return await first_closing(self._deliver(), self._listen(), name="floor-stream")
        except TimeoutError:
            return TOO_SLOW

    async def _deliver(self) -> Closing | None:
        shown = await self._view()
        await self._send(FloorSnapshot(at=self._clock.now(), data=shown))
        tick = 0
        while True:
            await self._clock.sleep(TICK.total_seconds())
            tick += 1
            if self._changed.is_set() or tick % CHECK_EVERY == 0:
                self._changed.clear()
                if (closing := await self._refusal()) is not None:
                    return closing
            now = await self._view()
            if now.extension != shown.extension:
                await self._send(FloorSnapshot(at=self._clock.now(), data=now))
            elif (change := change_between(shown, now)) is not None:
                await self._send(FloorChanged(at=self._clock.now(), data=change))
            shown = now

    async def _refusal(self) -> Closing | None:
        try:
            return await self._find_refusal()
        except STORAGE_FAULTS:
            # A database that is away ends no session; the next check looks again.
            return None

    async def _listen(self) -> Closing | None:
        message = await self._socket.receive()
        return None if message["type"] == "websocket.disconnect" else NOTHING_EXPECTED

    async def _send(self, message: FloorSnapshot | FloorChanged) -> None:
        async with asyncio.timeout(SEND.total_seconds()):
            await self._socket.send_text(message.model_dump_json())


def change_between(before: FloorView, after: FloorView) -> FloorChange | None:
    """Return the parts that differ; None when nothing does."""
    changed = {part: getattr(after, part) for part in _PARTS if getattr(after, part) != getattr(before, part)}
    if not changed:
        return None
    return FloorChange.model_validate(dict.fromkeys(_PARTS) | changed)
