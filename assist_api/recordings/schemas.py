"""What the endpoints of recordings take and give."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import StringConstraints

from assist_api.http.schemas import InputModel, OutputModel
from assist_api.recordings.comparing import Lack, Reason


class RecordedLeg(OutputModel):
    """One file of the exchange that was joined, or should have been."""

    file: str
    role: Literal["customer", "agent", "supervisor"]
    start_ms: int
    duration_ms: int
    missing_ms: int
    """Sound of this leg that the exchange did not write, as on a full disk; 0 for a whole leg."""
    sha256: str
    """Empty where the exchange wrote nothing of the leg."""


class HoldView(OutputModel):
    """A legal hold."""

    reason: str
    placed_by: str
    placed_at: datetime


class RecordingView(OutputModel):
    """What is known of the audio of a call; `stored` is that of a call which is no telephone call."""

    state: Literal["none", "stored", "joined", "cut_short", "missing", "deleted"]
    sha256: str
    legs: list[RecordedLeg]
    missing_from_ms: int | None
    """Where sound begins to be missing, from the beginning of the call; null in a whole recording."""
    hold: HoldView | None


class RecordingGap(OutputModel):
    """A telephone call of which something is missing."""

    call_id: UUID
    began_at: datetime
    agent_name: str
    missing: Literal["recording", "sound", "text"]
    """`sound`: there is a recording, and it breaks off."""
    missing_from_ms: int | None
    """Where it breaks off, from the beginning of the call; null for other gaps."""


class RecordingGaps(OutputModel):
    """What a comparison of calls, recordings and transcripts finds."""

    window_hours: int
    calls: int
    joined: int
    missing: int
    """Calls without a whole recording."""
    cut_short: int
    """Of these, with a recording that breaks off."""
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
