"""What the call tracker remembers of calls, legs and agents, and the state that follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid5

from cti_adapter.states import (
    TERMINAL_STATES,
    AgentState,
    CallState,
    Direction,
    LegRole,
    LegState,
)
from cti_adapter.views import AgentView, CallView, LegView

_NAMESPACE = UUID("5b0f4c0e-6f0c-4f0c-9f7a-25b1c0a95598")
WRAP_UP_REASON = "wrap_up"
"""Reason of the pause that the dialplan sets when an agent takes a call."""

_OFFLINE_DEVICES = frozenset({"UNAVAILABLE", "INVALID", "UNKNOWN", ""})
_RINGING_DEVICES = frozenset({"RINGING", "RINGINUSE"})
_BUSY_DEVICES = frozenset({"INUSE", "BUSY", "ONHOLD"})
MEMBER_STATUS = ("UNKNOWN", "NOT_INUSE", "INUSE", "BUSY", "INVALID", "UNAVAILABLE", "RINGING", "RINGINUSE", "ONHOLD")
"""Numbers of a queue member's `Status` (Asterisk, devicestate.h)."""


def identity(node_name: str, *parts: str) -> UUID:
    """Return our identity of something that the exchange names; every process derives the same one (ADR 25)."""
    return uuid5(_NAMESPACE, "/".join((node_name, *parts)))


@dataclass(slots=True)
class TrackedLeg:
    """One channel that is a party of a call."""

    uniqueid: str
    channel: str
    leg_id: UUID
    role: LegRole
    agent: str | None
    number: str
    is_up: bool = False
    is_ringing: bool = False
    is_holding: bool = False
    hears_music: bool = False
    is_leaving: bool = False
    """It has passed the call on; only its hang-up is awaited."""
    is_recorded: bool = False
    bridge: str | None = None
    left_bridge: str | None = None
    """The bridge that it was in before."""
    was_connected: bool = False
    is_in_conference: bool = False
    """Whether its bridge is a room that others can be called into."""

    @property
    def is_reached(self) -> bool:
        """Whether the telephone rings, or was answered a moment ago and is not connected yet."""
        return (self.is_ringing or self.is_up) and not self.was_connected and not self.is_leaving

    @property
    def state(self) -> LegState:
        """The leg's state, as events give it."""
        if not self.is_up:
            return LegState.RINGING
        return LegState.HELD if self.is_holding else LegState.ANSWERED

    @property
    def is_talking(self) -> bool:
        """Whether the party is connected to another, a supervisor's ear aside."""
        return self.is_up and self.bridge is not None and not self.is_leaving

    def view(self, call_id: UUID) -> LegView:
        """Return what others may see."""
        return LegView(self.leg_id, call_id, self.role, self.agent, self.number, self.state, self.is_recorded)


@dataclass(slots=True)
class TrackedCall:
    """One call and its legs, by the unique id of their channels."""

    key: str
    call_id: UUID
    direction: Direction
    caller_number: str
    caller_name: str
    dialled_number: str
    offered_at: datetime
    state: CallState = CallState.OFFERED
    legs: dict[str, TrackedLeg] = field(default_factory=dict)
    queue: str | None = None
    is_waiting: bool = False
    was_answered: bool = False
    was_abandoned: bool = False
    is_transferring: bool = False
    told_agent: str | None = None
    """The agent whom the last event about the call's state named."""
    ending: CallState | None = None
    hangup_cause: int | None = None

    @property
    def is_over(self) -> bool:
        """Whether the call has reached a state that it never leaves."""
        return self.state in TERMINAL_STATES

    @property
    def parties(self) -> Iterator[TrackedLeg]:
        """Everybody but supervisors, in the order of their arrival."""
        return (leg for leg in self.legs.values() if leg.role is not LegRole.SUPERVISOR)

    @property
    def anchor(self) -> TrackedLeg | None:
        """The leg whose end is the end of the call: the customer's, or of a call among agents the caller's."""
        parties = list(self.parties)
        customer = next((leg for leg in parties if leg.role is LegRole.CUSTOMER), None)
        return customer or self.legs.get(self.key) or next(iter(parties), None)

    @property
    def agent(self) -> str | None:
        """The agent who talks, else the one who rings."""
        agents = [leg for leg in self.parties if leg.agent is not None and not leg.is_leaving]
        best = sorted(agents, key=lambda leg: (not leg.is_talking, not leg.is_up, not leg.is_ringing))
        return best[0].agent if best else None

    def derive(self) -> CallState:
        """Return the state that follows from the legs."""
        if self.ending is not None:
            return self.ending
        anchor = self.anchor
        others = [leg for leg in self.parties if leg is not anchor]
        if anchor is not None and anchor.is_talking and any(leg.is_talking for leg in others):
            is_held = anchor.hears_music or any(leg.is_holding and leg.is_talking for leg in others)
            return CallState.HELD if is_held else CallState.ANSWERED
        if self.is_transferring and not any(leg.is_reached for leg in others):
            return CallState.TRANSFERRED
        # Between a conversation and what follows it nobody talks: a hang-up, the queue or a colleague's answer decides.
        # A consulted colleague rings while the customer still belongs to the first agent.
        is_between = self.state in {CallState.ANSWERED, CallState.HELD} and not self.is_waiting
        if is_between:
            return self.state
        if any(leg.is_reached for leg in others) or (anchor is not None and anchor.is_ringing):
            return CallState.RINGING
        return CallState.OFFERED

    def view(self) -> CallView:
        """Return what others may see."""
        return CallView(
            self.call_id,
            self.state,
            self.direction,
            self.caller_number,
            self.caller_name,
            self.dialled_number,
            self.queue,
            self.is_waiting,
            self.offered_at,
            self.was_answered,
            tuple(leg.view(self.call_id) for leg in self.legs.values()),
            is_conference=any(leg.is_in_conference for leg in self.legs.values()),
        )


@dataclass(slots=True)
class TrackedAgent:
    """One agent: the state of the telephone, and the pauses by queue."""

    agent: str
    device: str = "UNKNOWN"
    pauses: dict[str, str | None] = field(default_factory=dict)
    """Queue to the reason of its pause; None where the agent takes calls."""
    told: tuple[AgentState, str, tuple[str, ...]] | None = None

    @property
    def reason(self) -> str:
        """Reason of the pause; empty in every other state."""
        return self._reason if self.state in {AgentState.PAUSED, AgentState.WRAP_UP} else ""

    @property
    def _reason(self) -> str:
        return next((reason for reason in self.pauses.values() if reason), "")

    @property
    def is_paused(self) -> bool:
        """Whether no queue may ring the agent."""
        return bool(self.pauses) and all(reason is not None for reason in self.pauses.values())

    @property
    def state(self) -> AgentState:
        """The agent's state, as events give it."""
        if self.device in _OFFLINE_DEVICES:
            return AgentState.OFFLINE
        if self.device in _RINGING_DEVICES:
            return AgentState.RINGING
        if self.device in _BUSY_DEVICES:
            return AgentState.ON_CALL
        if self.is_paused:
            return AgentState.WRAP_UP if self._reason == WRAP_UP_REASON else AgentState.PAUSED
        return AgentState.READY

    def view(self) -> AgentView:
        """Return what others may see."""
        return AgentView(self.agent, self.state, self.reason, tuple(sorted(self.pauses)))
