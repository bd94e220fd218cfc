"""What the call endpoints take and give, beside the wire messages of `assist_api.calls.events`."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from assist_api.calls.events import CallEvent, CallInfo, Verdict
from assist_api.http.schemas import InputModel
from assist_api.http.wire import WireModel

ReplaySpeed = Literal["1", "max"]
SourceKind = Literal["replay", "demo", "cli", "live"]
Sector = Literal["power", "heating", "water", "gas", "tv"]


class CallPage(WireModel):
    """One page of calls, newest first."""

    items: list[CallInfo]
    next_cursor: str | None = Field(description="Pass as `cursor` for the next page; null on the last")


class CallEventPage(WireModel):
    """Persisted events in order; numbers are missing where partials stood."""

    items: list[CallEvent]
    last_seq: int = Field(description="Number of the call's newest event, also of a partial")


class CallAccepted(WireModel):
    """The call exists and has begun."""

    call_id: UUID


class DemoCallInfo(WireModel):
    """A call that comes with the product."""

    demo_id: str
    title: str
    title_en: str
    sector: Sector
    duration_ms: int


class DemoCallRequest(InputModel):
    """How to play a demo call."""

    speed: ReplaySpeed = "1"


class FeedbackRequest(InputModel):
    """A verdict on a suggestion; sending another replaces it."""

    verdict: Verdict
    note: str = Field(default="", max_length=1_000)


class CategoryChoice(InputModel):
    """The category an agent chooses for a call; choosing another replaces it."""

    category_id: str = Field(max_length=97, description="`<business_type>/<situation code>` of the taxonomy")
