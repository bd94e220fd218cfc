"""Hints of a call as they stand on the wire."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from assist_api.alerts.raised import TwoLanguages
from assist_api.http.wire import Span, WireModel


class HintKind(StrEnum):
    """What a hint is about."""

    FORBIDDEN = "forbidden"
    PROMPT = "prompt"
    ANGER = "anger"


class StepTicked(WireModel):
    """The agent has said a step of the talk track; the first time stands."""

    step_id: str
    name: TwoLanguages
    segment_id: UUID = Field(description="The utterance that says it")
    span: Span


class StepSet(WireModel):
    """The agent ticked a step of the talk track by hand, or took its tick away; from then on this decides."""

    step_id: str
    name: TwoLanguages
    is_done: bool
    set_by: str


class HintRaised(WireModel):
    """A hint to the agent, with the words that brought it."""

    hint_id: UUID
    kind: HintKind
    key: str = Field(description="The rule of the hint book; for anger the rule that weighed most, or the talk pattern")
    name: TwoLanguages
    advice: TwoLanguages
    segment_id: UUID
    span: Span
    words: str
    is_held: bool = Field(description="Came above the noise budget; kept in the list, not shown at once")
    tells_supervisor: bool = Field(description="Stands on the supervisor's floor while the call runs")

    @property
    def rule(self) -> str:
        """The rule that brought it, as the policy of hints names rules: `prompt:meter_number`."""
        return f"{self.kind.value}:{self.key}"


class HintVerdict(StrEnum):
    """What the agent made of a hint."""

    NOTED = "noted"
    WRONG = "wrong"
    """It should not have come."""


class HintDismissed(WireModel):
    """The agent put a hint away."""

    hint_id: UUID
    dismissed_by: str
    verdict: HintVerdict = HintVerdict.NOTED


class CallHint(HintRaised):
    """A hint as the call's snapshot holds it."""

    dismissed_by: str | None = Field(description="Who put it away; null while it stands")
    verdict: HintVerdict | None = Field(default=None, description="What that person made of it")


class AnsweredQuestion(WireModel):
    """A question of the diagnosis that the caller has answered."""

    ask: TwoLanguages
    answer: TwoLanguages
    segment_id: UUID = Field(description="The utterance that answers it")


class QuestionProposed(WireModel):
    """The question that separates what the caller's trouble may be; replaces the one proposed before."""

    situation: TwoLanguages
    ask: TwoLanguages | None = Field(
        description="What to ask; null when the answers decide, or the question was passed"
    )
    choices: list[TwoLanguages] = Field(description="The answers that the question tells apart")
    answered: list[AnsweredQuestion] = Field(description="In the order of the questions")
    means: TwoLanguages | None = Field(description="What the answers show so far, such as the category")


def with_tick(known: list[StepTicked], ticked: StepTicked) -> list[StepTicked]:
    """Return the steps that were said; the first time stands."""
    return known if any(step.step_id == ticked.step_id for step in known) else [*known, ticked]


def with_set_step(known: list[StepSet], step: StepSet) -> list[StepSet]:
    """Return what the agent decided by hand; the newest decision on a step replaces the one before."""
    return [*(other for other in known if other.step_id != step.step_id), step]


def done_steps(ticked: Iterable[StepTicked], by_hand: Iterable[StepSet]) -> frozenset[str]:
    """Return the steps that count as said: those that were heard, unless the agent decided otherwise by hand."""
    decided = {step.step_id: step.is_done for step in by_hand}
    heard = {step.step_id for step in ticked if step.step_id not in decided}
    return frozenset(heard | {step_id for step_id, is_done in decided.items() if is_done})


def with_hint(known: list[CallHint], raised: HintRaised) -> list[CallHint]:
    """Return the hints after one more; the same hint again changes nothing."""
    if any(hint.hint_id == raised.hint_id for hint in known):
        return known
    return [*known, CallHint(**dict(raised), dismissed_by=None)]


def with_dismissal(known: list[CallHint], dismissed: HintDismissed) -> list[CallHint]:
    """Return the hints after the agent put one away."""
    return [
        hint.model_copy(update={"dismissed_by": dismissed.dismissed_by, "verdict": dismissed.verdict})
        if hint.hint_id == dismissed.hint_id
        else hint
        for hint in known
    ]
