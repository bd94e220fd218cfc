"""Finds recordings whose sound breaks off before their call did, as on a disk that filled in the middle. Pure.

An exchange whose disk is full goes on with the call and drops what it cannot write: the file is shorter than its leg.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from assist_api.recordings.joining import JoinedLeg
from cti_adapter.events import CTIEvent, LegMoved, LegStateChanged, PBXLost, RecordingStarted
from cti_adapter.recording_files import started_at_ms
from cti_adapter.states import LegRole, LegState

TOLERANCE_MS = 3_000
"""A file may be that much shorter than its leg: events arrive late on a busy machine, and the exchange keeps back a
block of at most 4,096 bytes (256 ms)."""


@dataclass(slots=True)
class _RecordedLeg:
    file: str
    since: datetime
    until: datetime | None = None
    held_since: datetime | None = None
    held: timedelta = timedelta()


class LegLengths:
    """Follows the events of one source of calls and knows how long each recorded leg was.

    The time in which an agent holds the call is left out: a file grows only while sound goes either way. A leg that
    went over to another call, and every leg of an exchange that was lost, is no longer followed.
    """

    def __init__(self) -> None:
        self._legs: dict[UUID, dict[UUID, _RecordedLeg]] = {}

    def feed(self, event: CTIEvent) -> None:
        """Take what an event tells of a leg; others change nothing."""
        match event:
            case RecordingStarted():
                leg = _RecordedLeg(event.file, event.at)
                self._legs.setdefault(event.call_id, {}).setdefault(event.leg_id, leg)
            case LegStateChanged():
                self._change(event)
            case LegMoved():
                self._legs.get(event.from_call_id, {}).pop(event.leg_id, None)
            case PBXLost():
                self._legs.clear()
            case _:
                pass

    def _change(self, event: LegStateChanged) -> None:
        leg = self._legs.get(event.call_id, {}).get(event.leg_id)
        if leg is None:
            return
        if leg.held_since is not None:
            leg.held += event.at - leg.held_since
        leg.held_since = event.at if event.state is LegState.HELD else None
        if event.state is LegState.ENDED:
            leg.until = event.at

    def take(self, call_id: UUID, ended_at: datetime) -> dict[str, int]:
        """Return the least length of each file of a call that has ended, in ms, and forget the call.

        Args:
            call_id: Which call.
            ended_at: Its end; legs that are still open ended with it.
        """
        return {leg.file: _length_ms(leg, ended_at) for leg in self._legs.pop(call_id, {}).values()}


def _length_ms(leg: _RecordedLeg, ended_at: datetime) -> int:
    held = leg.held + (ended_at - leg.held_since if leg.held_since is not None else timedelta())
    return max(0, round(((leg.until or ended_at) - leg.since - held).total_seconds() * 1000))


@dataclass(frozen=True, slots=True)
class Cut:
    """Sound that a recording lacks.

    Attributes:
        from_ms: Where the file's sound ends, from the beginning of the call.
        missing_ms: How much of the leg is not in the file.
    """

    from_ms: int
    missing_ms: int


@dataclass(frozen=True, slots=True)
class CallSpan:
    """When a call was.

    Attributes:
        began_at_ms: Its beginning, in ms since 1970.
        ended_at_ms: Its end; None where it is not known, since the exchange was lost.
        lengths: Least length of each file, as events told; files that no event told of are not in it.
    """

    began_at_ms: int
    ended_at_ms: int | None = None
    lengths: Mapping[str, int] = field(default_factory=dict)


def find_cuts(call: CallSpan, legs: Sequence[JoinedLeg]) -> dict[str, Cut]:
    """Return what is missing, by name of file; files that are missing altogether are in it.

    Where no event told of the first customer's file, since our process was down, it is expected to last as long as the
    call did.

    Args:
        call: When the call was, and how long its files have to be.
        legs: The files that have sound.
    """
    expected = dict(call.lengths)
    customer = min(
        (leg for leg in legs if leg.file.role is LegRole.CUSTOMER), key=lambda leg: leg.start_ms, default=None
    )
    if customer is not None and call.ended_at_ms is not None:
        expected.setdefault(customer.file.path.name, call.ended_at_ms - customer.file.started_at_ms)
    files = {leg.file.path.name: leg for leg in legs}
    found: dict[str, Cut] = {}
    for name, expected_ms in expected.items():
        leg = files.get(name)
        start_ms = leg.start_ms if leg is not None else max(0, started_at_ms(name) - call.began_at_ms)
        duration_ms = leg.duration_ms if leg is not None else 0
        if expected_ms - duration_ms > TOLERANCE_MS:
            found[name] = Cut(start_ms + duration_ms, expected_ms - duration_ms)
    return found
