"""Wire messages of a call: the events, the snapshot, and what they are made of.

Every message is `{type, call_id, seq, at, data}`. `seq` counts a call's events from 1 without gaps; the first
message on a socket is a `call.snapshot` whose `seq` is the last event it contains. `at` is wall time (UTC),
everything ending in `_ms` is audio time of the leg unless it says otherwise. Output models have no defaults, so
that generated TypeScript has no false optionals.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, cast, get_args
from uuid import UUID

from pydantic import Field

from assist_api.alerts.raised import AlertConfirmed, AlertRaised, CallAlert
from assist_api.calls.states import CallState
from assist_api.categories.ranked import CategoryChosen, CategoryRanking
from assist_api.facts.found import CallFact, FactEdited, FactsFound
from assist_api.hints.shown import CallHint, HintDismissed, HintRaised, QuestionProposed, StepSet, StepTicked
from assist_api.http.wire import WireModel
from assist_api.suggestions.cards import CardSpoken, SuggestionList, SuggestionWithheld
from assist_api.suggestions.pushed import CardPushed
from assist_api.summaries.shown import SummaryAccepted
from assist_api.transcripts.utterances import LegRole, Utterance

RunningState = Literal[CallState.OFFERED, CallState.RINGING, CallState.ANSWERED, CallState.HELD, CallState.TRANSFERRED]


class EndReason(StrEnum):
    """Why a call ended."""

    COMPLETED = "completed"
    STOPPED = "stopped"
    FAILED = "failed"
    ABANDONED = "abandoned"
    """The customer hung up before an agent answered."""


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


class CallOffered(WireModel):
    """A telephone call has arrived; it has no known length and nobody has answered yet."""

    title: str
    leg_roles: list[LegRole]


class CallStateChanged(WireModel):
    """A telephone call went to another state, short of its end; `assist_api.calls.states` says which may follow."""

    state: RunningState
    agent_name: str | None = Field(description="Who rings, talks or holds; null while there is no agent")
    agent_account_id: UUID | None = Field(description="Account of that agent; null when none belongs to the telephone")


class CallAnswered(WireModel):
    """A replayed call began, or went on after an interruption (`resumed_at_ms` > 0)."""

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
    """The end of a call, `abandoned` by its reason or else `ended`; only feedback and a chosen category may follow."""

    reason: EndReason
    code: str = Field(description="Error code when failed, else empty")
    message: str
    duration_ms: int


class _Event(WireModel):
    call_id: UUID
    seq: int
    at: datetime


class CallOfferedEvent(_Event):
    """`call.offered`."""

    type: Literal["call.offered"] = "call.offered"
    data: CallOffered


class CallStateChangedEvent(_Event):
    """`call.state_changed`."""

    type: Literal["call.state_changed"] = "call.state_changed"
    data: CallStateChanged


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


class CardPushedEvent(_Event):
    """`card.pushed`."""

    type: Literal["card.pushed"] = "card.pushed"
    data: CardPushed


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


class AlertRaisedEvent(_Event):
    """`alert.raised`."""

    type: Literal["alert.raised"] = "alert.raised"
    data: AlertRaised


class AlertConfirmedEvent(_Event):
    """`alert.confirmed`; may follow the end of the call."""

    type: Literal["alert.confirmed"] = "alert.confirmed"
    data: AlertConfirmed


class FactsFoundEvent(_Event):
    """`facts.found`."""

    type: Literal["facts.found"] = "facts.found"
    data: FactsFound


class FactEditedEvent(_Event):
    """`fact.edited`; may follow the end of the call."""

    type: Literal["fact.edited"] = "fact.edited"
    data: FactEdited


class SummaryAcceptedEvent(_Event):
    """`summary.accepted`; may follow the end of the call."""

    type: Literal["summary.accepted"] = "summary.accepted"
    data: SummaryAccepted


class StepTickedEvent(_Event):
    """`step.ticked`."""

    type: Literal["step.ticked"] = "step.ticked"
    data: StepTicked


class StepSetEvent(_Event):
    """`step.set`; may follow the end of the call."""

    type: Literal["step.set"] = "step.set"
    data: StepSet


class HintRaisedEvent(_Event):
    """`hint.raised`."""

    type: Literal["hint.raised"] = "hint.raised"
    data: HintRaised


class HintDismissedEvent(_Event):
    """`hint.dismissed`; may follow the end of the call."""

    type: Literal["hint.dismissed"] = "hint.dismissed"
    data: HintDismissed


class QuestionProposedEvent(_Event):
    """`question.proposed`."""

    type: Literal["question.proposed"] = "question.proposed"
    data: QuestionProposed


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
    pushed: list[CardPushed] = Field(description="Cards that a supervisor put before the agent, the newest first")
    category: CategoryRanking | None
    chosen_category: CategoryChosen | None = Field(description="The agent's own choice; stands above the ranking")
    feedback: list[FeedbackRecorded]
    alerts: list[CallAlert] = Field(description="In the order they were raised")
    facts: list[CallFact] = Field(description="Fields of the work order that are known, in the order of the form")
    summary: SummaryAccepted | None = Field(description="The summary that the agent accepted last")
    steps: list[StepTicked] = Field(description="Steps of the talk track that the agent has said, in order")
    hand_steps: list[StepSet] = Field(description="Steps that the agent ticked or unticked by hand; these decide")
    hints: list[CallHint] = Field(description="In the order they were raised")
    question: QuestionProposed | None = Field(description="What separates the causes of the caller's trouble")
    stages: list[StageState] = Field(description="Only stages that are degraded")


class CallSnapshotEvent(_Event):
    """`call.snapshot`: the first message on a socket, and again on request or after a gap."""

    type: Literal["call.snapshot"] = "call.snapshot"
    data: CallSnapshot


CallEvent = Annotated[
    CallOfferedEvent
    | CallStateChangedEvent
    | CallAnsweredEvent
    | CallInterruptedEvent
    | CallEndedEvent
    | TranscriptPartialEvent
    | TranscriptFinalEvent
    | SuggestionShownEvent
    | SuggestionWithheldEvent
    | CardSpokenEvent
    | CardPushedEvent
    | CategoryRankedEvent
    | CategoryChosenEvent
    | FeedbackRecordedEvent
    | AlertRaisedEvent
    | AlertConfirmedEvent
    | FactsFoundEvent
    | FactEditedEvent
    | SummaryAcceptedEvent
    | StepTickedEvent
    | StepSetEvent
    | HintRaisedEvent
    | HintDismissedEvent
    | QuestionProposedEvent
    | StageStateChangedEvent,
    Field(discriminator="type"),
]

EVENT_TYPES: Mapping[type[WireModel], type[_Event]] = {
    event.model_fields["data"].annotation: event
    for event in get_args(get_args(CallEvent)[0])
    if event is not TranscriptPartialEvent
}
"""Which event carries which data; an utterance that is not final yet goes with `transcript.partial`."""


def event_of(call_id: UUID, seq: int, at: datetime, data: WireModel) -> CallEvent:
    """Return the event that carries the data.

    Raises:
        KeyError: No event carries data of this type.
    """
    is_partial = isinstance(data, Utterance) and not data.is_final
    kind = TranscriptPartialEvent if is_partial else EVENT_TYPES[type(data)]
    return cast("CallEvent", kind.model_validate({"call_id": call_id, "seq": seq, "at": at, "data": data}))


ServerMessage = Annotated[CallSnapshotEvent | CallEvent, Field(discriminator="type")]
"""What the server sends on `/api/v1/calls/{call_id}/stream`."""


class SnapshotRequested(WireModel):
    """`{"type": "snapshot.requested"}`: the client saw a gap."""

    type: Literal["snapshot.requested"]


ClientMessage = SnapshotRequested
"""What a client may send; anything else closes the socket with 1007 and a reason."""
