"""What the search across calls takes and gives."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from assist_api.alerts.rules import DangerKind
from assist_api.call_search.measures import CallMeasures
from assist_api.calls.events import CallInfo, EndReason
from assist_api.calls.schemas import Sector, SourceKind
from assist_api.http.schemas import InputModel
from assist_api.http.wire import Span, WireModel
from assist_api.transcripts.utterances import LegRole

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]


class Moment(StrEnum):
    """Something that happened in a call."""

    ALERT = "alert"
    NO_ANSWER = "no_answer"
    CARD_SHOWN = "card_shown"
    CARD_USED = "card_used"
    CARD_REJECTED = "card_rejected"


class Order(StrEnum):
    """What stands first."""

    NEWEST = "newest"
    HARDEST = "hardest"
    BEST = "best"


class CallQuery(InputModel):
    """Which calls are wanted; what is left out filters nothing."""

    text: Text = Field(default="", description='Words that the call must hold, "phrases" in quotation marks')
    by_meaning: bool = Field(
        default=False, description="Also sentences that say the same in other words; needs a text and an embedder"
    )
    speaker: LegRole | None = Field(default=None, description="Who said the words")
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    agent_name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = ""
    sector: Sector | None = None
    category: Annotated[str, StringConstraints(max_length=97)] = Field(
        default="", description="A category or the beginning of one, such as `fault/power`"
    )
    end_reason: EndReason | None = None
    source: SourceKind | None = None
    min_duration_ms: Annotated[int, Field(ge=0, le=86_400_000)] | None = None
    max_duration_ms: Annotated[int, Field(ge=0, le=86_400_000)] | None = None
    min_silence_share: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=None, description="Of the call nobody speaks"
    )
    alert_kind: DangerKind | None = None
    entry_id: UUID | None = Field(default=None, description="A knowledge entry that the call showed")
    moments: Annotated[list[Moment], Field(max_length=5)] = Field(default=[], description="All of them")
    order: Order = Order.NEWEST
    page: Annotated[int, Field(ge=0, le=500)] = 0
    limit: Annotated[int, Field(ge=1, le=50)] = 20


class FoundSentence(WireModel):
    """An utterance that a search found."""

    segment_id: UUID
    leg_role: LegRole
    start_ms: int
    end_ms: int
    text: str
    marks: list[Span] = Field(description="The words, in the text")
    is_unanswered: bool = Field(description="A question of the caller that nothing fitted")
    similarity: float | None = Field(description="Cosine with the text, 0..1; null when it was found by its words")


class FoundCall(WireModel):
    """A call that a search found, with the first sentences that hold the words."""

    call: CallInfo
    category_id: str | None
    difficulty: float = Field(description="0..100, see the formula on the page")
    excellence: float
    alert_count: int
    used_count: int
    unanswered_count: int
    measures: CallMeasures
    sentences: list[FoundSentence]
    sentence_count: int = Field(description="All sentences that hold the words")


class CallSearchAnswer(WireModel):
    """One page of calls."""

    items: list[FoundCall]
    total: int
    is_masked: bool = Field(description="Texts are masked for this account")
    has_meaning: bool = Field(description="Sentences can be compared by meaning here: an embedder is installed")
    waiting: int = Field(description="Finished calls that are not in the index yet")


class CallExport(InputModel):
    """A search whose sentences are wanted as a file."""

    query: CallQuery
    format: Literal["csv", "srt", "json"]
