"""The command that lets a voice of ours speak to a caller who waits in a queue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from cti_adapter.commands import Action, Exchange, Retry


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
        yield Action(
            {
                "Action": "Originate",
                "Channel": f"AudioSocket/{self.address}/{self.ticket}/c(slin)",
                "Application": "ChanSpy",
                "Data": f"{exchange.leg_of_customer(self.call_id).channel},qwoES",
                "Async": "true",
                "Timeout": "3000",
                "Codecs": "slin",
            }
        )
