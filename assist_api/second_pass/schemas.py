"""What the endpoints of the second pass give."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import Field

from assist_api.http.schemas import OutputModel
from assist_api.transcripts.utterances import LegRole, TextChange


class TranscriptVersion(StrEnum):
    """Which text of a call."""

    AS_SEEN = "as_seen"
    """What the agent saw during the call."""
    SECOND_PASS = "second_pass"  # noqa: S105  # rejected: no password
    """What was heard the second time."""


class SecondPassLine(OutputModel):
    """One utterance of the second pass."""

    segment_id: UUID
    leg_role: LegRole
    start_ms: int
    end_ms: int
    confidence: float
    language: str
    text: str = Field(description="As a reader sees it, with figures for spoken numbers")
    differences: list[TextChange] = Field(description="Where it differs from what the agent saw, which is `heard`")


class SecondPass(OutputModel):
    """The second pass of a call and how it stands."""

    state: Literal["none", "ordered", "ready", "failed"]
    job_id: UUID | None = Field(description="Of the job that goes on; null unless `ordered`")
    can_be_ordered: bool = Field(description="Whether the call is over and its recording is stored")
    made_at: datetime | None
    model: str
    beam_size: int
    error_code: str = Field(description="Why it failed, else empty")
    changed_share: float = Field(description="Share of the letters and digits that differ, 0..1")
    lines: list[SecondPassLine]


class TranscriptLine(OutputModel):
    """One utterance of a transcript that is sent as a file."""

    leg_role: LegRole
    start_ms: int
    end_ms: int
    text: str
