"""HTTP and the socket of the floor."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, WebSocket, status
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.audit.accesses import AccessLog
from assist_api.audit.deps import ActorDep, AuditDep
from assist_api.calls.access import viewer_of
from assist_api.calls.hub import CallHub
from assist_api.floor.actions import FloorActions
from assist_api.floor.board import FloorBoard
from assist_api.floor.schemas import AgentStateRequest, CardPush, FloorActionAccepted, FloorView, SuperviseRequest
from assist_api.floor.stream import FloorStream
from assist_api.http.actor import actor_of
from assist_api.http.core import Core
from assist_api.http.deps import SESSION_COOKIE, CoreDep, SessionDep, permitted, provided
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
from assist_api.suggestions.pushed import CardPushed
from assist_api.telephony.agents import AgentAccounts

router = APIRouter(prefix="/floor", tags=["floor"])
BoardDep = Annotated[FloorBoard, Depends(provided(FloorBoard))]
ActionsDep = Annotated[FloorActions, Depends(provided(FloorActions))]
HubDep = Annotated[CallHub, Depends(provided(CallHub))]
Watcher = Annotated[CurrentAccount, Depends(permitted(Permission.WATCH_FLOOR))]
Director = Annotated[CurrentAccount, Depends(permitted(Permission.DIRECT_FLOOR))]
Extension = Annotated[str, Path(min_length=1, max_length=64)]
NOT_ALLOWED = Closing(4403, "not_allowed")


async def _telephone_of(session: AsyncSession, account: CurrentAccount) -> str:
    # Without an extension the user name stands for the telephone, as in `AgentAccounts.find`.
    return await AgentAccounts.extension_of(session, account.id) or account.username


@router.get("")
async def get_floor(
    account: Watcher, actor: ActorDep, core: CoreDep, board: BoardDep, audit: AuditDep, session: SessionDep
) -> FloorView:
    """Return the floor as it stands; a page that stays open uses the socket."""
    await AccessLog(core.database, core.clock, audit).note(actor, "floor.watched", "floor", "floor")
    return await board.view(await _telephone_of(session, account))


@router.post("/calls/{call_id}/supervise", status_code=status.HTTP_202_ACCEPTED)
async def supervise_call(
    call_id: UUID,
    wanted: SuperviseRequest,
    request: Request,
    account: Director,
    actions: ActionsDep,
    session: SessionDep,
) -> FloorActionAccepted:
    """Ring one's own telephone and listen, whisper or barge in; 409 says what is missing."""
    viewer = viewer_of(account, _address(request))
    extension = await actions.supervise(viewer, await _telephone_of(session, account), call_id, wanted.mode)
    return FloorActionAccepted(extension=extension)


@router.post("/calls/{call_id}/take-over", status_code=status.HTTP_202_ACCEPTED)
async def take_over_call(
    call_id: UUID, request: Request, account: Director, actions: ActionsDep, session: SessionDep
) -> FloorActionAccepted:
    """Connect the customer with oneself; one's telephone must be listening already."""
    viewer = viewer_of(account, _address(request))
    extension = await actions.take_over(viewer, await _telephone_of(session, account), call_id)
    return FloorActionAccepted(extension=extension)


@router.post("/calls/{call_id}/cards", status_code=status.HTTP_201_CREATED)
async def push_card(
    call_id: UUID, push: CardPush, request: Request, account: Director, actions: ActionsDep
) -> CardPushed:
    """Put a knowledge entry before the agent of a running call."""
    return await actions.push_card(viewer_of(account, _address(request)), call_id, push.entry_id)


@router.put("/agents/{agent}/state", status_code=status.HTTP_202_ACCEPTED)
async def set_agent_state(
    agent: Extension, wanted: AgentStateRequest, _account: Director, actor: ActorDep, actions: ActionsDep
) -> FloorActionAccepted:
    """Make an agent ready or pause the agent, with a reason."""
    return FloorActionAccepted(extension=await actions.set_state(actor, agent, wanted))


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


@router.websocket("/stream")
async def stream_floor(socket: WebSocket, core: CoreDep, board: BoardDep, hub: HubDep, audit: AuditDep) -> None:
    """Send the floor as it stands, and every half second what changed (`assist_api.floor.schemas`)."""
    accesses = AccessLog(core.database, core.clock, audit)
    await serve_accepted(socket, lambda: _serve(socket, core, board, hub, accesses), crash_event="floor_stream_crashed")


async def _serve(socket: WebSocket, core: Core, board: FloorBoard, hub: CallHub, accesses: AccessLog) -> Closing | None:
    token = socket.cookies.get(SESSION_COOKIE)
    account = await core.sessions.find_current(token)
    if account is None:
        return NOT_SIGNED_IN
    if (refused := _refusal(account)) is not None:
        return refused

    async def find_refusal() -> Closing | None:
        now = await core.sessions.find_current(token)
        return SESSION_ENDED if now is None else _refusal(now)

    async with core.database.session() as session:
        telephone = await _telephone_of(session, account)

    async def view() -> FloorView:
        return await board.view(telephone)

    address = socket.client.host if socket.client else ""
    with hub.places.take(account.session_id) as has_place, core.sessions.changes.watch(account.id) as changed:
        if not has_place:
            return TOO_MANY_SOCKETS
        await accesses.note(actor_of(account, address), "floor.watched", "floor", "floor")
        stream = FloorStream(socket, clock=core.clock, view=view, find_refusal=find_refusal, changed=changed)
        return await stream.run()


def _refusal(account: CurrentAccount) -> Closing | None:
    if account.must_change_password:
        return PASSWORD_CHANGE_REQUIRED
    return None if account.may(Permission.WATCH_FLOOR) else NOT_ALLOWED
