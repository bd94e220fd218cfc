"""When the server calls itself. Pure."""

from __future__ import annotations

from datetime import time

from assist_api.policies.kinds import PolicyKind, PolicyModel


class SelfCallTime(PolicyModel):
    """When the exchange is tried with a call of its own."""

    is_on: bool = True
    """Whether it is called every day."""
    at: time = time(6, 30)
    """At what time of the day, in the time zone of the installation."""


SELF_CALL = PolicyKind("self_call", SelfCallTime, SelfCallTime)
