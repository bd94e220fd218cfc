"""Text messages to callers, as far as the product needs them. A gateway of an operator is not built. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class TextMessage:
    """One message.

    Attributes:
        id: A second delivery of the same id is harmless.
        number: Telephone of the recipient. Personal.
        text: What it says. Personal.
        at: When it was asked for.
    """

    id: UUID
    number: str
    text: str
    at: datetime


class TextGateway(Protocol):
    """Takes messages over for delivery."""

    @property
    def name(self) -> str:
        """Name for people and for the health page."""
        ...

    async def send(self, message: TextMessage) -> None:
        """Take a message over.

        Raises:
            DependencyError: The gateway is away, too slow, or refuses.
        """
        ...
