"""HTTP: one's own telephone."""

from __future__ import annotations

import asyncio
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, WebSocket, status

from assist_api.audit.deps import ActorDep, AuditDep
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
    first_closing,
    serve_accepted,
)
from assist_api.telephony.agents import AgentAccounts
from assist_api.telephony.desk import TelephoneDesk
from assist_api.telephony.relay import EXCHANGE_LOST, SIP, relay
from assist_api.telephony.schemas import (
    AgentStateChoice,
    Colleague,
    Colleagues,
    FlowForCaller,
    NumberToCall,
    SoftphoneAccess,
    TelephoneView,
)
from assist_api.telephony.stream import TelephoneStream
from kit.errors import ConflictError

router = APIRouter(prefix="/telephony", tags=["telephony"])
Agent = Annotated[CurrentAccount, Depends(permitted(Permission.TAKE_CALLS))]
AgentsDep = Annotated[AgentAccounts, Depends(provided(AgentAccounts))]
DeskDep = Annotated[TelephoneDesk, Depends(provided(TelephoneDesk))]
NOT_ALLOWED = Closing(4403, "not_allowed")


async def get_extension(account: Agent, session: SessionDep) -> str | None:
    """Return the number of one's telephone."""
    return await AgentAccounts.extension_of(session, account.id)


ExtensionDep = Annotated[str | None, Depends(get_extension)]


async def need_extension(extension: ExtensionDep) -> str:
    """Return the number of one's telephone.

    Raises:
        ConflictError: `no_extension`: the account has none.
    """
    if extension is None:
        text = "This account has no telephone. Let an administrator give it an extension."
        raise ConflictError(text, code="no_extension")
    return extension


NeededExtension = Annotated[str, Depends(need_extension)]


@router.get("/agent")
async def read_telephone(extension: ExtensionDep, desk: DeskDep) -> TelephoneView:
    """Return one's own telephone: its state and its call."""
    return desk.view(extension)


@router.put("/agent/state")
async def choose_agent_state(
    choice: AgentStateChoice,
    extension: NeededExtension,
    desk: DeskDep,
    session: SessionDep,
    audit: AuditDep,
    actor: ActorDep,
) -> TelephoneView:
    """Take calls, or take none for a reason; `ready` also ends the wrap-up."""
    if choice.reason is None:
        await desk.set_ready(extension)
    else:
        await desk.set_not_ready(extension, choice.reason)
    details = {"state": choice.state, "reason": choice.reason}
    audit.record(session, actor, "agent.state_chosen", "extension", extension, details=details)
    return desk.view(extension)


@router.get("/softphone")
async def open_softphone(
    extension: ExtensionDep, desk: DeskDep, session: SessionDep, audit: AuditDep, actor: ActorDep
) -> SoftphoneAccess:
    """Give the owner of a telephone its password, so that the page can be that telephone; recorded in the audit log."""
    access = desk.access(extension)
    audit.record(session, actor, "softphone.opened", "extension", access.extension)
    return access


@router.post("/agent/transfer", status_code=status.HTTP_204_NO_CONTENT)
async def transfer_call(
    target: NumberToCall,
    extension: NeededExtension,
    desk: DeskDep,
    session: SessionDep,
    audit: AuditDep,
    actor: ActorDep,
) -> None:
    """Pass one's call on without a word."""
    call = await desk.transfer(extension, target.number)
    audit.record(session, actor, "call.transferred", "call", call.call_id)


@router.post("/agent/flow", status_code=status.HTTP_204_NO_CONTENT)
async def send_to_flow(
    wanted: FlowForCaller,
    extension: NeededExtension,
    desk: DeskDep,
    session: SessionDep,
    audit: AuditDep,
    actor: ActorDep,
) -> None:
    """Let one's caller talk with a speech flow, and get the caller back with what it learned."""
    call = await desk.send_to_flow(extension, wanted.flow)
    audit.record(session, actor, "call.sent_to_flow", "call", call.call_id, details={"flow": wanted.flow})


@router.post("/agent/consult", status_code=status.HTTP_204_NO_CONTENT)
async def consult_colleague(
    target: NumberToCall,
    extension: NeededExtension,
    desk: DeskDep,
    session: SessionDep,
    audit: AuditDep,
    actor: ActorDep,
) -> None:
    """Put the customer on hold and call a colleague; hanging up then passes the customer on."""
    call = await desk.consult(extension, target.number)
    audit.record(session, actor, "call.consulted", "call", call.call_id)


@router.delete("/agent/consult", status_code=status.HTTP_204_NO_CONTENT)
async def cancel_consult(
    extension: NeededExtension, desk: DeskDep, session: SessionDep, audit: AuditDep, actor: ActorDep
) -> None:
    """Leave the colleague and return to the customer."""
    call = await desk.cancel_consult(extension)
    audit.record(session, actor, "call.consult_cancelled", "call", call.call_id)


@router.post("/agent/conference", status_code=status.HTTP_204_NO_CONTENT)
async def join_three(
    extension: NeededExtension, desk: DeskDep, session: SessionDep, audit: AuditDep, actor: ActorDep
) -> None:
    """Bring the customer into one's consultation: customer, agent and colleague hear each other."""
    call = await desk.join_three(extension)
    audit.record(session, actor, "call.joined_three", "call", call.call_id)


@router.post("/agent/conference/members", status_code=status.HTTP_204_NO_CONTENT)
async def invite_to_conference(
    target: NumberToCall,
    extension: NeededExtension,
    desk: DeskDep,
    session: SessionDep,
    audit: AuditDep,
    actor: ActorDep,
) -> None:
    """Call a colleague or a number outside into one's call; the call becomes a conference."""
    call = await desk.invite(extension, target.number, uuid4())
    audit.record(session, actor, "call.party_invited", "call", call.call_id)


@router.delete("/agent/conference/members/{leg_id}", status_code=status.HTTP_204_NO_CONTENT)
async def remove_from_conference(
    leg_id: UUID, extension: NeededExtension, desk: DeskDep, session: SessionDep, audit: AuditDep, actor: ActorDep
) -> None:
    """End somebody's part in one's conference; oneself and the customer stay."""
    call = await desk.remove(extension, leg_id)
    audit.record(session, actor, "call.party_removed", "call", call.call_id)


@router.get("/colleagues")
async def list_colleagues(extension: ExtensionDep, desk: DeskDep, agents: AgentsDep) -> Colleagues:
    """List the other agents who can be called now."""
    found = [(number, state, await agents.find(number)) for number, state in desk.colleagues(extension)]
    return Colleagues(items=[Colleague(extension=number, name=who.name, state=state) for number, state, who in found])


@router.websocket("/sip")
async def carry_sip(socket: WebSocket, core: CoreDep, desk: DeskDep) -> None:
    """Carry SIP between the page and the exchange while its account is signed in."""
    await serve_accepted(socket, lambda: _carry(socket, core, desk), crash_event="sip_relay_crashed", subprotocol=SIP)


@router.websocket("/agent/stream")
async def stream_telephone(socket: WebSocket, core: CoreDep, desk: DeskDep) -> None:
    """Send one's own telephone as it stands, again at each change and each second (`telephone.changed`)."""
    await serve_accepted(socket, lambda: _show(socket, core, desk), crash_event="telephone_stream_crashed")


async def _show(socket: WebSocket, core: Core, desk: TelephoneDesk) -> Closing | None:
    token = socket.cookies.get(SESSION_COOKIE)
    account = await core.sessions.find_current(token)
    if account is None:
        return NOT_SIGNED_IN
    if (refused := _refusal(account)) is not None:
        return refused

    async def find_extension() -> str | Closing | None:
        now = await core.sessions.find_current(token)
        if now is None:
            return SESSION_ENDED
        if (closing := _refusal(now)) is not None:
            return closing
        async with core.database.session() as session:
            return await AgentAccounts.extension_of(session, now.id)

    with desk.places.take(account.session_id) as has_place, core.sessions.changes.watch(account.id) as changed:
        if not has_place:
            return TOO_MANY_SOCKETS
        stream = TelephoneStream(socket, clock=core.clock, desk=desk, find_extension=find_extension, changed=changed)
        return await stream.run()


def _refusal(account: CurrentAccount) -> Closing | None:
    if account.must_change_password:
        return PASSWORD_CHANGE_REQUIRED
    return None if account.may(Permission.TAKE_CALLS) else NOT_ALLOWED


async def _carry(socket: WebSocket, core: Core, desk: TelephoneDesk) -> Closing | None:
    token = socket.cookies.get(SESSION_COOKIE)
    account = await core.sessions.find_current(token)
    if account is None:
        return NOT_SIGNED_IN
    if (refused := _refusal(account)) is not None:
        return refused
    address = desk.sip_address
    if address is None:
        return EXCHANGE_LOST
    with core.sessions.changes.watch(account.id) as changed:
        return await first_closing(
            relay(socket, address), _until_signed_out(core, token, changed), name="sip-of-the-page"
        )


async def _until_signed_out(core: Core, token: str | None, changed: asyncio.Event) -> Closing:
    while True:
        await changed.wait()
        changed.clear()
        account = await core.sessions.find_current(token)
        if account is None or not account.may(Permission.TAKE_CALLS):
            return SESSION_ENDED
