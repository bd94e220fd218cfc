"""What a speech machine says first: which protocol it speaks and what its recogniser can do."""

from __future__ import annotations

from dataclasses import dataclass

from kit.worker_process import Head, Message
from speech.settings import Language
from speech.stt.base import Capabilities

PROTOCOL = 1
"""Raise it when messages change; both ends must have the same."""
SHORTEST_WINDOW_MS = 28_000
"""Windows that a server may send; a recogniser of shorter ones cannot serve it."""


@dataclass(frozen=True, slots=True)
class Greeting:
    """The first message of a connection.

    Attributes:
        capabilities: Of the recogniser there.
        protocol: Of the messages that follow.
    """

    capabilities: Capabilities
    protocol: int = PROTOCOL

    @property
    def is_usable(self) -> bool:
        """Whether this server can ask there."""
        return self.protocol == PROTOCOL and self.capabilities.max_window_ms >= SHORTEST_WINDOW_MS

    def to_wire(self) -> Head:
        """Return the head of the message."""
        can = self.capabilities
        return {
            "say": "hello",
            "protocol": self.protocol,
            "name": can.name,
            "languages": sorted(can.languages),
            "max_window_ms": can.max_window_ms,
            "reports_confidence": can.reports_confidence,
        }

    @classmethod
    def from_wire(cls, message: Message) -> Greeting:
        """Return the greeting of a message.

        Raises:
            KeyError: It is none.
            ValueError: It names a language that is not known here.
        """
        head = message.head
        can = Capabilities(
            head["name"],
            frozenset(Language(language) for language in head["languages"]),
            head["max_window_ms"],
            reports_confidence=head["reports_confidence"],
        )
        return cls(can, head["protocol"])
