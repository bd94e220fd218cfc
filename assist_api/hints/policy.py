"""The policy of hints: how many a minute, and from when a caller counts as angry. Pure."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from assist_api.policies.kinds import PolicyKind, PolicyModel


class HintPolicy(PolicyModel):
    """Settings of the hints during a call."""

    hints_per_minute: Annotated[int, Field(ge=0, le=30)] = 3
    """New hints that an agent is shown in any minute of a call; more wait in the list."""
    anger_hint_from: Annotated[int, Field(ge=1, le=20)] = 2
    """Points of anger within three minutes from which the agent is told quietly."""
    anger_alert_from: Annotated[int, Field(ge=1, le=40)] = 4
    """Points of anger within three minutes from which the supervisor's floor shows the call."""
    interruptions_from: Annotated[int, Field(ge=1, le=20)] = 3
    """Times that a caller cuts the agent short from which each one more counts a point."""


HINTS = PolicyKind("hints", HintPolicy, HintPolicy)
