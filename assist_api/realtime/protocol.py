"""Wire messages of a call: the events, the snapshot, and what they are made of.

Every message is `{type, call_id, seq, at, data}`. `seq` counts a call's events from 1 without gaps; the first
message on a socket is a `call.snapshot` whose `seq` is the last event it contains. `at` is wall time (UTC),
everything ending in `_ms` is audio time of the leg unless it says otherwise. Output models have no defaults, so
that generated TypeScript has no false optionals.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class WireModel(BaseModel):
    """Base of everything that goes over the wire."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class LegRole(StrEnum):
    """Who speaks on a leg."""

    CUSTOMER = "customer"
    AGENT = "agent"


class CallState(StrEnum):
    """Where a call is; a replayed recording is answered at once."""

    ANSWERED = "answered"
    INTERRUPTED = "interrupted"
    ENDED = "ended"


class EndReason(StrEnum):
    """Why a call ended."""

    COMPLETED = "completed"
    STOPPED = "stopped"
    FAILED = "failed"


class Utterance(WireModel):
    """The text of one segment, as far as it is known."""

    segment_id: UUID
    leg_role: LegRole
    start_ms: int
    end_ms: int
    text: str
    is_final: bool
    partial_index: int = Field(description="Count of the partial, from 0; -1 for a final")
    confidence: float = Field(description="Mean token probability, 0..1; 0 for a partial")
    language: str


class Span(WireModel):
    """Half-open character range (Unicode code points)."""

    start: int
    end: int


class CardMatch(WireModel):
    """A term that caller and entry share: highlighted on both sides, dotted when only the sound agrees."""

    kind: Literal["exact", "pinyin", "synonym"]
    segment_id: UUID | None = Field(description="The utterance it stands in; null for a typed search")
    utterance_span: Span | None
    field: Literal["title", "variants", "answer", "script", "problem", "solution"]
    field_index: int
    field_span: Span


class Confidence(StrEnum):
    """The bar of three steps on a card."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class FoldedDocument(WireModel):
    """An entry or case that says nearly the same as the one shown, and stands behind it."""

    document_id: UUID = Field(description="Of the entry or case")
    title: str
    region: str | None = Field(description="Of an entry, or the area of a case; null for everywhere")


class Card(WireModel):
    """One knowledge entry revision, as suggested."""

    suggestion_id: UUID
    entry_id: UUID
    revision_id: UUID
    revision_number: int
    title: str
    script: str = Field(description="The sentence(s) to say aloud")
    answer: str = Field(description="Markdown")
    variants: list[str]
    sector: str | None = Field(description="Null for every sector")
    category_path: list[str] = Field(description="Chinese names: sector, group, situation, then idea and means")
    business_type: str
    reviewed_on: date | None
    valid_until: date | None
    confidence: Confidence
    probability: float = Field(description="Calibrated, 0..1")
    score_parts: dict[str, float]
    trigger_segment_ids: list[UUID]
    matches: list[CardMatch]
    is_new: bool = Field(description="Not in the list shown before this one")
    # Events written before there were these fields have none of them.
    folded: list[FoldedDocument] = Field(default=[], description="Says nearly the same, best first")
    number: int | None = Field(
        default=None, description="Number on the screen and its key, 1..9; the same for the whole call"
    )
    answers_segment_id: UUID | None = Field(default=None, description="The customer's utterance that it answers")


class CaseCard(WireModel):
    """One solved case, as suggested beside the entries."""

    suggestion_id: UUID
    case_id: UUID
    title: str
    problem: str
    solution: str
    outcome: str
    sector: str | None
    occurred_on: date
    area: str
    probability: float
    matches: list[CardMatch]
    folded: list[FoldedDocument] = Field(default=[], description="Says nearly the same, best first")


class SuggestionList(WireModel):
    """All that the suggestion panel shows at one moment; replaces the list before it."""

    cards: list[Card] = Field(max_length=3)
    cases: list[CaseCard] = Field(max_length=3)
    trigger_segment_id: UUID | None
    search_state: Literal["complete", "lexical_only", "local", "unavailable"]


class SuggestionWithheld(WireModel):
    """A search that showed nothing new: "no card" is a result and is logged.

    `nothing_fits` names an utterance that no entry answers, and folds the list until the next `suggestion.shown`.
    """

    reason: Literal["nothing_fits", "unchanged", "not_a_question", "search_unavailable"]
    trigger_segment_id: UUID
    search_state: Literal["complete", "lexical_only", "local", "unavailable"]


class CardSpoken(WireModel):
    """What of a card the agent has said so far, recognised in the agent's words; the newest counts."""

    suggestion_id: UUID
    script: list[Span] = Field(description="Sentences of the script that were said, as ranges of its text")
    steps: list[int] = Field(description="Steps of the answer's first numbered list that were said, from 0")
    is_finished: bool = Field(description="The whole script was said")
    segment_id: UUID = Field(description="The agent's utterance that added to it")


class RankedCategory(WireModel):
    """A work-order category: business type × situation."""

    category_id: str = Field(description="`<business_type>/<situation code>`, e.g. `fault/power.outage.single`")
    business_type: str
    situation: str
    path: list[str] = Field(description="Chinese names: business type, then the situation from sector down")
    probability: float = Field(description="Calibrated, 0..1")


class CategoryRanking(WireModel):
    """The work-order category as it stands; best first, at most five."""

    categories: list[RankedCategory]
    has_abstained: bool = Field(description="True while no category reaches the threshold")
    trigger_segment_id: UUID


class CategoryChosen(WireModel):
    """The category an agent chose for the call, with the ranking that was on the screen then; the newest counts."""

    category_id: str = Field(description="`<business_type>/<situation code>`")
    business_type: str
    situation: str
    path: list[str] = Field(description="Chinese names: business type, then the situation from sector down")
    chosen_by: str = Field(description="Display name of the agent")
    ranked: CategoryRanking | None = Field(description="What was ranked when it was chosen")


class Verdict(StrEnum):
    """What the agent made of a card."""

    USED = "used"
    DISMISSED = "dismissed"
    WRONG = "wrong"
    WITHDRAWN = "withdrawn"
    """The agent took the verdict back; the card counts as if there had been none."""


class FeedbackRecorded(WireModel):
    """A verdict on a card of this call."""

    feedback_id: UUID
    suggestion_id: UUID
    entry_id: UUID | None
    verdict: Verdict
    note: str


class StageState(WireModel):
    """A stage (`speech`, `search`, `vectors`, `category`, `storage`) that is degraded or well again."""

    stage: Literal["speech", "search", "vectors", "category", "storage"]
    state: Literal["ok", "degraded"]
    code: str = Field(description="Translatable reason, empty when ok")
    lag_ms: int = Field(description="How far behind the audio, 0 when not late")


class CallAnswered(WireModel):
    """The call began, or went on after an interruption (`resumed_at_ms` > 0)."""

    source: Literal["replay", "demo", "cli", "live"]
    title: str
    duration_ms: int | None = Field(description="Known length of a recording; null for a live call")
    speed: Literal["1", "max"]
    leg_roles: list[LegRole]
    resumed_at_ms: int


class CallInterrupted(WireModel):
    """The process that carried the call went away; it is taken up again or stays as it is."""

    heard_ms: int


class CallEnded(WireModel):
    """The end of a call; only feedback and the agent's category may follow."""

    reason: EndReason
    code: str = Field(description="Error code when failed, else empty")
    message: str
    duration_ms: int


class _Event(WireModel):
    call_id: UUID
    seq: int
    at: datetime


class CallAnsweredEvent(_Event):
    """`call.answered`."""

    type: Literal["call.answered"] = "call.answered"
    data: CallAnswered


class CallInterruptedEvent(_Event):
    """`call.interrupted`."""

    type: Literal["call.interrupted"] = "call.interrupted"
    data: CallInterrupted


class CallEndedEvent(_Event):
    """`call.ended`."""

    type: Literal["call.ended"] = "call.ended"
    data: CallEnded


class TranscriptPartialEvent(_Event):
    """`transcript.partial`; not kept after the call."""

    type: Literal["transcript.partial"] = "transcript.partial"
    data: Utterance


class TranscriptFinalEvent(_Event):
    """`transcript.final`."""

    type: Literal["transcript.final"] = "transcript.final"
    data: Utterance


class SuggestionShownEvent(_Event):
    """`suggestion.shown`."""

    type: Literal["suggestion.shown"] = "suggestion.shown"
    data: SuggestionList


class SuggestionWithheldEvent(_Event):
    """`suggestion.withheld`."""

    type: Literal["suggestion.withheld"] = "suggestion.withheld"
    data: SuggestionWithheld


class CardSpokenEvent(_Event):
    """`card.spoken`."""

    type: Literal["card.spoken"] = "card.spoken"
    data: CardSpoken


class CategoryRankedEvent(_Event):
    """`category.ranked`."""

    type: Literal["category.ranked"] = "category.ranked"
    data: CategoryRanking


class CategoryChosenEvent(_Event):
    """`category.chosen`; may follow the end of the call."""

    type: Literal["category.chosen"] = "category.chosen"
    data: CategoryChosen


class FeedbackRecordedEvent(_Event):
    """`feedback.recorded`."""

    type: Literal["feedback.recorded"] = "feedback.recorded"
    data: FeedbackRecorded


class StageStateChangedEvent(_Event):
    """`stage.state_changed`."""

    type: Literal["stage.state_changed"] = "stage.state_changed"
    data: StageState


class CallInfo(WireModel):
    """Head of a call."""

    id: UUID
    state: CallState
    source: Literal["replay", "demo", "cli", "live"]
    title: str
    sector: str | None
    customer_number_masked: str
    agent_name: str
    created_at: datetime
    ended_at: datetime | None
    end_reason: EndReason | None
    end_code: str
    end_message: str
    duration_ms: int | None
    heard_ms: int
    speed: Literal["1", "max"]
    leg_roles: list[LegRole]
    has_audio: bool


class CallSnapshot(WireModel):
    """Everything the screen needs; the reducer applies later events to it."""

    call: CallInfo
    utterances: list[Utterance] = Field(description="By start_ms; includes running partials")
    suggestions: SuggestionList
    withheld: SuggestionWithheld | None = Field(
        description="Why the list is folded: the newest turn asks and nothing fits; null while the list stands"
    )
    spoken: list[CardSpoken] = Field(description="One item for each card of which the agent has said something")
    category: CategoryRanking | None
    chosen_category: CategoryChosen | None = Field(description="The agent's own choice; stands above the ranking")
    feedback: list[FeedbackRecorded]
    stages: list[StageState] = Field(description="Only stages that are degraded")


class CallSnapshotEvent(_Event):
    """`call.snapshot`: the first message on a socket, and again on request or after a gap."""

    type: Literal["call.snapshot"] = "call.snapshot"
    data: CallSnapshot


CallEvent = Annotated[
    CallAnsweredEvent
    | CallInterruptedEvent
    | CallEndedEvent
    | TranscriptPartialEvent
    | TranscriptFinalEvent
    | SuggestionShownEvent
    | SuggestionWithheldEvent
    | CardSpokenEvent
    | CategoryRankedEvent
    | CategoryChosenEvent
    | FeedbackRecordedEvent
    | StageStateChangedEvent,
    Field(discriminator="type"),
]

ServerMessage = Annotated[CallSnapshotEvent | CallEvent, Field(discriminator="type")]
"""What the server sends on `/api/v1/calls/{call_id}/stream`."""


class SnapshotRequested(WireModel):
    """`{"type": "snapshot.requested"}`: the client saw a gap."""

    type: Literal["snapshot.requested"]


ClientMessage = SnapshotRequested
"""What a client may send; anything else closes the socket with 1007 and a reason."""
