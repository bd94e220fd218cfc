"""Speech to callers who are elsewhere in the exchange, such as in a queue, on the port that dialogues are heard on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

from cti_adapter.audio_line import AudioLine

Speech = Callable[[AudioLine], Awaitable[None]]


class OutgoingSpeech:
    """Knows which connections of the exchange are to hear what; `PhoneCalls` gives the address and hands lines over.

    Attributes:
        address: `host:port` that the exchange connects to; None while nobody listens.
    """

    def __init__(self) -> None:
        self.address: str | None = None
        self._expected: dict[UUID, Speech] = {}

    def expect(self, speech: Speech) -> UUID:
        """Return the identity under which the exchange connects whoever is to hear this."""
        ticket = uuid4()
        self._expected[ticket] = speech
        return ticket

    def take(self, ticket: UUID) -> Speech | None:
        """Return what a connection is to hear, once; None for one that nobody expects here."""
        return self._expected.pop(ticket, None)

    def forget(self, ticket: UUID) -> None:
        """Expect a connection no more; safe to call twice."""
        self._expected.pop(ticket, None)
