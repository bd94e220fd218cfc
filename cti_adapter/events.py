"""What the telephone room tells the others: frozen events that speak of calls, legs, queues and agents.

`docs/telephony.asyncapi.json` is generated from these classes. `seq` counts the events of one running adapter from 1
without gaps; `at` is wall time (UTC) of the moment when the adapter learned of it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from cti_adapter.states import AgentState, CallState, Direction, LegRole, LegState


class CTIEvent(BaseModel):
    """Base of every event."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    type: ClassVar[str]
    summary: ClassVar[str]

    seq: Annotated[int, Field(ge=1)]
    """Position in the stream of this adapter, from 1, without gaps."""
    at: datetime
    """Wall time (UTC) when the adapter learned of it."""


class CallOffered(CTIEvent):
    """A call has come into being; its state is `offered`."""

    type: ClassVar[str] = "call.offered"
    summary: ClassVar[str] = "A call has arrived, or an agent has dialled one."

    call_id: UUID
    """The same for the same call in every process that follows the exchange, also after a restart."""
    direction: Direction
    caller_number: str
    """Number as the network shows it; empty when it is withheld. Personal."""
    caller_name: str
    """Name as the network shows it; mostly empty. Personal."""
    dialled_number: str
    """Number that was called."""


class CallStateChanged(CTIEvent):
    """A call went from one state to another; the table in `cti_adapter.states` holds for every pair."""

    type: ClassVar[str] = "call.state_changed"
    summary: ClassVar[str] = "A call went from one state to another."

    call_id: UUID
    previous_state: CallState
    state: CallState
    agent: str | None
    """Agent who rings, talks or holds; None while there is none."""
    queue: str | None
    """Queue that the call waits in or was answered from."""
    hangup_cause: int | None
    """ITU-T Q.850 cause of the customer's leg in a state that ends the call: 16 is a normal hang-up."""


class LegOpened(CTIEvent):
    """A party joined a call; its audio can be tapped from `answered` on."""

    type: ClassVar[str] = "leg.opened"
    summary: ClassVar[str] = "A party joined a call."

    call_id: UUID
    leg_id: UUID
    role: LegRole
    agent: str | None
    """Number of the agent whose telephone this is; None for a customer."""
    number: str
    """Number of the party. Personal for a customer."""
    state: LegState


class LegStateChanged(CTIEvent):
    """A party's telephone changed its state."""

    type: ClassVar[str] = "leg.state_changed"
    summary: ClassVar[str] = "A party's telephone rings, was answered, holds the other or is gone."

    call_id: UUID
    leg_id: UUID
    role: LegRole
    agent: str | None
    previous_state: LegState
    state: LegState
    hangup_cause: int | None
    """ITU-T Q.850 cause where `state` is `ended`; 44 means that the telephone went silent."""


class LegMoved(CTIEvent):
    """A party belongs to another call than it began in: it picked the call up, or a consultation was completed."""

    type: ClassVar[str] = "leg.moved"
    summary: ClassVar[str] = "A party went over to another call."

    leg_id: UUID
    from_call_id: UUID
    call_id: UUID
    role: LegRole
    agent: str | None


class CallTransferred(CTIEvent):
    """An agent passed a call on; `call.state_changed` says where it arrives."""

    type: ClassVar[str] = "call.transferred"
    summary: ClassVar[str] = "An agent passed a call on."

    call_id: UUID
    kind: Literal["blind", "attended"]
    from_agent: str | None
    to_number: str
    """Number that the call was passed to; empty for an attended transfer, whose second agent has a leg already."""


class QueueJoined(CTIEvent):
    """A call waits in a queue."""

    type: ClassVar[str] = "queue.joined"
    summary: ClassVar[str] = "A call waits in a queue."

    call_id: UUID
    queue: str
    position: int
    """Place in the queue, from 1."""
    waiting_count: int
    """Calls that wait in the queue now."""


class QueueLeft(CTIEvent):
    """A call no longer waits in a queue."""

    type: ClassVar[str] = "queue.left"
    summary: ClassVar[str] = "A call no longer waits in a queue."

    call_id: UUID
    queue: str
    reason: Literal["answered", "abandoned", "left"]
    """`left`: time over, no agent signed in, withdrawn, or a key pressed."""
    waiting_count: int
    """Calls that wait in the queue now."""


class AgentStateChanged(CTIEvent):
    """An agent's telephone or pause changed."""

    type: ClassVar[str] = "agent.state_changed"
    summary: ClassVar[str] = "An agent became ready, paused, rung or busy."

    agent: str
    previous_state: AgentState | None
    """None when the agent was unknown before."""
    state: AgentState
    reason: str
    """Reason of the pause, as it was given."""
    queues: tuple[str, ...]
    """Queues that the agent takes calls from."""


class RecordingStarted(CTIEvent):
    """What one party says is being written to a file of its own."""

    type: ClassVar[str] = "recording.started"
    summary: ClassVar[str] = "What one party says is being written to a file."

    call_id: UUID
    leg_id: UUID
    file: str
    """Name without folder; it begins with the start in milliseconds since 1970."""


class CallNoted(CTIEvent):
    """The dialplan told something about a call: a message was left, a call back is wanted, an agent was lost."""

    type: ClassVar[str] = "call.noted"
    summary: ClassVar[str] = "The dialplan noted something about a call."

    call_id: UUID
    note: str
    """`notice_failed`, `agent_lost`, `message_left`, `recording_failed`, …"""
    values: dict[str, str]
    """What belongs to the note; never personal."""


class PBXConnected(CTIEvent):
    """The exchange is followed: the state of every call is known from here on."""

    type: ClassVar[str] = "pbx.connected"
    summary: ClassVar[str] = "The exchange is followed; all states are known."

    version: str
    """Version of its manager interface."""
    call_count: int
    """Calls that were found."""


class PBXLost(CTIEvent):
    """The exchange does not answer. Calls in it may go on; nothing is known of them until `pbx.connected`."""

    type: ClassVar[str] = "pbx.lost"
    summary: ClassVar[str] = "The exchange does not answer; calls may go on unseen."

    reason: str
    """Why, in one sentence."""


EVENT_TYPES: tuple[type[CTIEvent], ...] = (
    CallOffered,
    CallStateChanged,
    CallTransferred,
    CallNoted,
    LegOpened,
    LegStateChanged,
    LegMoved,
    QueueJoined,
    QueueLeft,
    AgentStateChanged,
    RecordingStarted,
    PBXConnected,
    PBXLost,
)
"""Every event, in the order of the published document."""
