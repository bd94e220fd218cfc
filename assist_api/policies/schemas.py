"""What the endpoints of policies take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from assist_api.http.schemas import InputModel, OutputModel

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]


class PolicyVersionView(OutputModel):
    """One version of a policy."""

    number: int
    value: dict[str, Any]
    note: str
    author_name: str
    since: datetime


class PolicyView(OutputModel):
    """A policy as it is in force; `version` is null while nobody chose and the defaults hold."""

    name: str
    value: dict[str, Any]
    default: dict[str, Any]
    version: PolicyVersionView | None
    value_schema: dict[str, Any]
    """JSON schema of the settings."""


class PolicyList(OutputModel):
    """Every policy, by name."""

    items: list[PolicyView]


class PolicyHistory(OutputModel):
    """Versions, the newest first; `next_before` asks for the next page and is null on the last one."""

    items: list[PolicyVersionView]
    next_before: int | None


class ChoiceView(OutputModel):
    """What one value of a setting would have done."""

    value: Any
    lost: int = Field(description="Useful ones that would not have been shown")
    spared: int = Field(description="Dismissed and wrong ones that would not have been shown")


class ProposalView(OutputModel):
    """Another value for one setting, judged by verdicts of agents."""

    setting: str
    current: Any
    proposed: ChoiceView
    useful: int = Field(description="Useful ones among those that were judged")
    refused: int = Field(description="Dismissed and wrong ones among them")
    choices: list[ChoiceView] = Field(description="Other values, for a person who weighs otherwise")


class PolicyProposal(OutputModel):
    """What is proposed for a policy; empty where there is nothing to gain or too little was judged."""

    items: list[ProposalView]


class PolicySettings(InputModel):
    """Settings to put in force, all of them."""

    value: Annotated[dict[str, Any], Field(max_length=100)]
    note: Note = ""
    based_on: Annotated[int, Field(ge=0, lt=2**31, description="Number of the version seen; 0 for the defaults")]


class PolicyRestoration(InputModel):
    """An earlier version to put in force again."""

    number: Annotated[int, Field(ge=1, lt=2**31)]
    note: Note = ""
    based_on: Annotated[int, Field(ge=0, lt=2**31, description="Number of the version seen; 0 for the defaults")]
