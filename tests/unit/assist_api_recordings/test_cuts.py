"""Recordings whose sound breaks off: how long a leg was, and what its file lacks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from assist_api.recordings.cuts import CallSpan, Cut, LegLengths, find_cuts
from assist_api.recordings.joining import JoinedLeg
from cti_adapter.events import CTIEvent, LegMoved, LegStateChanged, PBXLost, RecordingStarted
from cti_adapter.recording_files import LegFile
from cti_adapter.states import LegRole, LegState

pytestmark = pytest.mark.unit

BEGAN = datetime(2026, 11, 30, tzinfo=UTC)
BEGAN_MS = round(BEGAN.timestamp() * 1000)
CALL = uuid4()


def at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


def name(seconds: int, role: LegRole) -> str:
    return f"{BEGAN_MS + seconds * 1000}-pbx1-1796048693.{seconds}-pbx1-1796048693.0-{role.value}.wav"


def recorded(leg_id: UUID, file: str, seconds: float) -> RecordingStarted:
    return RecordingStarted(seq=1, at=at(seconds), call_id=CALL, leg_id=leg_id, file=file)


def changed(leg_id: UUID, before: LegState, after: LegState, seconds: float) -> LegStateChanged:
    return LegStateChanged(
        seq=1, at=at(seconds), call_id=CALL, leg_id=leg_id, role=LegRole.AGENT, agent="8001", previous_state=before,
        state=after, hangup_cause=None,
    )  # fmt: skip


def joined(file: str, start: int, seconds: float, role: LegRole) -> JoinedLeg:
    leg = LegFile(Path(file), CALL, role, BEGAN_MS + start * 1000)
    return JoinedLeg(leg, start * 1000, round(seconds * 1000), "")


CUSTOMER, FIRST, SECOND = name(1, LegRole.CUSTOMER), name(5, LegRole.AGENT), name(40, LegRole.AGENT)


def lengths(*events: CTIEvent, end: float = 60) -> dict[str, int]:
    followed = LegLengths()
    for event in events:
        followed.feed(event)
    found = followed.take(CALL, at(end))
    assert followed.take(CALL, at(end)) == {}
    return found


def test_a_leg_is_as_long_as_its_party_was_there_and_not_on_hold() -> None:
    customer, first, second = uuid4(), uuid4(), uuid4()
    assert lengths(
        recorded(customer, CUSTOMER, 1),
        recorded(first, FIRST, 5),
        changed(first, LegState.ANSWERED, LegState.HELD, 10),
        changed(first, LegState.HELD, LegState.ANSWERED, 20),
        changed(first, LegState.ANSWERED, LegState.ENDED, 42),
        recorded(second, SECOND, 40),
        changed(second, LegState.ANSWERED, LegState.HELD, 55),
    ) == {CUSTOMER: 59_000, FIRST: 27_000, SECOND: 15_000}


def test_a_leg_that_left_for_another_call_and_those_of_a_lost_exchange_are_not_judged() -> None:
    leg = uuid4()
    moved = LegMoved(seq=1, at=at(6), leg_id=leg, from_call_id=CALL, call_id=uuid4(), role=LegRole.AGENT, agent="8001")
    assert lengths(recorded(leg, FIRST, 5), moved) == {}
    assert lengths(recorded(leg, FIRST, 5), PBXLost(seq=1, at=at(6), reason="gone")) == {}


def test_a_disk_that_fills_in_the_middle_cuts_every_leg_and_leaves_later_ones_unwritten() -> None:
    told = {CUSTOMER: 59_000, FIRST: 27_000, SECOND: 20_000}
    call = CallSpan(BEGAN_MS, BEGAN_MS + 60_000, told)
    legs = [joined(CUSTOMER, 1, 31, LegRole.CUSTOMER), joined(FIRST, 5, 26.8, LegRole.AGENT)]
    assert find_cuts(call, legs) == {CUSTOMER: Cut(32_000, 28_000), SECOND: Cut(40_000, 20_000)}


def test_a_whole_recording_has_no_cut_and_what_no_event_told_of_is_measured_by_the_call() -> None:
    whole = [joined(CUSTOMER, 1, 58.5, LegRole.CUSTOMER), joined(FIRST, 5, 20, LegRole.AGENT)]
    assert find_cuts(CallSpan(BEGAN_MS, BEGAN_MS + 60_000), whole) == {}
    short = [joined(CUSTOMER, 1, 20, LegRole.CUSTOMER)]
    assert find_cuts(CallSpan(BEGAN_MS, BEGAN_MS + 60_000), short) == {CUSTOMER: Cut(21_000, 39_000)}
    # How a call ended that an exchange took with it is not known.
    assert find_cuts(CallSpan(BEGAN_MS), short) == {}
