"""The policy of hints: how many a minute, and from when a caller counts as angry. Pure."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from assist_api.policies.kinds import PolicyKind, PolicyModel

RULE = r"^(forbidden|prompt):[a-z0-9_]+$"
"""Kind and name of a rule of the hint book. Anger that goes to the supervisor cannot be muted."""


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
    muted: Annotated[tuple[Annotated[str, StringConstraints(pattern=RULE)], ...], Field(max_length=200)] = ()
    """Rules that bring no hint any more, such as `prompt:meter_number`; proposed from what agents call wrong."""


HINTS = PolicyKind("hints", HintPolicy, HintPolicy)
