"""What is known of calls, legs and agents at one moment, for whoever begins to listen later than the events began."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cti_adapter.states import AgentState, CallState, Direction, LegRole, LegState


@dataclass(frozen=True, slots=True)
class LegView:
    """One party of a call; fields as in `LegOpened`."""

    leg_id: UUID
    call_id: UUID
    role: LegRole
    agent: str | None
    number: str
    state: LegState
    is_recorded: bool


@dataclass(frozen=True, slots=True)
class CallView:
    """One call that is not over; fields as in `CallOffered` and `CallStateChanged`."""

    call_id: UUID
    state: CallState
    direction: Direction
    caller_number: str
    caller_name: str
    dialled_number: str
    queue: str | None
    is_waiting: bool
    offered_at: datetime
    was_answered: bool
    """Whether somebody has spoken with the caller before; a call that is passed on then rings with a history."""
    legs: tuple[LegView, ...]
    is_conference: bool = False
    """Whether its parties are in a room that others can be called into."""


@dataclass(frozen=True, slots=True)
class AgentView:
    """One agent; fields as in `AgentStateChanged`."""

    agent: str
    state: AgentState
    reason: str
    queues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChannelOfLeg:
    """Where a leg is in the exchange, for taps and commands."""

    channel: str
    uniqueid: str
    call_id: UUID
