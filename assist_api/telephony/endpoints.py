"""HTTP: one's own telephone."""

from __future__ import annotations

import asyncio
from typing import Annotated

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
    Closing,
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


@router.get("/colleagues")
async def list_colleagues(extension: ExtensionDep, desk: DeskDep, agents: AgentsDep) -> Colleagues:
    """List the other agents who can be called now."""
    found = [(number, state, await agents.find(number)) for number, state in desk.colleagues(extension)]
    return Colleagues(items=[Colleague(extension=number, name=who.name, state=state) for number, state, who in found])


@router.websocket("/sip")
async def carry_sip(socket: WebSocket, core: CoreDep, desk: DeskDep) -> None:
    """Carry SIP between the page and the exchange while its account is signed in."""
    await serve_accepted(socket, lambda: _carry(socket, core, desk), crash_event="sip_relay_crashed", subprotocol=SIP)


async def _carry(socket: WebSocket, core: Core, desk: TelephoneDesk) -> Closing | None:
    token = socket.cookies.get(SESSION_COOKIE)
    account = await core.sessions.find_current(token)
    if account is None:
        return NOT_SIGNED_IN
    if account.must_change_password:
        return PASSWORD_CHANGE_REQUIRED
    if not account.may(Permission.TAKE_CALLS):
        return NOT_ALLOWED
    address = desk.sip_address
    if address is None:
        return EXCHANGE_LOST
    with core.sessions.changes.watch(account.id) as changed:
        carrying = asyncio.create_task(relay(socket, address))
        watching = asyncio.create_task(_until_signed_out(core, token, changed))
        try:
            done, _ = await asyncio.wait((carrying, watching), return_when=asyncio.FIRST_COMPLETED)
            return done.pop().result()
        finally:
            for task in (carrying, watching):
                task.cancel()
            await asyncio.gather(carrying, watching, return_exceptions=True)


async def _until_signed_out(core: Core, token: str | None, changed: asyncio.Event) -> Closing:
    while True:
        await changed.wait()
        changed.clear()
        account = await core.sessions.find_current(token)
        if account is None or not account.may(Permission.TAKE_CALLS):
            return SESSION_ENDED
