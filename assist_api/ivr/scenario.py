"""A scenario: a caller's turns, what systems answer, and what must come of it; written in YAML. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import yaml
from pydantic import BeforeValidator, Field, StringConstraints, ValidationError, model_validator

from assist_api.ivr.dialogue import Circumstances, DialogueState, End, StepKind
from assist_api.ivr.flow import LOOK_UPS, Strict
from kit.errors import InvalidInputError

Text = Annotated[str, StringConstraints(max_length=400)]


class ScenarioTurn(Strict):
    """One thing that the caller does; exactly one field is given."""

    say: Text | None = None
    audio: Text | None = Field(default=None, description="Path of a sound file, beside the scenario")
    keys: Annotated[str, BeforeValidator(str), StringConstraints(pattern=r"^[0-9*#]{1,40}$")] | None = None
    silence: Literal[True] | None = None
    message_seconds: Annotated[int, Field(ge=0, le=300)] | None = Field(default=None, description="Leaves a message")
    hang_up: Literal[True] | None = None

    @model_validator(mode="after")
    def _one(self) -> ScenarioTurn:
        if len(self.model_fields_set) != 1:
            raise ValueError("give exactly one of say, audio, keys, silence, message_seconds, hang_up")
        return self


class ScenarioAccount(Strict):
    """An account as the business system knows it in a scenario: values by `what`, each with the fields it brings."""

    phones: list[str] = Field(default_factory=list, description="Telephones that are registered with it")
    values: dict[str, dict[str, Annotated[str, BeforeValidator(str)]]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known(self) -> ScenarioAccount:
        for what in self.values:
            if what not in LOOK_UPS:
                raise ValueError(f"nothing looks up {what}; use one of {', '.join(LOOK_UPS)}")
        return self


class ScenarioWorldData(Strict):
    """What systems answer."""

    accounts: dict[Annotated[str, BeforeValidator(str)], ScenarioAccount] = Field(default_factory=dict)
    orders: dict[Annotated[str, BeforeValidator(str)], dict[str, str]] = Field(
        default_factory=dict, description="By order number or by telephone"
    )
    outages: dict[str, dict[str, str]] = Field(default_factory=dict, description="By word that callers say")
    entries: dict[str, str] = Field(default_factory=dict, description="Words of the question → what the entry says")
    down: list[str] = Field(
        default_factory=list, description="Look-ups that fail; `orders`, `entries`, `texts`, `self_service` as well"
    )
    hanging: list[str] = Field(default_factory=list, description="Look-ups that never answer")
    refused: list[str] = Field(default_factory=list, description="Channels and cards that are refused")
    wrong: list[str] = Field(default_factory=list, description="Look-ups that answer about somebody else")


class ScenarioExpectation(Strict):
    """What must come of a scenario; what is left out is not checked."""

    end: End | None = None
    queue: str | None = None
    intent: str | None = None
    node: str | None = Field(default=None, description="Node at the end")
    says: list[str] = Field(default_factory=list, description="Words that the caller must hear")
    never_says: list[str] = Field(default_factory=list)
    most_failures: int | None = None


class Scenario(Strict):
    """A scenario."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    flow: str | None = Field(default=None, description="Flow it is for; any flow when left out")
    at: datetime | None = None
    hours: Literal["working", "closed", "holiday"] = "working"
    caller: Annotated[str, BeforeValidator(str), StringConstraints(pattern=r"^\d{0,20}$")] = ""
    account: Annotated[str, BeforeValidator(str)] = ""
    caller_class: Literal["ordinary", "important", "vip"] = "ordinary"
    area: str = ""
    waiting: Annotated[int, Field(ge=0, le=1000)] = 0
    pushed: list[str] = Field(default_factory=list, description="What the caller is told before the flow")
    world: ScenarioWorldData = Field(default_factory=ScenarioWorldData)
    turns: list[ScenarioTurn] = Field(max_length=60)
    expect: ScenarioExpectation = Field(default_factory=ScenarioExpectation)

    @property
    def circumstances(self) -> Circumstances:
        """Return what is known before the first word."""
        return Circumstances(
            self.hours, self.caller_class, self.waiting, self.area, self.caller, self.account, pushed=tuple(self.pushed)
        )


def parse_scenarios(text: str, place: str) -> list[Scenario]:
    """Return the scenarios of a YAML text: one, or a list.

    Raises:
        InvalidInputError: `scenario_invalid`; the message names file and place.
    """
    try:
        value = yaml.safe_load(text)
        rows = value if isinstance(value, list) else [value]
        return [Scenario.model_validate(row) for row in rows]
    except yaml.YAMLError as error:
        raise _invalid(place, "file", f"this is no YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise _invalid(place, ".".join(map(str, first["loc"])) or "file", first["msg"]) from error


def unmet(expected: ScenarioExpectation, state: DialogueState) -> list[str]:
    """Return what a dialogue did otherwise than a scenario expects; nothing when it is as expected."""
    spoken = "\n".join(step.text for step in state.trail if step.kind is StepKind.SAID)
    failures = sum(step.kind is StepKind.NO_MATCH and step.detail != "entry" for step in state.trail)
    wrong = [
        f"{name}: expected {wanted}, was {was}"
        for name, wanted, was in (
            ("end", expected.end and expected.end.value, state.end and state.end.value),
            ("queue", expected.queue, state.queue),
            ("intent", expected.intent, state.intent),
            ("node", expected.node, state.node),
        )
        if wanted is not None and wanted != was
    ]
    wrong += [f"says: the caller never heard {text!r}" for text in expected.says if text not in spoken]
    wrong += [f"never_says: the caller heard {text!r}" for text in expected.never_says if text in spoken]
    if expected.most_failures is not None and failures > expected.most_failures:
        wrong.append(f"most_failures: expected {expected.most_failures}, were {failures}")
    return wrong


def _invalid(place: str, field: str, problem: str) -> InvalidInputError:
    return InvalidInputError(f"{place}, {field}: {problem}", field=field, code="scenario_invalid")
