"""What the endpoints of recordings take and give."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import StringConstraints

from assist_api.http.schemas import InputModel, OutputModel
from assist_api.recordings.comparing import Lack, Reason


class RecordedLeg(OutputModel):
    """One file of the exchange that was joined."""

    file: str
    role: Literal["customer", "agent", "supervisor"]
    start_ms: int
    duration_ms: int
    sha256: str


class HoldView(OutputModel):
    """A legal hold."""

    reason: str
    placed_by: str
    placed_at: datetime


class RecordingView(OutputModel):
    """What is known of the audio of a call; `stored` is that of a call which is no telephone call."""

    state: Literal["none", "stored", "joined", "missing", "deleted"]
    sha256: str
    legs: list[RecordedLeg]
    hold: HoldView | None


class RecordingGap(OutputModel):
    """A telephone call of which something is missing."""

    call_id: UUID
    began_at: datetime
    agent_name: str
    missing: Literal["recording", "text"]


class RecordingGaps(OutputModel):
    """What a comparison of calls, recordings and transcripts finds."""

    window_hours: int
    calls: int
    joined: int
    missing: int
    untranscribed: int
    unknown: int
    """Calls whose files the exchange has, and which nobody here knows."""
    items: list[RecordingGap]
    """The newest first, at most 200."""


class DayView(OutputModel):
    """A day, compared with what exchanges recorded of it."""

    day: date
    compared_at: datetime
    has_records: bool
    """Whether an exchange's records could be read."""
    records: int
    """Conversations with an agent in these records."""
    calls: int
    joined: int
    transcribed: int
    lacking: int
    reasons: dict[Reason, int]
    """Number of gaps by reason."""


class DayGap(OutputModel):
    """Something that a conversation lacks, and why."""

    call_id: UUID
    began_at: datetime
    agent: str
    lacks: Lack
    reason: Reason


class DayGaps(OutputModel):
    """What a day lacks, oldest first, at most 500."""

    day: date
    total: int
    items: list[DayGap]


class HoldRequest(InputModel):
    """Why the audio must stay."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
