"""What the endpoints of callbacks and voicemails take and give."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from assist_api.callbacks.rules import CallbackReason, CallbackState, DialOutcome
from assist_api.http.schemas import InputModel, OutputModel


class CallbackView(StrEnum):
    """Which requests are listed."""

    DUE = "due"
    """Open and to be called now, the longest waiting first; those that one has taken stand with them."""
    LATER = "later"
    """Open, and not before a later time."""
    OVER = "over"
    """Done or given up, the newest first."""


class CallbackLine(OutputModel):
    """Somebody who is to be called back."""

    id: UUID
    number: str = Field(description="Masked where the policy `callbacks` or `call_masking` says so")
    is_number_masked: bool
    queue: str
    intent: str | None
    reason: CallbackReason
    state: CallbackState
    place: int | None = Field(description="Place among the open requests of the queue, from 1; null once it is over")
    requested_at: datetime
    due_at: datetime | None
    taken_by: str | None
    is_mine: bool
    attempts: int
    outcome: DialOutcome | None
    note: str
    call_id: UUID | None = Field(description="Call in which it was asked for")
    dialled_call_id: UUID | None = Field(description="Call of the last attempt")
    done_at: datetime | None
    done_by: str | None


class CallbackLines(OutputModel):
    """Requests, and how many there are in each list."""

    items: list[CallbackLine]
    due: int
    later: int


class AttemptOutcome(InputModel):
    """What came of an attempt."""

    outcome: DialOutcome
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""


class VoicemailLine(OutputModel):
    """A message that a caller left."""

    id: UUID
    number: str = Field(description="Masked where the policy `callbacks` or `call_masking` says so")
    seconds: int
    text: str = Field(description="As the recogniser wrote it")
    intent: str | None
    order_id: UUID | None
    order_number: str | None
    received_at: datetime
    handled_at: datetime | None
    handled_by: str | None
    has_sound: bool
    can_be_called: bool


class VoicemailLines(OutputModel):
    """Messages; those that wait for somebody are the oldest first, the others the newest first."""

    items: list[VoicemailLine]
    waiting: int
