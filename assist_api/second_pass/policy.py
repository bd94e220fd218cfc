"""The policy of the second pass: whether calls are heard again by themselves, and how carefully. Pure."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from assist_api.policies.kinds import PolicyKind, PolicyModel


class SecondPassPolicy(PolicyModel):
    """Settings of the second pass."""

    is_on: bool = False
    """Whether every recorded call is heard again by itself. Off at first, since it takes as much of the processor again
    as the call did; one call can always be heard again by hand."""
    beam_size: Annotated[int, Field(ge=1, le=10)] = 10
    """Texts that the recogniser weighs side by side; live calls use `SPEECH_BEAM_SIZE`."""
    model: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    """A model as `SPEECH_MODEL` names them, such as the folder of a larger one; empty for the model of live calls."""


SECOND_PASS = PolicyKind("second_pass", SecondPassPolicy, SecondPassPolicy)
