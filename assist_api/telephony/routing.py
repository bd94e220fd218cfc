"""What telephony asks of whoever decides where calls go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from cti_adapter.agi import RouteAnswer, RouteQuestion
from cti_adapter.views import AgentView


class CallRouting(Protocol):
    """Decides for each call; implemented by the module of routing."""

    async def route(self, question: RouteQuestion) -> RouteAnswer | None:
        """Say where a call goes; None leaves it to the queue of its number."""
        ...

    def follow(self, agents: Callable[[], Sequence[AgentView]]) -> None:
        """Take in who could be rung."""
        ...
