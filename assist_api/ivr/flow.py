"""A flow: what callers hear and are asked, as data that a person edits. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from assist_api.work_orders.policy import OrderType
from kit.errors import InvalidInputError

RETURN = "return"
"""Target that ends a sub-flow and goes on behind it."""
MAX_NODES = 300
MAX_DIGITS = 24
_PLACEHOLDER = re.compile(r"\{([a-z_]+(?:\.[a-z_]+)?)\}")
_NAME = r"^[a-z][a-z0-9_]{0,39}$"

FlowName = Annotated[str, StringConstraints(pattern=_NAME)]
NodeName = Annotated[str, StringConstraints(pattern=_NAME)]
Target = Annotated[str, StringConstraints(pattern=_NAME)]
QueueName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,40}$")]
Prompt = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)]
MaybePrompt = Annotated[str, StringConstraints(strip_whitespace=True, max_length=600)]
Key = Annotated[str, BeforeValidator(str), StringConstraints(pattern=r"^[0-9*#]$")]
Way = Literal["speech", "keys", "both"]

LOOK_UPS: Mapping[str, tuple[str, ...]] = {
    "account": ("address_hint",),
    "balance": ("amount", "as_of"),
    "arrears": ("amount", "as_of"),
    "bill": ("amount", "month", "as_of"),
    "payments": ("amount", "date"),
    "usage": ("amount", "month"),
    "progress": ("number", "state", "since"),
    "outage": ("area", "text", "until"),
    "package": ("name", "amount"),
}
"""What can be looked up, and the values that each brings; prompts name them as `{bill.amount}`."""
ACCOUNT_LOOK_UPS = frozenset({"account", "balance", "arrears", "bill", "payments", "usage", "package"})
"""Of one account: read out only to a caller who has shown that it is his."""
ORDER_VALUES = ("order.number",)
RECEIPT_VALUES = ("receipt.number", "receipt.amount")
"""What a self-service brings."""
MARK_SLOT = "mark"


class Strict(BaseModel):
    """A part of a file: frozen, and nothing in it that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class BaseNode(Strict):
    """What every node has; `TARGETS` and `TARGET_MAPS` name the fields that hold other nodes."""

    TARGETS: ClassVar[tuple[str, ...]] = ()
    TARGET_MAPS: ClassVar[tuple[str, ...]] = ()
    PROMPTS: ClassVar[tuple[str, ...]] = ("text",)

    def edges(self) -> Iterator[tuple[str, str]]:
        """Yield the field and the node of every way out; ways that are left open are not among them."""
        for field in self.TARGETS:
            target = getattr(self, field)
            if target is not None:
                yield field, target
        for field in self.TARGET_MAPS:
            yield from ((f"{field}.{key}", target) for key, target in getattr(self, field).items())

    def prompts(self) -> Iterator[tuple[str, str]]:
        """Yield the field and the text of everything that it says."""
        yield from ((field, text) for field in self.PROMPTS if (text := getattr(self, field, "")))


class SayNode(BaseNode):
    """Says something and goes on."""

    TARGETS: ClassVar[tuple[str, ...]] = ("next",)
    kind: Literal["say"]
    text: Prompt
    next: Target


class AskNode(BaseNode):
    """What everything that asks has: a question, another one after a failure, and where two failures lead."""

    TARGETS: ClassVar[tuple[str, ...]] = ("give_up",)
    PROMPTS: ClassVar[tuple[str, ...]] = ("text", "again")
    text: Prompt
    again: Prompt = Field(description="The question in other words, after the caller was not understood")
    by: Way = "both"
    give_up: Target = Field(description="After the second failure; where the caller reaches a person")


class MenuNode(AskNode):
    """Asks what the caller wants: by the intents of the flow, by keys, or both."""

    TARGET_MAPS: ClassVar[tuple[str, ...]] = ("keys",)
    kind: Literal["menu"]
    keys: dict[Key, Target] = Field(default_factory=dict)


class NumberNode(AskNode):
    """Asks for a number by voice or keys, checks it, reads it back and has it confirmed."""

    TARGETS: ClassVar[tuple[str, ...]] = ("next", "give_up")
    kind: Literal["number"]
    slot: NodeName
    name: Prompt = Field(description="How the number is called when it is read back, such as 户号")
    fewest: Annotated[int, Field(ge=1, le=MAX_DIGITS)]
    most: Annotated[int, Field(ge=1, le=MAX_DIGITS)]
    check: Literal["none", "luhn"] = "none"
    next: Target


class YesNoNode(AskNode):
    """Asks a question that is answered with yes or no."""

    TARGETS: ClassVar[tuple[str, ...]] = ("yes", "no", "give_up")
    kind: Literal["yes_no"]
    yes: Target
    no: Target
    slot: NodeName | None = Field(default=None, description="Slot that keeps the answer as yes or no")


class WordsNode(AskNode):
    """Asks for words that are kept as they were understood, such as an address."""

    TARGETS: ClassVar[tuple[str, ...]] = ("next", "give_up")
    kind: Literal["words"]
    slot: NodeName
    next: Target


class SurveyNode(AskNode):
    """Asks for a mark from 1 to 5, by keys or voice; the slot `mark` keeps it."""

    TARGETS: ClassVar[tuple[str, ...]] = ("next", "give_up")
    kind: Literal["survey"]
    next: Target


class LookUpNode(BaseNode):
    """Asks the business system; `text` is said while it works."""

    TARGETS: ClassVar[tuple[str, ...]] = ("found", "not_found", "unverified", "failed")
    kind: Literal["look_up"]
    what: Literal["account", "balance", "arrears", "bill", "payments", "usage", "progress", "outage", "package"]
    slot: NodeName = Field(default="account", description="Slot that names what is looked up")
    text: MaybePrompt = ""
    found: Target
    not_found: Target
    unverified: Target | None = Field(default=None, description="The caller has not shown that the account is his")
    failed: Target


class AnswerNode(BaseNode):
    """Answers: with a text of its own, or from the entry marked for IVR that answers `question` best."""

    TARGETS: ClassVar[tuple[str, ...]] = ("next", "missing")
    kind: Literal["answer"]
    text: MaybePrompt = ""
    question: MaybePrompt = Field(default="", description="`{wish}` is what the caller said")
    next: Target
    missing: Target | None = Field(default=None, description="No entry answers it; needed with `question`")


class OrderNode(BaseNode):
    """Makes a work order; `{order.number}` is its number from then on."""

    TARGETS: ClassVar[tuple[str, ...]] = ("next", "failed")
    kind: Literal["create_order"]
    order_type: OrderType
    text: Prompt = Field(description="Description of the order, with placeholders; not said")
    next: Target
    failed: Target


class SelfServiceNode(BaseNode):
    """Changes the caller's subscription; a question that was answered with yes, or a number, leads to it."""

    TARGETS: ClassVar[tuple[str, ...]] = ("done", "refused", "unverified", "failed")
    PROMPTS: ClassVar[tuple[str, ...]] = ("text", "item")
    kind: Literal["self_service"]
    what: Literal["order_channel", "redeem_card"]
    item: Prompt = Field(description="Name of the channel, or `{slot}` with the number of the card")
    text: MaybePrompt = ""
    done: Target
    refused: Target = Field(description="There is no such channel or card, or it was ordered or used already")
    unverified: Target | None = Field(default=None, description="The caller has not shown that the account is his")
    failed: Target


class QueueNode(BaseNode):
    """Says something and hands the caller over to a person."""

    kind: Literal["queue"]
    text: MaybePrompt = ""
    queue: QueueName | None = Field(default=None, description="None for the queue of the number that was called")
    priority: Annotated[int, Field(ge=0, le=100)] = 0


class VoicemailNode(BaseNode):
    """Records what the caller says after the tone; it is written down and becomes a draft order."""

    TARGETS: ClassVar[tuple[str, ...]] = ("next", "empty")
    kind: Literal["voicemail"]
    text: Prompt
    next: Target
    empty: Target | None = Field(default=None, description="Nothing was recorded; None for `next`")


class CallbackNode(BaseNode):
    """Notes that the caller is called back, at the number that he calls from."""

    TARGETS: ClassVar[tuple[str, ...]] = ("next", "failed")
    kind: Literal["callback"]
    next: Target
    failed: Target = Field(description="The number is withheld")


class TextNode(BaseNode):
    """Sends a text message to the number that the caller calls from."""

    TARGETS: ClassVar[tuple[str, ...]] = ("next", "failed")
    kind: Literal["send_sms"]
    text: Prompt = Field(description="Of the message, with placeholders; not said")
    next: Target
    failed: Target = Field(description="The number is withheld, or no message can be sent")


class DecideNode(BaseNode):
    """Chooses the way by circumstances: the time, the caller's class, how many wait, the area, a slot."""

    TARGETS: ClassVar[tuple[str, ...]] = ("otherwise",)
    TARGET_MAPS: ClassVar[tuple[str, ...]] = ("cases",)
    PROMPTS: ClassVar[tuple[str, ...]] = ()
    kind: Literal["decide"]
    by: Literal["hours", "caller_class", "load", "area", "identified", "slot"]
    slot: NodeName | None = None
    cases: dict[Annotated[str, BeforeValidator(str)], Target]
    otherwise: Target


class SubFlowNode(BaseNode):
    """Walks through another flow and goes on when that returns."""

    TARGETS: ClassVar[tuple[str, ...]] = ("next",)
    PROMPTS: ClassVar[tuple[str, ...]] = ()
    kind: Literal["sub_flow"]
    flow: FlowName
    next: Target


class HangUpNode(BaseNode):
    """Says goodbye and hangs up."""

    kind: Literal["hang_up"]
    text: Prompt


Node = Annotated[
    SayNode
    | MenuNode
    | NumberNode
    | YesNoNode
    | WordsNode
    | SurveyNode
    | LookUpNode
    | AnswerNode
    | OrderNode
    | SelfServiceNode
    | QueueNode
    | VoicemailNode
    | CallbackNode
    | TextNode
    | DecideNode
    | SubFlowNode
    | HangUpNode,
    Field(discriminator="kind"),
]
ASKING = (MenuNode, NumberNode, YesNoNode, WordsNode, SurveyNode)
ENDS = (QueueNode, HangUpNode)


class IntentGoal(Strict):
    """Where an intent leads, and how it is called when the caller is asked whether that is meant."""

    title: Prompt
    go: Target


class Flow(Strict):
    """A flow.

    Attributes:
        name: Name that files, numbers and sub-flows use.
        title: Name for people.
        sector: Whose answers and orders it is about.
        is_part: Whether it only runs inside another flow.
        is_survey: Whether it asks after the call; whoever is not understood there is let go, and no number leads to it.
        is_for_agents: Whether agents send callers here and get them back; no number leads to it.
        is_for_waiting: Whether a key in the queue leads here; whoever comes back has kept the place in line.
        start: First node.
        agent: Queue node that is reached by asking for a person, by key 0, and when nothing helps.
        emergency: Queue node that a danger leads to, from everywhere.
        intents: What callers may say at every question.
        nodes: By name.
    """

    version: Literal[1]
    name: FlowName
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    sector: Literal["power", "heating", "water", "gas", "tv"]
    is_part: bool = False
    is_survey: bool = False
    is_for_agents: bool = False
    is_for_waiting: bool = False
    start: Target
    agent: Target
    emergency: Target
    intents: dict[str, IntentGoal] = Field(default_factory=dict, max_length=60)
    nodes: dict[NodeName, Node] = Field(min_length=1, max_length=MAX_NODES)

    @property
    def answers_numbers(self) -> bool:
        """Whether a number may lead to it."""
        return not (self.is_part or self.is_survey or self.is_for_agents or self.is_for_waiting)


def placeholders(text: str) -> list[str]:
    """Return the values that a prompt names."""
    return _PLACEHOLDER.findall(text)


def without_values(text: str) -> str:
    """Return a prompt without the values that it names."""
    return _PLACEHOLDER.sub("", text)


def filled(text: str, values: Mapping[str, str]) -> str | None:
    """Return a prompt with its values, or None where one of them is missing."""
    if any(name not in values for name in placeholders(text)):
        return None
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def parse_flow(text: str) -> Flow:
    """Return the flow of a YAML text.

    Raises:
        InvalidInputError: `flow_invalid`; `errors` names the place of each mistake.
    """
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise _invalid([_mistake((), f"this is no YAML: {error}")]) from error
    return read_flow(value)


def read_flow(value: object) -> Flow:
    """Return the flow of a parsed file or of a request.

    Raises:
        InvalidInputError: `flow_invalid`; `errors` names the place of each mistake.
    """
    try:
        return Flow.model_validate(value)
    except ValidationError as error:
        raise _invalid([_mistake(item["loc"], item["msg"]) for item in error.errors()[:50]]) from error


def flow_as_yaml(flow: Flow) -> str:
    """Return the flow as a file."""
    value = flow.model_dump(mode="json", exclude_defaults=True) | {"version": 1}
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=110)


def node_and_field(place: str) -> tuple[str | None, str]:
    """Return the node and the field of a place such as `nodes.welcome.text`."""
    parts = place.split(".")
    return (parts[1], ".".join(parts[2:])) if parts[0] == "nodes" and len(parts) > 2 else (None, place)


def _mistake(place: tuple[int | str, ...], problem: str) -> dict[str, str]:
    parts = list(map(str, place))
    if parts[:1] == ["nodes"] and len(parts) > 1:
        # Behind the name of the node comes its kind, which pydantic adds.
        parts = [*parts[:2], *(parts[3:] or ["kind"])]
    return {"field": ".".join(parts) or "file", "code": "malformed", "message": problem}


def _invalid(errors: list[dict[str, str]]) -> InvalidInputError:
    node, field = node_and_field(errors[0]["field"])
    place = ", ".join(part for part in (node, field) if part)
    return InvalidInputError(
        f"flow, {place}: {errors[0]['message']}", field=errors[0]["field"], code="flow_invalid", errors=errors
    )
