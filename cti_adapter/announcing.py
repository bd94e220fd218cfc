"""Connects sound of ours to a channel of the exchange: what is heard of it, and what is spoken to a waiting caller."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from cti_adapter.commands import Action, Exchange, Retry

LISTEN, SPEAK = "qoES", "qwoES"
"""Options of `ChanSpy`: hear one channel, or speak to it as well; both end with the channel."""


def sound_connection(channel: str, address: str, ticket: UUID, options: str) -> Action:
    """Return the action with which the exchange connects a channel to an AudioSocket server of ours.

    Args:
        channel: The channel.
        address: `host:port` of the server.
        ticket: Identity under which the exchange connects to it.
        options: `LISTEN` or `SPEAK`.
    """
    return Action(
        {
            "Action": "Originate",
            "Channel": f"AudioSocket/{address}/{ticket}/c(slin)",
            "Application": "ChanSpy",
            "Data": f"{channel},{options}",
            "Async": "true",
            "Timeout": "3000",
            "Codecs": "slin",
        }
    )


@dataclass(frozen=True, slots=True)
class SpeakToCaller:
    """Connect a voice of ours to a waiting caller, who hears it over the music, keeps the place and is rung on.

    Attributes:
        call_id: The call.
        address: `host:port` of the AudioSocket server that speaks.
        ticket: Identity under which the exchange connects to it.
    """

    call_id: UUID
    address: str
    ticket: UUID
    retry: ClassVar[Retry] = Retry.NEVER

    def actions(self, exchange: Exchange) -> Iterator[Action]:
        """Originate the voice and let it whisper; it ends with our connection or with the caller's channel."""
        channel = exchange.leg_of_customer(self.call_id).channel
        yield sound_connection(channel, self.address, self.ticket, SPEAK)
