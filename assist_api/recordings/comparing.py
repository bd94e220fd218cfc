"""Compares the calls that exchanges recorded with the calls, recordings and texts that we have. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from cti_adapter.call_records import CallRecord

Lack = Literal["call", "record", "recording", "text"]
"""What a conversation lacks: it is unknown here, unknown to the exchange, or has no recording or text."""
Reason = Literal[
    "server_down", "no_record", "notice_failed", "too_short", "no_file", "cut_short", "not_joined", "not_heard"
]
SHORT_SECONDS = 2
SETTLES_WITHIN = timedelta(minutes=10)
"""After a call its recording is still being joined and its last words are still being written."""


@dataclass(frozen=True, slots=True)
class KnownCall:
    """One of our calls with an agent.

    Attributes:
        call_id: Which.
        began_at: When it began.
        ended_at: When it ended.
        agent: Display name of the agent.
        recording: State of its recording; None while nothing is known of it.
        has_text: Whether a sentence of it was written down.
    """

    call_id: UUID
    began_at: datetime
    ended_at: datetime
    agent: str
    recording: str | None
    has_text: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that a conversation lacks, and why."""

    call_id: UUID
    began_at: datetime
    agent: str
    lacks: Lack
    reason: Reason


@dataclass(frozen=True, slots=True)
class Comparison:
    """A day, compared.

    Attributes:
        records: Conversations with an agent that exchanges recorded.
        calls: Conversations with an agent that we have.
        joined: Of ours, with a whole recording; one that the retention deleted counts.
        transcribed: Of ours, with text.
        gaps: What is lacking, oldest first.
    """

    records: int
    calls: int
    joined: int
    transcribed: int
    gaps: tuple[Gap, ...]


def compare(
    records: Mapping[UUID, CallRecord] | None,
    calls: Collection[KnownCall],
    now: datetime,
) -> Comparison:
    """Compare a day.

    Args:
        records: What exchanges recorded of the day; None where no exchange keeps records, so that nothing is compared
            with them.
        calls: What we have of it, and what we have of the recorded calls.
        now: Calls that ended less than ten minutes before are left for the next comparison.
    """
    settled = [call for call in calls if call.ended_at <= now - SETTLES_WITHIN]
    known = {call.call_id for call in calls}
    gaps = [gap for call in settled for gap in _gaps_of(call, records)]
    gaps += [
        Gap(record.call_id, record.began_at, record.agent, "call", "server_down")
        for record in (records or {}).values()
        if record.call_id not in known and record.ended_at <= now - SETTLES_WITHIN
    ]
    return Comparison(
        records=len(records or {}),
        calls=len(settled),
        joined=sum(call.recording in {"joined", "deleted"} for call in settled),
        transcribed=sum(call.has_text for call in settled),
        gaps=tuple(sorted(gaps, key=lambda gap: (gap.began_at, str(gap.call_id), gap.lacks))),
    )


def _gaps_of(call: KnownCall, records: Mapping[UUID, CallRecord] | None) -> list[Gap]:
    record = (records or {}).get(call.call_id)
    found: list[tuple[Lack, Reason]] = []
    if records is not None and record is None:
        found.append(("record", "no_record"))
    if call.recording not in {"joined", "deleted"}:
        found.append(("recording", _why_unrecorded(call, record)))
    if not call.has_text:
        found.append(("text", "too_short" if _is_short(call, record) else "not_heard"))
    return [Gap(call.call_id, call.began_at, call.agent, lacks, reason) for lacks, reason in found]


def _why_unrecorded(call: KnownCall, record: CallRecord | None) -> Reason:
    if record is not None and record.note == "notice_failed":
        return "notice_failed"
    if call.recording == "cut_short":
        return "cut_short"
    if _is_short(call, record):
        return "too_short"
    return "not_joined" if call.recording is None else "no_file"


def _is_short(call: KnownCall, record: CallRecord | None) -> bool:
    seconds = (call.ended_at - call.began_at).total_seconds()
    return min(seconds, record.talk_seconds if record is not None else seconds) < SHORT_SECONDS
