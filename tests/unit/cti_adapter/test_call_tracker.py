from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti_adapter.agent_names import AgentNames
from cti_adapter.ami_message import AMIDecoder, AMIMessage, message
from cti_adapter.call_tracker import CallTracker
from cti_adapter.events import (
    AgentStateChanged,
    CallNoted,
    CallOffered,
    CallStateChanged,
    CallTransferred,
    CTIEvent,
    LegMoved,
    LegOpened,
    LegStateChanged,
    PBXConnected,
    QueueJoined,
    QueueLeft,
    RecordingStarted,
)
from cti_adapter.snapshot import PBXSnapshot, build_snapshot
from cti_adapter.states import TERMINAL_STATES, CallState, Direction, LegRole, LegState, is_legal

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
CAPTURES = Path(__file__).parents[2] / "fixtures" / "cti"
CUSTOMER = {"Channel": "PJSIP/trunk-lab-00000000", "Uniqueid": "1.0", "Linkedid": "1.0", "CallerIDNum": "138"}
AGENT = {"Channel": "PJSIP/agent-8001-00000001", "Uniqueid": "1.1", "Linkedid": "1.0", "CallerIDNum": "8001"}
COLLEAGUE = {"Channel": "PJSIP/agent-8002-00000002", "Uniqueid": "1.2", "Linkedid": "1.0", "CallerIDNum": "8002"}


def capture(name: str) -> list[AMIMessage]:
    return list(AMIDecoder().feed((CAPTURES / name).read_bytes()))


CAPTURED = capture("answered_and_abandoned.txt")


def tracker() -> CallTracker:
    return CallTracker("pbx1", AgentNames())


def feed(following: CallTracker, messages: Iterable[AMIMessage]) -> list[CTIEvent]:
    return [event for found in messages for event in following.feed(found, NOW)]


def states(events: Iterable[CTIEvent]) -> list[str]:
    return [event.state.value for event in events if isinstance(event, CallStateChanged)]


def of(events: Iterable[CTIEvent], kind: type[CTIEvent]) -> list[CTIEvent]:
    return [event for event in events if isinstance(event, kind)]


def assert_history(events: list[CTIEvent]) -> None:
    """A legal story whatever came: every call begins once, every state and leg follows from the one before."""
    calls: dict[UUID, CallState] = {}
    legs: dict[UUID, LegState] = {}
    for event in events:
        if isinstance(event, CallOffered):
            assert event.call_id not in calls
            calls[event.call_id] = CallState.OFFERED
        elif isinstance(event, CallStateChanged):
            assert calls[event.call_id] is event.previous_state
            assert is_legal(event.previous_state, event.state)
            calls[event.call_id] = event.state
        elif isinstance(event, LegOpened):
            assert legs.get(event.leg_id, LegState.ENDED) is LegState.ENDED
            assert event.call_id in calls
            legs[event.leg_id] = event.state
        elif isinstance(event, LegStateChanged):
            assert legs[event.leg_id] is event.previous_state
            assert event.previous_state is not event.state
            legs[event.leg_id] = event.state
        elif isinstance(event, QueueJoined | QueueLeft):
            assert event.call_id in calls
            assert event.waiting_count >= 0
    assert [event.seq for event in events] == list(range(1, len(events) + 1))


def talking(following: CallTracker) -> list[CTIEvent]:
    """A call in which customer and agent talk."""
    return feed(
        following,
        [
            message(Event="Newchannel", ChannelState="4", Context="from-trunk", Exten="95598", **CUSTOMER),
            message(Event="Newstate", ChannelState="6", **CUSTOMER),
            message(Event="QueueCallerJoin", Queue="hotline", Position="1", Count="1", **CUSTOMER),
            message(Event="Newchannel", ChannelState="0", Context="agents", Exten="s", **AGENT),
            message(Event="Newstate", ChannelState="5", **AGENT),
            message(Event="Newstate", ChannelState="6", **AGENT),
            message(Event="QueueCallerLeave", Queue="hotline", Count="0", **CUSTOMER),
            message(Event="BridgeEnter", BridgeUniqueid="b1", **AGENT),
            message(Event="BridgeEnter", BridgeUniqueid="b1", **CUSTOMER),
        ],
    )


def test_the_captured_calls_are_told_as_they_were():
    following = tracker()
    events = feed(following, CAPTURED)
    assert states(events) == ["ringing", "answered", "ended", "ringing", "offered", "abandoned"]
    assert [event.file[-12:] for event in of(events, RecordingStarted)] == [
        "customer.wav",
        ".0-agent.wav",
        "customer.wav",
    ]
    assert [event.reason for event in of(events, QueueLeft)] == ["answered", "abandoned"]
    assert following.calls == ()
    assert_history(events)


def test_another_process_gives_the_same_calls_the_same_identity():
    first, second = feed(tracker(), CAPTURED), feed(tracker(), CAPTURED)
    assert [event.call_id for event in of(first, CallOffered)] == [event.call_id for event in of(second, CallOffered)]
    elsewhere = feed(CallTracker("pbx2", AgentNames()), CAPTURED)
    assert of(elsewhere, CallOffered)[0].call_id != of(first, CallOffered)[0].call_id


@given(st.permutations(CAPTURED))
def test_every_order_of_messages_gives_a_legal_history_that_ends(messages: list[AMIMessage]):
    following = tracker()
    events = feed(following, messages)
    assert_history(events)
    assert following.calls == ()


@given(st.lists(st.sampled_from(CAPTURED), max_size=150))
def test_messages_that_are_lost_or_come_twice_give_a_legal_history(messages: list[AMIMessage]):
    assert_history(feed(tracker(), messages))


@pytest.mark.parametrize("line", range(len(CAPTURED)))
def test_a_hang_up_may_come_at_any_line(line: int):
    following = tracker()
    before, after = CAPTURED[:line], CAPTURED[line:]
    hang_ups = [found for found in CAPTURED if found.event == "Hangup"]
    events = feed(following, [*before, *hang_ups, *after])
    assert_history(events)
    assert following.calls == ()
    ended = {event.call_id for event in of(events, CallStateChanged) if event.state in TERMINAL_STATES}
    assert ended == {event.call_id for event in of(events, CallOffered)}


def test_hold_and_its_end():
    following = tracker()
    events = talking(following)
    events += feed(following, [message(Event="Hold", **AGENT), message(Event="Unhold", **AGENT)])
    assert states(events) == ["ringing", "answered", "held", "answered"]
    # A customer who holds us holds nobody else's call.
    events += feed(following, [message(Event="Hold", **CUSTOMER)])
    assert states(events)[-1] == "answered"
    assert_history(events)


def test_a_blind_transfer_arrives_at_the_next_agent():
    following = tracker()
    events = talking(following)
    events += feed(
        following,
        [
            message(
                Event="BlindTransfer",
                Result="Success",
                Extension="8002",
                TransfererUniqueid="1.1",
                TransfereeUniqueid="1.0",
            ),
            message(Event="BridgeLeave", BridgeUniqueid="b1", **AGENT),
            message(Event="BridgeLeave", BridgeUniqueid="b1", **CUSTOMER),
            message(Event="Hangup", Cause="16", **AGENT),
            message(Event="Newchannel", ChannelState="0", **COLLEAGUE),
            message(Event="Newstate", ChannelState="5", **COLLEAGUE),
            message(Event="BridgeEnter", BridgeUniqueid="b2", **COLLEAGUE),
            message(Event="BridgeEnter", BridgeUniqueid="b2", **CUSTOMER),
        ],
    )
    (transferred,) = of(events, CallTransferred)
    assert (transferred.kind, transferred.from_agent, transferred.to_number) == ("blind", "8001", "8002")
    assert states(events) == ["ringing", "answered", "transferred", "ringing", "answered"]
    assert of(events, CallStateChanged)[-1].agent == "8002"
    assert_history(events)


def test_a_refused_transfer_changes_nothing():
    following = tracker()
    talking(following)
    refused = message(Event="BlindTransfer", Result="Fail", TransfererUniqueid="1.1", Extension="8002")
    assert feed(following, [refused]) == []


def test_a_colleague_who_is_consulted_rings_while_the_customer_is_held():
    following = tracker()
    events = talking(following)
    events += feed(
        following,
        [
            message(Event="MusicOnHoldStart", **CUSTOMER),
            message(Event="BridgeLeave", BridgeUniqueid="b1", **AGENT),
            message(Event="Newchannel", ChannelState="0", **COLLEAGUE),
            message(Event="Newstate", ChannelState="5", **COLLEAGUE),
            message(Event="BridgeEnter", BridgeUniqueid="b2", **COLLEAGUE),
            message(
                Event="AttendedTransfer",
                Result="Success",
                OrigTransfererUniqueid="1.1",
                SecondTransfererUniqueid="1.1",
                TransfereeUniqueid="1.0",
            ),
            message(Event="MusicOnHoldStop", **CUSTOMER),
            message(Event="Hangup", Cause="16", **AGENT),
        ],
    )
    assert states(events) == ["ringing", "answered", "held", "transferred", "answered"]
    assert of(events, CallTransferred)[0].from_agent == "8001"
    assert_history(events)


def test_an_agent_whose_telephone_died_sends_the_caller_back_to_the_queue():
    following = tracker()
    events = talking(following)
    events += feed(
        following,
        [
            message(Event="BridgeLeave", BridgeUniqueid="b1", **AGENT),
            message(Event="BridgeLeave", BridgeUniqueid="b1", **CUSTOMER),
            message(Event="Hangup", Cause="44", **AGENT),
            message(Event="UserEvent", UserEvent="TingzhiNote", Note="agent_lost", Cause="44", Times="1", **CUSTOMER),
            message(Event="QueueCallerJoin", Queue="hotline", Position="1", **CUSTOMER),
            message(Event="Hangup", Cause="16", **CUSTOMER),
        ],
    )
    assert states(events) == ["ringing", "answered", "offered", "ended"]
    (note,) = of(events, CallNoted)
    assert (note.note, note.values) == ("agent_lost", {"cause": "44", "times": "1"})
    assert_history(events)


def test_a_pick_up_credits_the_agent_who_answered():
    following = tracker()
    events = talking(following)
    events += feed(following, [message(Event="Rename", Newname="PJSIP/agent-8002-00000009", Uniqueid="1.1")])
    ended, opened = events[-2:]
    assert isinstance(ended, LegStateChanged)
    assert isinstance(opened, LegOpened)
    assert (ended.agent, ended.state, opened.agent, opened.state) == ("8001", "ended", "8002", "answered")
    (call,) = following.calls
    assert [leg.agent for leg in call.legs] == [None, "8002"]
    assert_history(events)


def test_an_agent_who_began_in_another_call_moves_to_the_customers():
    following = tracker()
    events = talking(following)
    consult = {**AGENT, "Channel": "PJSIP/agent-8001-00000005", "Uniqueid": "2.0", "Linkedid": "2.0"}
    colleague = {**COLLEAGUE, "Uniqueid": "2.1", "Linkedid": "2.0"}
    events += feed(
        following,
        [
            message(Event="Newchannel", ChannelState="4", Exten="8002", **consult),
            message(Event="Newchannel", ChannelState="0", **colleague),
            message(Event="BridgeEnter", BridgeUniqueid="b2", **consult),
            message(Event="BridgeEnter", BridgeUniqueid="b2", **colleague),
            message(Event="BridgeEnter", BridgeUniqueid="b1", **colleague),
            message(Event="Hangup", Cause="16", **consult),
        ],
    )
    internal = of(events, CallOffered)[1]
    assert internal.direction is Direction.INTERNAL
    (moved,) = of(events, LegMoved)
    (call,) = following.calls
    assert (moved.from_call_id, moved.call_id) == (internal.call_id, call.call_id)
    assert [leg.agent for leg in call.legs] == [None, "8001", "8002"]
    assert_history(events)


def test_a_call_that_an_agent_dials_is_outbound_and_ends_with_the_customer():
    following = tracker()
    dialling = {**AGENT, "Uniqueid": "3.0", "Linkedid": "3.0"}
    dialled = {**CUSTOMER, "Uniqueid": "3.1", "Linkedid": "3.0"}
    events = feed(
        following,
        [
            message(Event="Newchannel", ChannelState="4", Exten="13800138000", **dialling),
            message(Event="Newchannel", ChannelState="0", **dialled),
            message(Event="Newstate", ChannelState="5", **dialled),
            message(Event="BridgeEnter", BridgeUniqueid="b3", **dialling),
            message(Event="BridgeEnter", BridgeUniqueid="b3", **dialled),
        ],
    )
    (call,) = following.calls
    assert (call.direction, call.dialled_number) == (Direction.OUTBOUND, "13800138000")
    events += feed(following, [message(Event="Hangup", Cause="16", **dialled)])
    assert states(events) == ["ringing", "answered", "ended"]
    assert_history(events)


def test_a_supervisor_and_our_own_taps_are_no_parties():
    following = tracker()
    events = talking(following)
    spy = {**COLLEAGUE, "Uniqueid": "1.7", "Context": "supervise"}
    tap = {"Channel": "AudioSocket/127.0.0.1:9092-x", "Uniqueid": "1.8", "Linkedid": "1.8"}
    events += feed(
        following,
        [
            message(Event="Newchannel", ChannelState="6", **spy),
            message(Event="Newchannel", ChannelState="6", **tap),
            message(Event="Hangup", Cause="16", **spy),
        ],
    )
    assert [event.role for event in of(events, LegOpened)] == [LegRole.CUSTOMER, LegRole.AGENT, LegRole.SUPERVISOR]
    assert states(events)[-1] == "answered"
    assert len(following.calls) == 1


def snapshot(*rows: AMIMessage) -> PBXSnapshot:
    return build_snapshot("11.0.0", rows)


def test_what_the_exchange_does_not_list_any_more_was_interrupted():
    following = tracker()
    events = talking(following)
    events += following.lose("the exchange closed the link", NOW)
    events += following.rebuild(snapshot(), NOW)
    assert states(events)[-1] == "interrupted"
    assert following.calls == ()
    assert isinstance(events[-1], PBXConnected)
    assert_history(events)


def test_a_rebuild_finds_talking_waiting_and_paused():
    following = tracker()
    waiting = {**CUSTOMER, "Channel": "PJSIP/trunk-lab-00000008", "Uniqueid": "9.0", "Linkedid": "9.0"}
    member = {"Queue": "hotline", "Location": "PJSIP/agent-8001", "Status": "2", "Paused": "1"}
    found = snapshot(
        message(Event="CoreShowChannel", ChannelState="6", BridgeId="b1", **AGENT),
        message(Event="CoreShowChannel", ChannelState="6", BridgeId="b1", **CUSTOMER),
        message(Event="CoreShowChannel", ChannelState="6", BridgeId="", **waiting),
        message(Event="QueueEntry", Queue="hotline", Position="1", Uniqueid="9.0"),
        message(Event="QueueMember", PausedReason="wrap_up", **member),
    )
    events = following.rebuild(found, NOW)
    assert [(call.state, call.is_waiting) for call in following.calls] == [("answered", False), ("offered", True)]
    assert [agent.state for agent in following.agents] == ["on_call"]
    assert events[-1].call_count == 2
    # A second look at the same exchange tells nothing new.
    assert [event.type for event in following.rebuild(found, NOW)] == ["pbx.connected"]
    assert_history(events)


def test_the_end_of_the_wait_that_was_missed_is_told():
    following = tracker()
    events = feed(
        following,
        [
            message(Event="Newchannel", ChannelState="6", **CUSTOMER),
            message(Event="QueueCallerJoin", Queue="hotline", Position="1", **CUSTOMER),
        ],
    )
    events += following.rebuild(snapshot(message(Event="CoreShowChannel", ChannelState="6", **CUSTOMER)), NOW)
    assert [event.reason for event in of(events, QueueLeft)] == ["left"]


def test_an_agent_in_two_queues_is_paused_when_no_queue_may_ring():
    following = tracker()

    def member(queue: str, paused: str, status: str = "1") -> AMIMessage:
        return message(
            Event="QueueMemberPause",
            Queue=queue,
            Interface="PJSIP/agent-8001",
            Paused=paused,
            PausedReason="午休",
            Status=status,
        )

    events = feed(following, [member("a", "0"), member("b", "0"), member("a", "1"), member("b", "1"), member("a", "0")])
    told = [(event.state.value, event.reason) for event in of(events, AgentStateChanged)]
    assert told == [("ready", ""), ("ready", ""), ("paused", "午休"), ("ready", "")]
    assert feed(following, [message(Event="DeviceStateChange", Device="Queue:a_avail", State="INUSE")]) == []
