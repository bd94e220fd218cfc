"""The socket of an account."""

from __future__ import annotations

from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, WebSocket, WebSocketDisconnect

from assist_api.channel.events import ChannelSnapshotData
from assist_api.channel.hub import AccountChannel
from assist_api.channel.stream import (
    NOT_SIGNED_IN,
    PASSWORD_CHANGE_REQUIRED,
    SERVER_FAILED,
    ChannelStream,
    Closing,
)
from assist_api.http.core import Core
from assist_api.http.deps import SESSION_COOKIE, CoreDep, provided
from assist_api.http.principal import CurrentAccount

router = APIRouter()
log = structlog.get_logger(__name__)
ChannelDep = Annotated[AccountChannel, Depends(provided(AccountChannel))]


@router.websocket("/channel")
async def stream_account(socket: WebSocket, core: CoreDep, channel: ChannelDep) -> None:
    """Send what concerns the signed-in account (`assist_api.channel.events`), whichever page is open.

    The socket is accepted before anything is checked: a browser tells its page the close code only then. A foreign
    origin never gets here.
    """
    await socket.accept()
    try:
        closing = await _serve(socket, core, channel)
    except WebSocketDisconnect:
        return
    except Exception:  # the edge where a bug is logged, once
        log.exception("account_channel_crashed")
        closing = SERVER_FAILED
    if closing is not None:
        await socket.close(closing.code, closing.reason)


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
