"""What the endpoints of speech flows take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from assist_api.http.schemas import InputModel, OutputModel
from assist_api.ivr.checks import FlawCode
from assist_api.ivr.dialogue import End, Phase, StepKind
from assist_api.ivr.flow import FlowName
from assist_api.ivr.push import MOST_TEXTS, PushText

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
MAX_YAML = 200_000


class FlawView(OutputModel):
    """Why a flow cannot be published."""

    code: FlawCode
    node: str | None
    field: str
    problem: str


class FlowLine(OutputModel):
    """A flow in the list."""

    name: str
    title: str
    sector: str
    is_part: bool
    answers_numbers: bool
    node_count: int
    newest_version: int
    live_version: int | None
    flaw_count: int
    changed_at: datetime
    changed_by: str
    numbers: list[str] = Field(description="Numbers that lead to it")


class FlowList(OutputModel):
    """Every flow."""

    items: list[FlowLine]


class FlowVersionLine(OutputModel):
    """A version in the history of a flow."""

    number: int
    note: str
    author_name: str
    created_at: datetime
    published_at: datetime | None
    published_by: str | None


class FlowView(OutputModel):
    """A version of a flow."""

    name: str
    title: str
    version: int
    newest_version: int
    live_version: int | None
    definition: dict[str, Any] = Field(description="The flow as in its file; every field is written out")
    text: str = Field(description="The same as YAML")
    flaws: list[FlawView]
    versions: list[FlowVersionLine]
    intents: list[str] = Field(description="Intents that are understood")


class FlowSaving(InputModel):
    """A flow to be kept as a new version, as a definition or as YAML; exactly one of the two."""

    definition: dict[str, Any] | None = None
    text: Annotated[str, StringConstraints(max_length=MAX_YAML)] | None = None
    note: Note = ""
    based_on: Annotated[int, Field(ge=0, lt=2**31)] = Field(description="Newest version that the person saw")


class FlowChecking(InputModel):
    """A flow to be checked and not kept."""

    definition: dict[str, Any] | None = None
    text: Annotated[str, StringConstraints(max_length=MAX_YAML)] | None = None


class FlowChecked(OutputModel):
    """What a check found; `definition` and `text` are null where the flow cannot be read at all."""

    definition: dict[str, Any] | None
    text: str | None
    flaws: list[FlawView]


class FailedScenario(OutputModel):
    """A scenario that went otherwise than it expects."""

    name: str
    unmet: list[str]


class HeardAlternative(InputModel):
    """Another text that a sound may be."""

    text: Annotated[str, StringConstraints(max_length=400)]
    confidence: Annotated[float, Field(ge=0, le=1)]


class SimulationInput(InputModel):
    """One thing that the simulated caller does."""

    kind: Literal["say", "keys", "silence", "unheard", "message", "hang_up"]
    text: Annotated[str, StringConstraints(max_length=400)] = ""
    alternatives: list[HeardAlternative] = Field(
        default_factory=list, max_length=10, description="Of `say`: what else the recogniser may have heard"
    )


class Simulation(InputModel):
    """A dialogue to be played from its beginning; the same inputs give the same dialogue."""

    flow: FlowName
    definition: dict[str, Any] | None = Field(default=None, description="Instead of the newest version")
    scenario: dict[str, Any] = Field(
        default_factory=dict, description="Circumstances and systems, as in a scenario file; name and turns left out"
    )
    inputs: list[SimulationInput] = Field(default_factory=list, max_length=60)


class IntentProbability(OutputModel):
    """How likely an intent is."""

    intent: str
    probability: float


class ReadingView(IntentProbability):
    """One text that may have been said, with its likeliest intent."""

    text: str
    share: float = Field(description="How much it counts; all readings of a turn sum to 1")


class SimulatedTurn(OutputModel):
    """One input of the caller and what it led to."""

    kind: str
    text: str
    intents: list[IntentProbability]
    handling: str | None
    readings: list[ReadingView] = Field(
        description="What may have been said, the recogniser's own text first; empty where there was one text only"
    )
    said: list[str]
    used: list[str] = Field(description="What systems were asked, and what came back")
    flow: str
    node: str
    phase: Phase


class SimulationView(OutputModel):
    """A dialogue as it stands after its inputs."""

    turns: list[SimulatedTurn]
    flow: str
    node: str
    phase: Phase
    slots: dict[str, str]
    values: dict[str, str]
    failures: int
    intent: str | None
    end: End | None
    queue: str | None
    takes_speech: bool
    takes_keys: bool
    most_keys: int = Field(description="Keys that are collected before they count; # ends before")
    is_recording: bool


class Speaking(InputModel):
    """A text to be spoken."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)]


class HeardSound(OutputModel):
    """What the recogniser of calls understands of a sound."""

    text: str = Field(description="Empty where no words were understood")
    alternatives: list[HeardAlternative] = Field(description="What else it may have been, likeliest first")


class RecordingView(OutputModel):
    """A prompt that a person has recorded."""

    text: str
    seconds: float
    recorded_by: str
    recorded_at: datetime


class RecordingList(OutputModel):
    """Recorded prompts, the newest first."""

    items: list[RecordingView]


class PushTable(InputModel):
    """Texts that callers are told before a flow, where they concern them."""

    texts: list[PushText] = Field(max_length=MOST_TEXTS)
    based_on: Annotated[int, Field(ge=0, lt=2**31)] = Field(description="Version that the person saw; 0 for none")


class PushTableView(OutputModel):
    """Texts that are in force."""

    texts: list[PushText]
    version: int
    most_characters: int = Field(description="Of everything that one caller is told")


class NodeFigures(OutputModel):
    """What callers did at a node."""

    node: str
    visits: int
    heard: int
    unheard: int = Field(description="Somebody spoke, and no words were recognised, or not in time")
    silences: int
    no_matches: int
    recognition_failure: float | None = Field(description="unheard ÷ (heard + unheard); null where nobody spoke")
    intent_failure: float | None = Field(
        description="Share of the words and keys that the node had no use for; null where there were none"
    )
    repeats: int
    jumps: int
    gave_up: int
    left: int


class FlowFigures(OutputModel):
    """What callers did in a flow."""

    since: datetime
    dialogues: int
    ends: dict[str, int]
    containment: float | None = Field(description="Share that ended with a goodbye; null without dialogues")
    called_again: float | None = Field(
        description="False containment: of those with a known number, the share that called again within 24 hours; "
        "null without any"
    )
    response_p50_ms: int | None = Field(description="From the end of the words to the first sound of the answer")
    response_p95_ms: int | None
    marks: int
    mean_mark: float | None
    nodes: list[NodeFigures]


class NumberRuleView(InputModel):
    """A line of the table of numbers; the first that fits counts."""

    number: Annotated[str, StringConstraints(pattern=r"^\+?[0-9*#]{0,20}$")]
    hours: Literal["any", "working", "closed", "holiday"]
    flow: FlowName | None


class NumberTable(InputModel):
    """Which flow answers which number."""

    rules: list[NumberRuleView] = Field(max_length=200)


class NumberTableView(OutputModel):
    """Which flow answers which number, and which one would answer now."""

    rules: list[NumberRuleView]
    hours_now: Literal["working", "closed", "holiday"]


class DialogueStepView(OutputModel):
    """One step of a dialogue, for the agent."""

    kind: StepKind
    text: str
    detail: str


class CallDialogue(OutputModel):
    """What a caller said to the flow before the call came to the agent."""

    id: UUID
    flow: str
    flow_title: str
    started_at: datetime
    ended_at: datetime
    end: End
    intent: str | None
    intent_title: str | None
    queue: str | None
    failures: int
    is_danger: bool
    is_identified: bool = Field(description="The caller has shown that the account is his")
    slots: dict[str, str]
    answered: list[str]
    steps: list[DialogueStepView]


class CallDialogueAnswer(OutputModel):
    """The dialogue of a call; null where the call had none."""

    dialogue: CallDialogue | None
    sent: list[CallDialogue] = Field(description="Dialogues that an agent sent the caller to, the newest first")
