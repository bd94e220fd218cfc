"""One screen that watches one call: a snapshot, then every event after it, and what the screen may ask."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

import structlog
from pydantic import ValidationError

from assist_api.calls import metrics
from assist_api.calls.events import CallEvent, CallSnapshotEvent, SnapshotRequested
from assist_api.calls.hub import CallHub
from assist_api.http.account_changes import pause_unless
from assist_api.http.sockets import TOO_SLOW, Closing, Socket
from kit.bus import Subscription
from kit.clock import Clock
from kit.db_faults import STORAGE_FAULTS
from kit.tasks import cancel_and_wait

log = structlog.get_logger(__name__)

MAX_MESSAGE_CHARACTERS = 1_024
"""A client has one thing to say, in 30 characters."""


CALL_NOT_FOUND = Closing(4404, "call_not_found")
TOO_LARGE = Closing(1009, "message_too_large")
BINARY = Closing(1007, "message_binary")
MALFORMED = Closing(1007, "message_malformed")


@dataclass(frozen=True, slots=True)
class StreamTimes:
    """How often, and how long.

    Attributes:
        session_check: Between two looks at whether the session and the right to the call still stand.
        poll: Between two looks at a call that another process carries.
        send: A message not taken by then means the client is too slow.
    """

    session_check: timedelta = timedelta(seconds=15)
    poll: timedelta = timedelta(seconds=1)
    send: timedelta = timedelta(seconds=10)


class WatchedCalls(Protocol):
    """The part of `assist_api.calls.service.CallService` that a stream needs."""

    async def snapshot(self, call_id: UUID) -> CallSnapshotEvent:
        """Return the call as it stands."""
        ...

    def is_carried_here(self, call_id: UUID) -> bool:
        """Tell whether the call's events pass the hub of this process."""
        ...


class CallStream:
    """Serves one socket. A client never misses an event and never sees one twice.

    It subscribes first and takes the snapshot then, so that nothing falls between; events that the snapshot already
    contains are skipped by their number. A call carried by another process has no events here: it is looked at
    every second, and news are sent as a new snapshot.
    """

    def __init__(
        self,
        socket: Socket,
        call_id: UUID,
        *,
        calls: WatchedCalls,
        hub: CallHub,
        clock: Clock,
        find_refusal: Callable[[], Awaitable[Closing | None]],
        changed: asyncio.Event | None = None,
        times: StreamTimes | None = None,
    ) -> None:
        """Keep the parts.

        Args:
            socket: Accepted already.
            call_id: The call that is watched.
            calls: Where snapshots come from.
            hub: Where events come from.
            clock: For pauses.
            find_refusal: Why the account may not watch the call any longer; None while it may.
            changed: Set when the account or its sessions changed; the right is looked at again then.
            times: The usual ones by default.
        """
        self._socket = socket
        self._call_id = call_id
        self._calls = calls
        self._hub = hub
        self._clock = clock
        self._find_refusal = find_refusal
        self._changed = changed or asyncio.Event()
        self._times = times or StreamTimes()
        self._sending = asyncio.Lock()
        self._last_seq = 0
        self._is_ended = False

    async def run(self) -> Closing | None:
        """Serve the socket until it is over; return how to close it, or None when the client left."""
        metrics.CLIENTS.inc()
        try:
            async with self._hub.watch(self._call_id) as subscription:
                return await self._serve(subscription)
        except TimeoutError:
            metrics.CLIENTS_CUT_OFF.inc()
            return TOO_SLOW
        finally:
            metrics.CLIENTS.dec()

    async def _serve(self, subscription: Subscription[CallEvent]) -> Closing | None:
        await self._send_snapshot()
        parts = (self._deliver(subscription), self._listen(), self._watch_session(), self._poll())
        tasks = [asyncio.create_task(part, name="call-stream") for part in parts]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return done.pop().result()
        finally:
            await cancel_and_wait(*tasks)

    async def _deliver(self, subscription: Subscription[CallEvent]) -> Closing | None:
        async for event in subscription:
            async with self._sending:
                if event.seq > self._last_seq:
                    self._last_seq = event.seq
                    await self._send(event)
        metrics.CLIENTS_CUT_OFF.inc()
        return TOO_SLOW

    async def _listen(self) -> Closing | None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return None
            closing = check_message(message)
            if closing is not None:
                return closing
            if (refused := await self._refusal()) is not None:
                return refused
            await self._send_snapshot()

    async def _watch_session(self) -> Closing | None:
        while True:
            self._changed.clear()
            if (refused := await self._refusal()) is not None:
                return refused
            pause = self._clock.sleep(self._times.session_check.total_seconds())
            await pause_unless(self._changed, asyncio.create_task(pause, name="call-stream-pause"))

    async def _refusal(self) -> Closing | None:
        try:
            return await self._find_refusal()
        except STORAGE_FAULTS:
            # A database that is away ends no session; its calls go on.
            return None

    async def _poll(self) -> Closing | None:
        while not self._is_ended:
            await self._clock.sleep(self._times.poll.total_seconds())
            if not self._calls.is_carried_here(self._call_id):
                await self._send_snapshot(is_only_news=True)
        # Only feedback may still come, and it passes the hub.
        await asyncio.Event().wait()
        return None

    async def _send_snapshot(self, *, is_only_news: bool = False) -> None:
        async with self._sending:
            snapshot = await self._calls.snapshot(self._call_id)
            self._is_ended = snapshot.data.call.state.is_over
            if not is_only_news or snapshot.seq > self._last_seq:
                self._last_seq = snapshot.seq
                await self._send(snapshot)

    async def _send(self, message: CallEvent | CallSnapshotEvent) -> None:
        async with asyncio.timeout(self._times.send.total_seconds()):
            await self._socket.send_text(message.model_dump_json())


def check_message(message: dict[str, Any]) -> Closing | None:
    """Return how to close the socket over what a client sent, or None when it asks for a snapshot."""
    text = message.get("text")
    if text is None:
        return BINARY
    if len(text) > MAX_MESSAGE_CHARACTERS:
        return TOO_LARGE
    try:
        SnapshotRequested.model_validate_json(text)
    except ValidationError:
        return MALFORMED
    return None
