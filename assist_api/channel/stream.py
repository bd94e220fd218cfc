"""One page that watches its account: a snapshot, then every event after it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from assist_api.channel.events import ChannelEvent, ChannelMessage, ChannelSnapshot, ChannelSnapshotData
from assist_api.channel.hub import AccountChannel
from assist_api.http.account_changes import pause_unless
from assist_api.http.principal import CurrentAccount
from assist_api.http.sockets import PASSWORD_CHANGE_REQUIRED, SESSION_ENDED, TOO_MANY_SOCKETS, TOO_SLOW, Closing, Socket
from kit.bus import Subscription
from kit.clock import Clock
from kit.db_faults import STORAGE_FAULTS
from kit.tasks import cancel_and_wait

ACCOUNT_CHANGED = Closing(4403, "account_changed")
NOTHING_EXPECTED = Closing(1008, "message_unexpected")


@dataclass(frozen=True, slots=True)
class ChannelTimes:
    """How often, and how long.

    Attributes:
        check: Between two looks at the session, the role and what the snapshot shows.
        send: A message not taken by then means the page is too slow.
    """

    check: timedelta = timedelta(seconds=15)
    send: timedelta = timedelta(seconds=10)


class ChannelStream:
    """Serves one socket of one account.

    It subscribes first and takes the snapshot then, so that no event falls between. Events of other processes do not
    pass the bus of this one: what the snapshot shows is looked at again at every check, and news are sent as a new
    snapshot.
    """

    def __init__(
        self,
        socket: Socket,
        account: CurrentAccount,
        *,
        channel: AccountChannel,
        clock: Clock,
        find_account: Callable[[], Awaitable[CurrentAccount | None]],
        take_snapshot: Callable[[], Awaitable[ChannelSnapshotData]],
        changed: asyncio.Event | None = None,
        times: ChannelTimes | None = None,
    ) -> None:
        """Keep the parts.

        Args:
            socket: Accepted already.
            account: Whose channel it is, as it was when the socket opened.
            channel: Where the events come from.
            clock: For pauses and the time of a snapshot.
            find_account: The account behind the socket's session now; None when the session is over.
            take_snapshot: What the page shows now.
            changed: Set when the account or its sessions changed; it is looked at then, without waiting for the check.
            times: The usual ones by default.
        """
        self._socket = socket
        self._account = account
        self._channel = channel
        self._clock = clock
        self._find_account = find_account
        self._take_snapshot = take_snapshot
        self._changed = changed or asyncio.Event()
        self._times = times or ChannelTimes()
        self._sending = asyncio.Lock()
        self._shown: ChannelSnapshotData | None = None

    async def run(self) -> Closing | None:
        """Serve the socket until it is over; return how to close it, or None when the page left."""
        with self._channel.place(self._account.session_id) as has_place:
            if not has_place:
                return TOO_MANY_SOCKETS
            try:
                async with self._channel.watch(self._account.id) as subscription:
                    return await self._serve(subscription)
            except TimeoutError:
                return TOO_SLOW

    async def _serve(self, subscription: Subscription[ChannelEvent]) -> Closing | None:
        await self._send_snapshot()
        parts = (self._deliver(subscription), self._listen(), self._check())
        tasks = [asyncio.create_task(part, name="account-channel") for part in parts]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return done.pop().result()
        finally:
            await cancel_and_wait(*tasks)

    async def _deliver(self, subscription: Subscription[ChannelEvent]) -> Closing | None:
        async for event in subscription:
            await self._send(event)
        return TOO_SLOW

    async def _listen(self) -> Closing | None:
        message = await self._socket.receive()
        return None if message["type"] == "websocket.disconnect" else NOTHING_EXPECTED

    async def _check(self) -> Closing | None:
        while True:
            pause = self._clock.sleep(self._times.check.total_seconds())
            await pause_unless(self._changed, asyncio.create_task(pause, name="account-channel-pause"))
            self._changed.clear()
            try:
                if (closing := self._refusal(await self._find_account())) is not None:
                    return closing
                await self._send_snapshot(is_only_news=True)
            except STORAGE_FAULTS:
                # A database that is away ends no session; the next check looks again.
                continue

    def _refusal(self, account: CurrentAccount | None) -> Closing | None:
        if account is None:
            return SESSION_ENDED
        if account.must_change_password:
            return PASSWORD_CHANGE_REQUIRED
        is_same = (account.id, account.role, account.unit_id) == (
            self._account.id,
            self._account.role,
            self._account.unit_id,
        )
        return None if is_same else ACCOUNT_CHANGED

    async def _send_snapshot(self, *, is_only_news: bool = False) -> None:
        data = await self._take_snapshot()
        if is_only_news and data == self._shown:
            return
        self._shown = data
        await self._send(ChannelSnapshot(at=self._clock.now(), data=data))

    async def _send(self, message: ChannelMessage) -> None:
        async with self._sending, asyncio.timeout(self._times.send.total_seconds()):
            await self._socket.send_text(message.model_dump_json())
