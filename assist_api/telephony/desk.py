"""An agent's telephone as its owner works with it: what it does, its state, and passing a call on."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import cast
from uuid import UUID, uuid4

import structlog

from assist_api.http.places import Places
from assist_api.telephony.schemas import (
    NOT_READY_REASONS,
    ConferenceMember,
    SoftphoneAccess,
    TelephoneCall,
    TelephoneCallState,
    TelephoneView,
)
from cti_adapter.adapter import CTIAdapter, SubscriptionCutError
from cti_adapter.asterisk.configuration import AGENT_ENDPOINT, find_outward_endpoint
from cti_adapter.asterisk.plan import AgentPhone, PBXPlan
from cti_adapter.commands import (
    CancelConsult,
    Command,
    Consult,
    DialOut,
    HangUp,
    InviteGuest,
    InviteToConference,
    JoinThree,
    PauseAgent,
    ReadyAgent,
    SendToFlow,
    StartConference,
    TransferBlind,
)
from cti_adapter.events import AgentStateChanged
from cti_adapter.states import TERMINAL_STATES, AgentState, CallState, Direction, LegRole, LegState
from cti_adapter.views import CallView, LegView
from kit.errors import ConflictError, NotFoundError

log = structlog.get_logger(__name__)

TALKERS_OF_A_CONSULTATION = 2
CONFERENCE_MEMBERS_MAX = 8
STREAMS_PER_SESSION = 8
LEFT_WITHIN_SECONDS = 5.0
"""So long a consultation is waited for that was left; a quarter of a second on an idle machine (Asterisk 22.10)."""
_UNREACHABLE = frozenset({AgentState.OFFLINE, AgentState.RINGING, AgentState.ON_CALL})
SOCKET_PATH = "/api/v1/telephony/sip"


class TelephoneDesk:
    """What the endpoints do with telephones.

    Args:
        adapter: Follows the exchange; None where telephony is off.
        plan: Of the exchange, where it is known here: its telephones and their passwords.
        host: Where we reach the exchange; by default the address on which it listens.
    """

    def __init__(self, adapter: CTIAdapter | None, plan: PBXPlan | None, host: str | None = None) -> None:
        self._adapter = adapter
        self._plan = plan
        self._host = host
        self._since: dict[str, datetime] = {}
        self._change = asyncio.Event()
        self._leaving: set[str] = set()
        """Agents who left a consultation that may still end."""
        self.places = Places(STREAMS_PER_SESSION)
        """Pages that show a telephone at the same time."""

    @property
    def phones(self) -> Mapping[str, AgentPhone]:
        """The telephones of the plan by their number."""
        return {phone.agent: phone for phone in self._plan.agents} if self._plan is not None else {}

    @property
    def sip_address(self) -> str | None:
        """Address of the exchange's WebSocket; None where no exchange is known."""
        if self._plan is None or self._adapter is None:
            return None
        return f"ws://{self._host or self._plan.addresses.host}:{self._plan.addresses.http_port}/ws"

    async def follow(self) -> None:
        """Notice until cancelled what changes at the exchange."""
        if self._adapter is None:
            return
        while True:
            try:
                async for event in self._adapter.events():
                    if isinstance(event, AgentStateChanged):
                        self._since[event.agent] = event.at
                    changed, self._change = self._change, asyncio.Event()
                    changed.set()
                return
            except SubscriptionCutError:
                log.warning("telephone_changes_lost")

    def next_change(self) -> asyncio.Event:
        """Return what is set once any telephone has changed after this moment."""
        return self._change

    def view(self, agent: str | None) -> TelephoneView:
        """Return a telephone with its state and call; None for an account without one."""
        adapter = self._adapter
        known = next((item for item in adapter.agents if item.agent == agent), None) if adapter is not None else None
        phone = self.phones.get(agent) if agent is not None else None
        return TelephoneView(
            is_on=adapter is not None,
            is_exchange_reachable=adapter is not None and adapter.is_connected,
            extension=agent,
            has_softphone=phone is not None and phone.is_browser,
            state=known.state if known is not None else None,
            reason=known.reason if known is not None else "",
            since=self._since.get(agent) if agent is not None else None,
            queues=list(known.queues) if known is not None else [],
            reasons=list(NOT_READY_REASONS),
            call=self._call_view(agent) if agent is not None else None,
            ringing_elsewhere=self._count_ringing(agent),
        )

    def access(self, agent: str | None) -> SoftphoneAccess:
        """Return what the page needs to be the telephone of this number.

        Raises:
            NotFoundError: There is no telephone of this number that a page could be.
        """
        phone = self.phones.get(agent) if agent is not None else None
        if phone is None or not phone.is_browser or self._plan is None or self._adapter is None:
            raise NotFoundError(
                "This account has no telephone in the page. Let an administrator give it an extension.",
                code="no_softphone",
            )
        name = AGENT_ENDPOINT.format(agent=phone.agent)
        return SoftphoneAccess(
            extension=phone.agent,
            uri=f"sip:{name}@{self._plan.addresses.host}",
            username=name,
            secret=phone.secret,
            socket_path=SOCKET_PATH,
        )

    async def set_ready(self, agent: str) -> None:
        """Take calls again: ends a pause or the wrap-up."""
        await self._execute(ReadyAgent(agent))

    async def set_not_ready(self, agent: str, reason: str) -> None:
        """Take no calls."""
        await self._execute(PauseAgent(agent, reason))

    async def transfer(self, agent: str, number: str) -> CallView:
        """Pass the agent's call on without a word; return the call.

        Raises:
            ConflictError: `no_call`: the agent has no call.
        """
        call = self._need_call(agent)
        await self._execute(TransferBlind(call.call_id, number))
        return call

    async def send_to_flow(self, agent: str, flow: str) -> CallView:
        """Let the agent's caller talk with a speech flow and come back; return the call.

        Raises:
            ConflictError: `no_call`: the agent has no call.
        """
        call = self._need_call(agent)
        await self._execute(SendToFlow(call.call_id, flow))
        return call

    async def consult(self, agent: str, number: str) -> CallView:
        """Call a colleague or somebody outside while the customer waits; hanging up passes the customer on.

        Raises:
            ConflictError: `no_call`; `in_consultation`: the consultation before has been left and is not over yet.
        """
        call = self._need_call(agent)
        await self._until_left(agent)
        await self._execute(Consult(call.call_id, number))
        return call

    async def cancel_consult(self, agent: str) -> CallView:
        """Leave whoever is consulted and return to the customer."""
        call = self._need_call(agent)
        self._leaving.add(agent)
        try:
            await self._execute(CancelConsult(call.call_id, agent))
        except BaseException:
            self._leaving.discard(agent)
            raise
        return call

    async def _until_left(self, agent: str) -> None:
        """Wait until the agent is back with the customer: a consultation begun before that is lost."""
        try:
            async with asyncio.timeout(LEFT_WITHIN_SECONDS):
                while agent in self._leaving:
                    change, call = self._change, self._call_view(agent)
                    if call is None or (call.state == CallState.ANSWERED.value and not call.is_consulting):
                        self._leaving.discard(agent)
                    else:
                        await change.wait()
        except TimeoutError as error:
            text = "The consultation before is not over yet; try again."
            raise ConflictError(text, code="in_consultation") from error

    async def join_three(self, agent: str) -> CallView:
        """Bring the customer into the consultation: all three hear each other.

        Raises:
            ConflictError: `no_consultation`: whoever is consulted has not answered.
        """
        call = self._need_call(agent)
        answered = [leg for leg in _talkers(call) if leg.state is LegState.ANSWERED]
        if len(answered) < TALKERS_OF_A_CONSULTATION or call.state is CallState.ANSWERED:
            raise ConflictError("Nobody has answered a consultation yet.", code="no_consultation")
        await self._execute(JoinThree(call.call_id, agent))
        return call

    async def invite(self, agent: str, number: str, channel_id: UUID) -> CallView:
        """Call a colleague or a number outside into the agent's call, which becomes a conference.

        Args:
            agent: Whose call it is.
            number: Extension or number outside.
            channel_id: Identity of the channel that will be there.

        Raises:
            ConflictError: `no_call`, `not_talking`, `in_consultation`, `conference_full`; `colleague_busy`: the
                colleague's telephone is in use or not signed in; `no_way_out`: no trunk leads outside.
        """
        call = self._need_call(agent)
        shown = self._call_view(agent)
        if call.state is not CallState.ANSWERED or not _has_customer(call):
            raise ConflictError("Talk with the customer first; end a hold before inviting.", code="not_talking")
        if not call.is_conference and shown is not None and (shown.is_consulting or shown.is_of_three):
            raise ConflictError("End the consultation first.", code="in_consultation")
        if len(call.legs) >= CONFERENCE_MEMBERS_MAX:
            raise ConflictError("The conference is full.", code="conference_full")
        command = self._invitation(call, agent, number, channel_id)
        if not call.is_conference:
            await self._execute(StartConference(call.call_id))
        await self._execute(command)
        return call

    def _invitation(self, call: CallView, agent: str, number: str, channel_id: UUID) -> Command:
        known = next((item for item in self._need_adapter().agents if item.agent == number), None)
        if known is not None or number in self.phones:
            if known is None or known.state in _UNREACHABLE:
                raise ConflictError("This colleague's telephone is in use or not signed in.", code="colleague_busy")
            return InviteToConference(call.call_id, number, channel_id)
        trunk = find_outward_endpoint(self._plan) if self._plan is not None else None
        if trunk is None:
            raise ConflictError("No trunk of the exchange leads outside.", code="no_way_out")
        return InviteGuest(call.call_id, agent, number, trunk, channel_id)

    async def remove(self, agent: str, leg_id: UUID) -> CallView:
        """End somebody's part in the agent's conference.

        Raises:
            NotFoundError: No such party is in it, or this one stays: oneself and the customer.
        """
        call = self._need_call(agent)
        members = _members(call, agent)
        if not any(member.leg_id == leg_id and member.can_be_removed for member in members):
            raise NotFoundError("Nobody like this can be taken out of your conference.", code="member_not_found")
        await self._execute(HangUp(leg_id))
        return call

    def colleagues(self, agent: str | None) -> list[tuple[str, AgentState]]:
        """Return the other agents' telephones that are signed in, with what they do."""
        agents = self._adapter.agents if self._adapter is not None else ()
        others = [item for item in agents if item.agent != agent and item.state is not AgentState.OFFLINE]
        return [(item.agent, item.state) for item in others]

    def _count_ringing(self, agent: str | None) -> int:
        calls = self._adapter.calls if self._adapter is not None else ()
        return sum(
            any(leg.agent not in {None, agent} and leg.state is LegState.RINGING for leg in call.legs) for call in calls
        )

    def new_call(self) -> tuple[UUID, UUID]:
        """Return identities for a call that `dial` begins: that of its channel, and that of the call itself.

        Raises:
            ConflictError: `telephony_off`.
        """
        channel_id = uuid4()
        return channel_id, self._need_adapter().call_id_of(str(channel_id))

    async def dial(self, agent: str, number: str, channel_id: UUID) -> None:
        """Ring the agent's telephone and, once it is answered, a number outside.

        Raises:
            ConflictError: `telephony_off`; `in_call`: the agent's telephone is in a call.
            DependencyError: The exchange is away or refuses.
        """
        if self._find_call(agent) is not None:
            raise ConflictError("Your telephone is in a call; end it first.", code="in_call")
        await self._execute(DialOut(agent, number, channel_id))

    async def _execute(self, command: Command) -> None:
        await self._need_adapter().execute(command)

    def _need_adapter(self) -> CTIAdapter:
        if self._adapter is None:
            raise ConflictError("No telephone exchange is followed: CTI_ENABLED is off.", code="telephony_off")
        return self._adapter

    def _need_call(self, agent: str) -> CallView:
        call = self._find_call(agent)
        if call is None:
            raise ConflictError("Your telephone is in no call.", code="no_call")
        return call

    def _find_call(self, agent: str) -> CallView | None:
        calls = self._adapter.calls if self._adapter is not None else ()
        return next(
            (
                call
                for call in calls
                if call.state not in TERMINAL_STATES
                and any(leg.agent == agent and leg.state is not LegState.ENDED for leg in call.legs)
            ),
            None,
        )

    def _call_view(self, agent: str) -> TelephoneCall | None:
        call = self._find_call(agent)
        if call is None:
            return None
        is_inbound = call.direction is not Direction.OUTBOUND
        talkers = _talkers(call)
        # Legs stand in the order of their arrival: whoever is consulted came after the one who asks.
        own = next((place for place, leg in enumerate(talkers) if leg.agent == agent), None)
        if own is None:
            # A supervisor who listens is in no call of an agent.
            return None
        has_asked = _has_customer(call) and own + 1 < len(talkers)
        talking = [leg for leg in talkers if leg.state is LegState.ANSWERED]
        is_of_three = _has_customer(call) and call.state is CallState.ANSWERED and len(talking) > 1
        return TelephoneCall(
            call_id=call.call_id,
            state=cast("TelephoneCallState", call.state.value),
            is_inbound=is_inbound,
            number=call.caller_number if is_inbound else call.dialled_number,
            queue=call.queue,
            waiting_since=call.offered_at,
            is_consulting=has_asked and not is_of_three and not call.is_conference,
            is_of_three=is_of_three and not call.is_conference,
            members=_members(call, agent),
            has_history=call.was_answered and talkers[own].state is LegState.RINGING,
        )


def _has_customer(call: CallView) -> bool:
    return _find_customer(call) is not None


def _find_customer(call: CallView) -> LegView | None:
    """Return the customer, who came first; whoever was called in from outside later is a guest."""
    return next((leg for leg in call.legs if leg.role is LegRole.CUSTOMER), None)


def _talkers(call: CallView) -> list[LegView]:
    """Return who talks with the customer, in the order of their arrival: agents, and guests from outside.

    A supervisor is one of them after taking the call over; before, the supervisor's telephone is in a call of its own.
    """
    customer = _find_customer(call)
    return [
        leg for leg in call.legs if leg is not customer and (leg.role is not LegRole.SUPERVISOR or customer is not None)
    ]


def _members(call: CallView, agent: str) -> list[ConferenceMember]:
    """Return who is in the conference of a call, as this agent sees it."""
    if not call.is_conference:
        return []
    customer = _find_customer(call)
    members = [
        ConferenceMember(
            leg_id=leg.leg_id,
            role="agent" if leg.role is LegRole.AGENT else "customer" if leg is customer else "guest",
            number=leg.number,
            state=leg.state,
            can_be_removed=leg is not customer and leg.agent != agent,
        )
        for leg in call.legs
        if leg.role is not LegRole.SUPERVISOR and leg.state is not LegState.ENDED
    ]
    return sorted(members, key=lambda member: (member.number != agent, member.role != "customer"))
