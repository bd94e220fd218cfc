"""One page that shows its telephone: the telephone as it stands, again at each change and each second at the latest."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from assist_api.http.sockets import TOO_SLOW, Closing, Socket, first_closing
from assist_api.telephony.desk import TelephoneDesk
from assist_api.telephony.schemas import TelephoneChanged
from kit.clock import Clock
from kit.db_faults import STORAGE_FAULTS

BEAT = timedelta(seconds=1)
"""A page that hears nothing for three of these says that the line is lost."""
GATHER = timedelta(seconds=0.05)
"""What belongs together comes from the exchange within this time and is sent once."""
SEND = timedelta(seconds=10)
CHECK_EVERY = 15
"""Beats between two looks at the session and the right to a telephone."""
NOTHING_EXPECTED = Closing(1008, "message_unexpected")


class TelephoneStream:
    """Serves one socket.

    Args:
        socket: Accepted already.
        clock: For the time of messages.
        desk: Knows the telephones and when one of them changed.
        find_extension: Number of the account's telephone, or how to close the socket.
        changed: Set when the account or its sessions changed.
    """

    def __init__(
        self,
        socket: Socket,
        *,
        clock: Clock,
        desk: TelephoneDesk,
        find_extension: Callable[[], Awaitable[str | Closing | None]],
        changed: asyncio.Event,
    ) -> None:
        self._socket = socket
        self._clock = clock
        self._desk = desk
        self._find_extension = find_extension
        self._changed = changed

    async def run(self) -> Closing | None:
        """Serve the socket until it is over; return how to close it, or None when the page left."""
        try:
            return await first_closing(self._deliver(), self._listen(), name="telephone-stream")
        except TimeoutError:
            return TOO_SLOW

    async def _deliver(self) -> Closing:
        extension: str | None = None
        beats = 0
        while True:
            if beats % CHECK_EVERY == 0 or self._changed.is_set():
                self._changed.clear()
                try:
                    found = await self._find_extension()
                except STORAGE_FAULTS:
                    # A database that is away ends no session; the next check looks again.
                    found = extension
                if isinstance(found, Closing):
                    return found
                extension = found
            change = self._desk.next_change()
            message = TelephoneChanged(at=self._clock.now(), data=self._desk.view(extension))
            async with asyncio.timeout(SEND.total_seconds()):
                await self._socket.send_text(message.model_dump_json())
            try:
                async with asyncio.timeout(BEAT.total_seconds()):
                    await change.wait()
                await asyncio.sleep(GATHER.total_seconds())
            except TimeoutError:
                beats += 1

    async def _listen(self) -> Closing | None:
        message = await self._socket.receive()
        return None if message["type"] == "websocket.disconnect" else NOTHING_EXPECTED
