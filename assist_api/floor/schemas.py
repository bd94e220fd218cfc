"""What the floor shows and takes, as it stands on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from assist_api.alerts.raised import TwoLanguages
from assist_api.alerts.rules import DangerKind
from assist_api.calls.states import CallState
from assist_api.http.schemas import InputModel
from assist_api.http.wire import WireModel
from cti_adapter.commands import SuperviseMode
from cti_adapter.states import AgentState


class FloorQueue(WireModel):
    """One queue of the exchange."""

    queue: str
    waiting: int = Field(description="Calls that wait now")
    longest_since: datetime | None = Field(description="When the call that waits longest joined; null when none waits")
    expected_wait_seconds: int | None = Field(
        description="(waiting + 1) × mean talk time ÷ agents who serve the queue, 0 when one of them is ready; "
        "null while no agent serves it or no call was answered yet"
    )
    wait_error_seconds: int | None = Field(
        description="Mean of |expected − real wait| of the newest 200 answered calls; null before the first"
    )
    service_level: float | None = Field(
        description="Of the calls that left the queue within the window: answered within the target ÷ "
        "(answered + abandoned); null when none left"
    )
    answered: int = Field(description="Within the window")
    abandoned: int = Field(description="Within the window")
    ready: int = Field(description="Agents of the queue who are ready")
    serving: int = Field(description="Agents of the queue who are ready, rung, on a call or in wrap-up")


class FloorAgent(WireModel):
    """One agent, by the telephone or by the call that runs for the account."""

    agent: str = Field(description="Extension at the exchange; empty for an agent without a telephone")
    account_id: UUID | None
    name: str
    state: AgentState
    reason: str = Field(description="Reason of a pause, as it was given")
    since: datetime | None = Field(description="Since when the agent is in this state; null when that is not known")
    queues: list[str]
    call_id: UUID | None
    topic: list[str] = Field(description="Category of that call, from the business type down; empty while unknown")


class FloorCall(WireModel):
    """One call that runs, of the exchange or a recording that is heard."""

    call_id: UUID
    source: Literal["replay", "demo", "cli", "live"]
    state: CallState
    title: str
    sector: str | None
    customer_number_masked: str
    agent_name: str
    began_at: datetime
    topic: list[str] = Field(description="The agent's own category, else the ranked one; empty while unknown")
    last_words: str = Field(description="The newest whole utterance; who may watch the floor may read every call")
    last_role: Literal["customer", "agent"] | None
    alerts: int = Field(description="Safety alerts that nobody has confirmed")
    can_supervise: bool = Field(description="An agent talks in it on a telephone of the exchange")


class FloorAlert(WireModel):
    """A safety alert that nobody has confirmed yet, or a caller who is angry while the call runs."""

    alert_id: UUID
    call_id: UUID
    kind: DangerKind | Literal["anger"]
    name: TwoLanguages
    raised_at: datetime
    agent_name: str
    is_running: bool = Field(description="Whether the call goes on")


class FloorView(WireModel):
    """Everything the supervisor's page shows."""

    exchange: Literal["none", "connected", "lost"] = Field(description="`none`: this server follows no exchange")
    extension: str | None = Field(description="The supervisor's own telephone, where the exchange knows it as online")
    counted_since: datetime | None = Field(description="Since when queue figures are counted, at most the window")
    target_seconds: int = Field(description="A call answered within this time meets the service level")
    window_minutes: int
    queues: list[FloorQueue]
    agents: list[FloorAgent]
    calls: list[FloorCall]
    alerts: list[FloorAlert]


class FloorSnapshot(WireModel):
    """`floor.snapshot`: the first message, with everything."""

    type: Literal["floor.snapshot"] = "floor.snapshot"
    at: datetime
    data: FloorView


class FloorChange(WireModel):
    """What changed since the last message; a list that did not change is null, one that did comes whole."""

    exchange: Literal["none", "connected", "lost"] | None
    queues: list[FloorQueue] | None
    agents: list[FloorAgent] | None
    calls: list[FloorCall] | None
    alerts: list[FloorAlert] | None


class FloorChanged(WireModel):
    """`floor.changed`: changes of half a second, together."""

    type: Literal["floor.changed"] = "floor.changed"
    at: datetime
    data: FloorChange


FloorMessage = Annotated[FloorSnapshot | FloorChanged, Field(discriminator="type")]


class SuperviseRequest(InputModel):
    """How to take part in a call."""

    mode: SuperviseMode


class AgentStateRequest(InputModel):
    """The state to put an agent into."""

    state: Literal["ready", "paused"]
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)] = ""


class CardPush(InputModel):
    """A knowledge entry to put before the agent of a call."""

    entry_id: UUID


class FloorActionAccepted(WireModel):
    """The exchange took the command; what comes of it shows on the floor."""

    extension: str = Field(description="Telephone that rings, or whose agent changes state")
