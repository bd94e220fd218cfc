"""Decides who of a recorded conversation is the agent and who the customer. Pure.

Recording metadata do not say it (RFC 7865). An agent is known by the number; where the numbers do not tell the parties
apart, the first stream is the customer's, as products send the calling party first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cti_adapter.siprec.metadata import Participant, RecordingMetadata
from cti_adapter.states import LegRole


@dataclass(frozen=True, slots=True)
class Party:
    """Who speaks in one stream.

    Attributes:
        label: Of the stream.
        role: Customer or agent.
        number: Personal for a customer; empty when nobody told it.
        name: Display name, mostly empty.
    """

    label: str
    role: LegRole
    number: str
    name: str

    @property
    def agent(self) -> str | None:
        """Number of the agent; None for a customer and for an agent whose number nobody told."""
        return self.number or None if self.role is LegRole.AGENT else None


def assign_roles(
    labels: Sequence[str], metadata: RecordingMetadata, agent_numbers: re.Pattern[str]
) -> tuple[Party, ...]:
    """Return the parties, one for each stream.

    Args:
        labels: Of the streams, in the order of the offer.
        metadata: What is known of the participants.
        agent_numbers: Fits the numbers of agents and of nobody else.
    """
    speakers = _speakers(labels, metadata)
    are_agents = [bool(agent_numbers.fullmatch(speaker.number)) for speaker in speakers]
    if len(labels) > 1 and len(set(are_agents)) == 1:
        are_agents = [index > 0 for index in range(len(labels))]
    return tuple(
        Party(label, LegRole.AGENT if is_agent else LegRole.CUSTOMER, speaker.number, speaker.name)
        for label, speaker, is_agent in zip(labels, speakers, are_agents, strict=True)
    )


def _speakers(labels: Sequence[str], metadata: RecordingMetadata) -> list[Participant]:
    """Return who speaks in each stream; who is told for no stream stands for those left, in order."""
    assigned = {metadata.senders[label].participant_id for label in labels if label in metadata.senders}
    others = (one for one in metadata.participants if one.participant_id not in assigned)
    return [metadata.senders.get(label) or next(others, Participant("")) for label in labels]
