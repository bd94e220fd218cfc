"""The socket of an account."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, WebSocket

from assist_api.channel.events import ChannelSnapshotData
from assist_api.channel.hub import AccountChannel
from assist_api.channel.stream import ChannelStream
from assist_api.http.core import Core
from assist_api.http.deps import SESSION_COOKIE, CoreDep, provided
from assist_api.http.principal import CurrentAccount
from assist_api.http.sockets import NOT_SIGNED_IN, PASSWORD_CHANGE_REQUIRED, Closing, serve_accepted

router = APIRouter()
ChannelDep = Annotated[AccountChannel, Depends(provided(AccountChannel))]


@router.websocket("/channel")
async def stream_account(socket: WebSocket, core: CoreDep, channel: ChannelDep) -> None:
    """Send what concerns the signed-in account (`assist_api.channel.events`), whichever page is open."""
    await serve_accepted(socket, lambda: _serve(socket, core, channel), crash_event="account_channel_crashed")


async def _serve(socket: WebSocket, core: Core, channel: AccountChannel) -> Closing | None:
    token = socket.cookies.get(SESSION_COOKIE)
    account = await core.sessions.find_current(token)
    if account is None:
        return NOT_SIGNED_IN
    if account.must_change_password:
        return PASSWORD_CHANGE_REQUIRED

    async def find_account() -> CurrentAccount | None:
        return await core.sessions.find_current(token)

    async def take_snapshot() -> ChannelSnapshotData:
        return ChannelSnapshotData(counts=await channel.counts(account.id))

    with core.sessions.changes.watch(account.id) as changed:
        stream = ChannelStream(
            socket,
            account,
            channel=channel,
            clock=core.clock,
            find_account=find_account,
            take_snapshot=take_snapshot,
            changed=changed,
        )
        return await stream.run()
