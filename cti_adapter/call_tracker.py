"""From messages of the exchange to events about calls: a pure state machine without sockets, clock or tasks.

Messages may come in any order, twice, or not at all; a hang-up may come at any moment. What the tracker tells is always
a legal history: `states.LEGAL_TRANSITIONS` holds for every pair of states of a call, and a call that is over stays
over.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

from cti_adapter.agent_names import AgentNames, is_leaving
from cti_adapter.agent_tracker import AgentTracker
from cti_adapter.ami_message import AMIMessage
from cti_adapter.asterisk.simulated_network import SIMULATED_NETWORK
from cti_adapter.call_teller import CallTeller
from cti_adapter.events import (
    CallNoted,
    CallOffered,
    CallTransferred,
    CTIEvent,
    LegMoved,
    LegOpened,
    PBXConnected,
    PBXLost,
    RecordingStarted,
)
from cti_adapter.expected_channels import ExpectedChannels
from cti_adapter.outbox import Outbox
from cti_adapter.snapshot import PBXSnapshot
from cti_adapter.states import CallState, Direction, LegRole, LegState
from cti_adapter.tracked import TrackedCall, TrackedLeg, identity
from cti_adapter.views import AgentView, CallView, ChannelOfLeg

_NO_PARTY = (
    *("AudioSocket/", "Local/", "Message/", "Surrogate/", "CBAnn/", "CBRec/", "Announcer/", "Recorder/"),
    f"PJSIP/{SIMULATED_NETWORK}-",
)
"""Channels that are no telephone: our taps, halves of a consultation, announcers, the far end of the demo's trunk."""
_CONFERENCE = "ConfBridge"
"""Creator of a bridge that is a conference room, and the application that its parties are in."""
_CHANNEL_STATE_RINGING = 5
_CHANNEL_STATE_UP = 6
_SUPERVISE_CONTEXT = "supervise"
_REMEMBERED_DEAD = 10_000
"""Channels whose end is remembered, so that a late message does not bring them back: a day of two hundred agents is
fewer, and a message is late by seconds."""
_NOTE_FIELDS = frozenset({"Status", "Cause", "Times", "File"})


class CallTracker:
    """Follows the calls of one exchange.

    Every method that takes a message returns the events that follow from it, oldest first. `seq` runs on through all of
    them.

    Args:
        node_name: Name of the exchange; identities of calls and legs are derived from it.
        names: Which channels are agents' telephones.
    """

    def __init__(self, node_name: str, names: AgentNames) -> None:
        self._node_name = node_name
        self._names = names
        self._calls: dict[str, TrackedCall] = {}
        self._call_of: dict[str, TrackedCall] = {}
        """Unique id of a channel to its call."""
        self._dead: OrderedDict[str, None] = OrderedDict()
        self._over: OrderedDict[str, None] = OrderedDict()
        """Keys of calls that are over."""
        self._views: tuple[CallView, ...] | None = None
        """What `calls` gave, until something changes."""
        self._expected = ExpectedChannels()
        self._outbox = Outbox()
        self._teller = CallTeller(self._outbox, self._count_waiting)
        self._agents = AgentTracker(names, self._outbox)
        self._handlers: Mapping[str, Callable[[AMIMessage], None]] = {
            "Newchannel": self._on_channel,
            "Newstate": self._on_channel,
            "Rename": self._on_rename,
            "Hold": self._on_hold,
            "Unhold": self._on_hold,
            "MusicOnHoldStart": self._on_music,
            "MusicOnHoldStop": self._on_music,
            "BridgeEnter": self._on_bridge_enter,
            "BridgeLeave": self._on_bridge_leave,
            "Hangup": self._on_hangup,
            "BlindTransfer": self._on_blind_transfer,
            "AttendedTransfer": self._on_attended_transfer,
            "QueueCallerJoin": self._on_queue_join,
            "QueueCallerAbandon": self._on_queue_abandon,
            "QueueCallerLeave": self._on_queue_leave,
            "UserEvent": self._on_user_event,
            **self._agents.handlers,
        }

    # ---- what others ask ------------------------------------------------------------------------------------------

    @property
    def calls(self) -> tuple[CallView, ...]:
        """Calls that are not over, oldest first."""
        # Read far more often than it changes: by every page and rule after each event.
        if self._views is None:
            self._views = tuple(call.view() for call in self._calls.values() if not call.is_over)
        return self._views

    @property
    def call_count(self) -> int:
        """How many calls are not over."""
        return sum(not call.is_over for call in self._calls.values())

    @property
    def agents(self) -> tuple[AgentView, ...]:
        """Agents that the exchange named, in the order of their numbers."""
        return self._agents.agents

    def find_channel(self, leg_id: UUID) -> ChannelOfLeg | None:
        """Return where a leg is in the exchange, or None when it has ended."""
        for call in self._calls.values():
            for leg in call.legs.values():
                if leg.leg_id == leg_id:
                    return ChannelOfLeg(leg.channel, leg.uniqueid, call.call_id)
        return None

    def find_call(self, call_id: UUID) -> CallView | None:
        """Return a call that is not over, or None."""
        found = (call for call in self._calls.values() if call.call_id == call_id and not call.is_over)
        return next((call.view() for call in found), None)

    def find_key(self, call_id: UUID) -> str | None:
        """Return what the exchange's channels call a call (`CALL_ID`), or None when it is over."""
        return next((call.key for call in self._calls.values() if call.call_id == call_id), None)

    def invite(self, channel_id: UUID, call_id: UUID, number: str) -> None:
        """Take a channel that will be originated for a party of this call, under the number that is called."""
        key = self.find_key(call_id)
        if key is not None:
            self._expected.add_party(str(channel_id), key, number)

    def note_dialled(self, channel_id: UUID, number: str) -> None:
        """Take a channel that will be originated for a call of an agent to this number."""
        self._expected.add_call(str(channel_id), number)

    # ---- what comes in --------------------------------------------------------------------------------------------

    def feed(self, message: AMIMessage, at: datetime) -> list[CTIEvent]:
        """Advance by one event of the exchange; one that says nothing about calls changes nothing."""
        handler = self._handlers.get(message.event)
        if handler is None:
            return []
        self._begin(at)
        handler(message)
        return self._outbox.take()

    def _begin(self, at: datetime) -> None:
        self._views = None
        self._outbox.begin(at)

    def lose(self, reason: str, at: datetime) -> list[CTIEvent]:
        """Say that the exchange is out of reach. What is known stays until `rebuild`."""
        self._begin(at)
        self._outbox.tell(PBXLost, reason=reason)
        return self._outbox.take()

    def rebuild(self, snapshot: PBXSnapshot, at: datetime) -> list[CTIEvent]:
        """Take what the exchange lists as the truth: calls that it does not know any more were interrupted."""
        self._begin(at)
        listed = {channel.get("Uniqueid") for channel in snapshot.channels}
        for uniqueid in [known for known in self._call_of if known not in listed]:
            self._end_leg(uniqueid, cause=None, ending=CallState.INTERRUPTED)
        for channel in sorted(
            snapshot.channels, key=lambda channel: channel.get("Linkedid") != channel.get("Uniqueid")
        ):
            self._restore(channel)
        self._restore_queues(snapshot)
        self._agents.rebuild(snapshot.members, snapshot.devices)
        self._outbox.tell(PBXConnected, version=snapshot.version, call_count=self.call_count)
        return self._outbox.take()

    def refresh_members(self, members: Iterable[AMIMessage], at: datetime) -> list[CTIEvent]:
        """Take over which agents are in which queues: another configuration adds and removes them without an event."""
        self._begin(at)
        self._agents.refresh_members(members)
        return self._outbox.take()

    def _restore(self, channel: AMIMessage) -> None:
        leg = self._ensure(channel)
        if leg is None:
            return
        call = self._call_of[leg.uniqueid]
        self._note_state(call, leg, channel.number("ChannelState"))
        leg.bridge = channel.get("BridgeId") or None
        leg.is_in_conference = channel.get("Application") == _CONFERENCE
        if leg.bridge is not None:
            self._join_bridge(call, leg)
        self._teller.settle(self._call_of[leg.uniqueid])

    def _restore_queues(self, snapshot: PBXSnapshot) -> None:
        waiting = {entry.get("Uniqueid"): entry for entry in snapshot.entries}
        for uniqueid, call in list(self._call_of.items()):
            entry = waiting.get(uniqueid)
            if entry is not None and not call.is_waiting:
                self._teller.join_queue(call, entry.get("Queue"), entry.number("Position"))
            elif entry is None and call.is_waiting and call.anchor is self._leg(uniqueid):
                self._teller.leave_queue(call)

    # ---- channels -------------------------------------------------------------------------------------------------

    def _on_channel(self, message: AMIMessage) -> None:
        leg = self._ensure(message)
        if leg is not None:
            call = self._call_of[leg.uniqueid]
            self._note_state(call, leg, message.number("ChannelState"))
            self._teller.settle(call)

    def _ensure(self, message: AMIMessage) -> TrackedLeg | None:
        """Return the leg that a message is about, after making it where it is new; None for a channel of our own."""
        uniqueid, channel = message.get("Uniqueid"), message.get("Channel")
        known = self._leg(uniqueid)
        if known is not None:
            return known
        is_ours = channel.startswith(_NO_PARTY) or is_leaving(channel)
        if not uniqueid or not channel or is_ours or uniqueid in self._dead:
            return None
        agent = self._names.find_by_channel(channel)
        invited_to, number = self._expected.take_party(uniqueid)
        call = self._calls.get(invited_to) or self._ensure_call(message, agent)
        is_supervisor = message.get("Context") == _SUPERVISE_CONTEXT
        role = LegRole.SUPERVISOR if is_supervisor else LegRole.CUSTOMER if agent is None else LegRole.AGENT
        return self._open_leg(
            call,
            TrackedLeg(
                uniqueid,
                channel,
                identity(self._node_name, "leg", uniqueid),
                role,
                agent,
                agent or number or message.get("CallerIDNum"),
            ),
        )

    def _ensure_call(self, message: AMIMessage, agent: str | None) -> TrackedCall:
        uniqueid = message.get("Uniqueid")
        key = message.variable("CALL_ID") or message.get("Linkedid") or uniqueid
        call = self._calls.get(key)
        if call is not None:
            return call
        if key in self._over:
            # The call it names is over and stays so: what comes after it is a call of its own.
            key = f"{key}/{uniqueid}"
        # The first channel that we see of a call may be the second that the call has.
        is_first = key.endswith(uniqueid)
        dialled = message.get("Exten") if is_first and message.get("Exten") != "s" else ""
        call = TrackedCall(
            key,
            identity(self._node_name, "call", key),
            Direction.INBOUND if agent is None or not is_first else Direction.INTERNAL,
            message.get("CallerIDNum") if is_first else message.get("ConnectedLineNum"),
            message.get("CallerIDName") if is_first else message.get("ConnectedLineName"),
            self._expected.take_dialled(uniqueid) or dialled,
            self._outbox.now,
        )
        self._calls[key] = call
        self._outbox.tell(
            CallOffered,
            call_id=call.call_id,
            direction=call.direction,
            caller_number=call.caller_number,
            caller_name=call.caller_name,
            dialled_number=call.dialled_number,
        )
        return call

    def _open_leg(self, call: TrackedCall, leg: TrackedLeg) -> TrackedLeg:
        call.legs[leg.uniqueid] = leg
        self._call_of[leg.uniqueid] = call
        if leg.role is LegRole.CUSTOMER and call.direction is Direction.INTERNAL:
            call.direction = Direction.OUTBOUND
        self._outbox.tell(
            LegOpened,
            call_id=call.call_id,
            leg_id=leg.leg_id,
            role=leg.role,
            agent=leg.agent,
            number=leg.number,
            state=leg.state,
        )
        return leg

    def _note_state(self, call: TrackedCall, leg: TrackedLeg, channel_state: int) -> None:
        before = leg.state
        leg.is_up = leg.is_up or channel_state == _CHANNEL_STATE_UP
        leg.is_ringing = not leg.is_up and (leg.is_ringing or channel_state == _CHANNEL_STATE_RINGING)
        self._teller.tell_leg(call, leg, before)

    def _on_rename(self, message: AMIMessage) -> None:
        """A pick-up puts another telephone behind a channel that keeps its unique id."""
        leg, name = self._leg(message.get("Uniqueid")), message.get("Newname")
        if leg is None or is_leaving(name):
            return
        leg.channel = name
        agent = self._names.find_by_channel(name)
        if agent == leg.agent:
            return
        call = self._call_of[leg.uniqueid]
        self._teller.tell_leg(call, leg, leg.state, after=LegState.ENDED)
        leg.agent = agent
        leg.number = agent or leg.number
        leg.leg_id = identity(self._node_name, "leg", leg.uniqueid, agent or "")
        leg.is_recorded = False
        self._open_leg(call, leg)
        self._teller.settle(call)

    def _on_hold(self, message: AMIMessage) -> None:
        leg = self._ensure(message)
        if leg is not None:
            call, before = self._call_of[leg.uniqueid], leg.state
            leg.is_holding = message.event == "Hold"
            self._teller.tell_leg(call, leg, before)
            self._teller.settle(call)

    def _on_music(self, message: AMIMessage) -> None:
        leg = self._leg(message.get("Uniqueid"))
        if leg is not None:
            # Before it is in a bridge, the music is that of a queue.
            leg.hears_music = message.event == "MusicOnHoldStart" and leg.bridge is not None
            self._teller.settle(self._call_of[leg.uniqueid])

    def _on_hangup(self, message: AMIMessage) -> None:
        uniqueid = message.get("Uniqueid")
        # A hang-up may be the first that we hear of a channel: others must not bring it to life later.
        if uniqueid:
            _remember(self._dead, uniqueid)
        self._end_leg(uniqueid, cause=message.number("Cause") or None, ending=None)

    def _end_leg(self, uniqueid: str, *, cause: int | None, ending: CallState | None) -> None:
        call = self._call_of.get(uniqueid)
        if call is None:
            return
        leg = call.legs[uniqueid]
        anchor = call.anchor
        was_leading = leg.agent is not None and leg.agent == call.told_agent
        is_end = anchor is leg
        if is_end and call.ending is None:
            was_waiting = call.is_waiting or call.was_abandoned
            natural = CallState.ABANDONED if was_waiting and not call.was_answered else CallState.ENDED
            call.ending = ending or natural
            call.hangup_cause = cause
        self._teller.tell_leg(call, leg, leg.state, after=LegState.ENDED, cause=cause)
        del call.legs[uniqueid], self._call_of[uniqueid]
        if is_end and call.is_waiting:
            self._teller.leave_queue(call, is_abandoned=True)
        if was_leading and not is_end:
            self._teller.hand_over(call, leg)
        self._teller.settle(call)
        if not call.legs:
            self._close(call)

    def _close(self, call: TrackedCall) -> None:
        if call.ending is None:
            call.ending = CallState.ENDED
            self._teller.settle(call)
        self._calls.pop(call.key, None)
        _remember(self._over, call.key)

    # ---- bridges --------------------------------------------------------------------------------------------------

    def _on_bridge_enter(self, message: AMIMessage) -> None:
        leg = self._ensure(message)
        if leg is None:
            return
        call, before = self._call_of[leg.uniqueid], leg.state
        bridge = message.get("BridgeUniqueid") or None
        # A consultation holds the agent's leg without ever ending that hold; in another bridge he speaks again.
        leg.is_holding = leg.is_holding and leg.bridge in {None, bridge} and leg.left_bridge in {None, bridge}
        leg.bridge = bridge
        leg.is_in_conference = message.get("BridgeCreator") == _CONFERENCE
        leg.is_up, leg.is_ringing, leg.hears_music = True, False, False
        self._teller.tell_leg(call, leg, before)
        self._join_bridge(call, leg)
        self._teller.settle(self._call_of[leg.uniqueid])

    def _join_bridge(self, call: TrackedCall, leg: TrackedLeg) -> None:
        """Bring together legs that hear each other but began in different calls."""
        for other_call in list(self._calls.values()):
            if other_call is call:
                continue
            for other in list(other_call.legs.values()):
                if other.bridge != leg.bridge:
                    continue
                if other.role is LegRole.AGENT and leg.role is LegRole.CUSTOMER:
                    self._move(other, other_call, call)
                elif leg.role is not LegRole.CUSTOMER:
                    self._move(leg, call, other_call)
                    return

    def _move(self, leg: TrackedLeg, source: TrackedCall, target: TrackedCall) -> None:
        del source.legs[leg.uniqueid]
        target.legs[leg.uniqueid] = leg
        self._call_of[leg.uniqueid] = target
        self._outbox.tell(
            LegMoved,
            leg_id=leg.leg_id,
            from_call_id=source.call_id,
            call_id=target.call_id,
            role=leg.role,
            agent=leg.agent,
        )
        if source.legs:
            self._teller.settle(source)
        else:
            self._close(source)

    def _on_bridge_leave(self, message: AMIMessage) -> None:
        leg = self._leg(message.get("Uniqueid"))
        if leg is not None and leg.bridge == (message.get("BridgeUniqueid") or leg.bridge):
            leg.bridge, leg.left_bridge = None, leg.bridge
            leg.hears_music = False
            self._teller.settle(self._call_of[leg.uniqueid])

    # ---- transfers ------------------------------------------------------------------------------------------------

    def _on_blind_transfer(self, message: AMIMessage) -> None:
        if message.get("Result") != "Success":
            return
        self._transfer(message, "blind", "Transferer", message.get("Extension"))

    def _on_attended_transfer(self, message: AMIMessage) -> None:
        # A consultation that becomes a conversation of three passes nobody on.
        if message.get("Result") != "Success" or message.get("DestType") == "Threeway":
            return
        self._transfer(message, "attended", "OrigTransferer", "")
        second = self._leg(message.get("SecondTransfererUniqueid"))
        if second is not None:
            second.is_leaving = True

    def _transfer(self, message: AMIMessage, kind: Literal["blind", "attended"], prefix: str, to_number: str) -> None:
        leg = self._leg(message.get(f"{prefix}Uniqueid")) or self._leg(message.get("TransfereeUniqueid"))
        if leg is None:
            return
        call = self._call_of[leg.uniqueid]
        from_agent = leg.agent
        leg.is_leaving = leg.agent is not None
        call.is_transferring = call.was_answered
        for other in call.parties:
            other.hears_music = False
        self._outbox.tell(CallTransferred, call_id=call.call_id, kind=kind, from_agent=from_agent, to_number=to_number)
        if call.was_answered:
            self._teller.go(call, CallState.TRANSFERRED)
        self._teller.settle(call)

    # ---- queues ---------------------------------------------------------------------------------------------------

    def _on_queue_join(self, message: AMIMessage) -> None:
        leg = self._ensure(message)
        if leg is not None:
            call = self._call_of[leg.uniqueid]
            call.is_transferring = False
            self._teller.join_queue(call, message.get("Queue"), message.number("Position"))

    def _count_waiting(self, queue: str) -> int:
        return sum(call.is_waiting and call.queue == queue for call in self._calls.values())

    def _on_queue_abandon(self, message: AMIMessage) -> None:
        call = self._call_of.get(message.get("Uniqueid"))
        if call is not None:
            call.was_abandoned = True

    def _on_queue_leave(self, message: AMIMessage) -> None:
        call = self._call_of.get(message.get("Uniqueid"))
        if call is not None and call.is_waiting:
            self._teller.leave_queue(call, is_abandoned=call.was_abandoned)
            self._teller.settle(call)

    # ---- what the dialplan tells ------------------------------------------------------------------------------------

    def _on_user_event(self, message: AMIMessage) -> None:
        kind = message.get("UserEvent")
        if kind == "TingzhiRecording":
            self._on_recording(message)
        elif kind == "TingzhiNote":
            call = self._call_of.get(message.get("Uniqueid")) or self._calls.get(message.get("CallId"))
            if call is not None:
                values = {name.lower(): value for name, value in message.fields if name in _NOTE_FIELDS}
                self._outbox.tell(CallNoted, call_id=call.call_id, note=message.get("Note"), values=values)

    def _on_recording(self, message: AMIMessage) -> None:
        self._record(message.get("LegUniqueid"), message.get("File"))

    def call_of_channel(self, uniqueid: str) -> UUID | None:
        """Return the call that a channel is in; None for an unknown one."""
        call = self._call_of.get(uniqueid)
        return None if call is None else call.call_id

    def note_recording(self, leg_id: UUID, file: str, at: datetime) -> list[CTIEvent]:
        """Note a recording that we started ourselves."""
        self._begin(at)
        place = self.find_channel(leg_id)
        if place is not None:
            self._record(place.uniqueid, file)
        return self._outbox.take()

    def _record(self, uniqueid: str, file: str) -> None:
        leg = self._leg(uniqueid)
        if leg is not None and not leg.is_recorded:
            leg.is_recorded = True
            call_id = self._call_of[uniqueid].call_id
            self._outbox.tell(RecordingStarted, call_id=call_id, leg_id=leg.leg_id, file=file)

    # ---- telling --------------------------------------------------------------------------------------------------

    def _leg(self, uniqueid: str) -> TrackedLeg | None:
        call = self._call_of.get(uniqueid)
        return call.legs.get(uniqueid) if call is not None else None


def _remember(names: OrderedDict[str, None], name: str) -> None:
    names[name] = None
    while len(names) > _REMEMBERED_DEAD:
        names.popitem(last=False)
