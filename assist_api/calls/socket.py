"""The socket of a call."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, WebSocket

from assist_api.calls.access import CallsDep, ReadingDep, viewer_of
from assist_api.calls.hub import CallHub
from assist_api.calls.reading import CallReading
from assist_api.calls.service import CallService
from assist_api.calls.stream import CALL_NOT_FOUND, CallStream
from assist_api.http.core import Core
from assist_api.http.deps import SESSION_COOKIE, CoreDep, provided
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from assist_api.http.sockets import (
    NOT_SIGNED_IN,
    PASSWORD_CHANGE_REQUIRED,
    SESSION_ENDED,
    TOO_MANY_SOCKETS,
    Closing,
    serve_accepted,
)
from kit.errors import NotFoundError

router = APIRouter()
HubDep = Annotated[CallHub, Depends(provided(CallHub))]


@router.websocket("/calls/{call_id}/stream")
async def stream_call(
    socket: WebSocket, call_id: str, core: CoreDep, calls: CallsDep, reading: ReadingDep, hub: HubDep
) -> None:
    """Send the snapshot of a call and every event after it (`assist_api.calls.events`)."""
    await serve_accepted(
        socket, lambda: _serve(socket, call_id, core, calls, reading, hub), crash_event="call_stream_crashed"
    )


async def _serve(
    socket: WebSocket, call_id: str, core: Core, calls: CallService, reading: CallReading, hub: CallHub
) -> Closing | None:
    token = socket.cookies.get(SESSION_COOKIE)
    account = await core.sessions.find_current(token)
    if account is None:
        return NOT_SIGNED_IN
    try:
        wanted = UUID(call_id)
    except ValueError:
        return CALL_NOT_FOUND

    async def find_refusal() -> Closing | None:
        now = await core.sessions.find_current(token)
        return SESSION_ENDED if now is None else await _refusal(now, calls, wanted)

    with hub.places.take(account.session_id) as has_place, core.sessions.changes.watch(account.id) as changed:
        if not has_place:
            return TOO_MANY_SOCKETS
        if (refused := await _refusal(account, calls, wanted)) is not None:
            return refused
        viewer = viewer_of(account, socket.client.host if socket.client else "")
        watched, events = await reading.watched(viewer, wanted, hub)
        stream = CallStream(
            socket, wanted, calls=watched, hub=events, clock=core.clock, find_refusal=find_refusal, changed=changed
        )
        return await stream.run()


async def _refusal(account: CurrentAccount, calls: CallService, call_id: UUID) -> Closing | None:
    if account.must_change_password:
        return PASSWORD_CHANGE_REQUIRED
    if not account.may(Permission.READ_OWN_CALLS):
        return Closing(4403, "not_allowed")
    try:
        await calls.archive.check_readable(viewer_of(account), call_id)
    except NotFoundError:
        return CALL_NOT_FOUND
    return None
