"""What the telephone endpoints take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import StringConstraints, model_validator

from assist_api.http.schemas import InputModel, OutputModel
from assist_api.http.wire import WireModel
from cti_adapter.states import AgentState, LegState

TelephoneCallState = Literal["offered", "ringing", "answered", "held", "transferred"]
"""As in `cti_adapter.states.CallState`, without the states of a call that is over."""
NotReadyReason = Literal["break", "meal", "meeting", "training", "paperwork"]
"""Why an agent takes no calls; the page has the words."""
NOT_READY_REASONS: tuple[NotReadyReason, ...] = ("break", "meal", "meeting", "training", "paperwork")
DialledNumber = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9*#]{1,20}$")]


class ConferenceMember(OutputModel):
    """A party of a conference, or one who is being called into it."""

    leg_id: UUID
    role: Literal["customer", "agent", "guest"]
    number: str
    """Extension of an agent, number of anybody else; empty when it is withheld."""
    state: LegState
    can_be_removed: bool
    """Whether the agent may end this party's part: neither one's own nor the customer's."""


class TelephoneCall(OutputModel):
    """The call in which the agent's telephone takes part."""

    call_id: UUID
    state: TelephoneCallState
    is_inbound: bool
    number: str
    """Number of the other party as the network shows it; empty when it is withheld."""
    queue: str | None
    waiting_since: datetime
    """When the call arrived."""
    is_consulting: bool
    """Whether the agent asked a colleague and the customer waits meanwhile."""
    is_of_three: bool
    """Whether customer, agent and a colleague hear each other."""
    members: list[ConferenceMember]
    """Who is in the conference, oneself first; empty while the call is none."""
    has_history: bool
    """Whether somebody spoke with the customer before this telephone rang: the desk of the call can be read."""


class Colleague(OutputModel):
    """Another agent who can be called."""

    extension: str
    name: str
    state: AgentState


class Colleagues(OutputModel):
    """Agents who can be called."""

    items: list[Colleague]


class TelephoneView(OutputModel):
    """One's own telephone and what it does."""

    is_on: bool
    """Whether an exchange is followed; everything else is empty when it is not."""
    is_exchange_reachable: bool
    extension: str | None
    """Number of one's telephone; None without one."""
    has_softphone: bool
    """Whether the telephone is the page itself, and not a device on the desk."""
    state: AgentState | None
    reason: str
    """Why the agent is not ready; one of `reasons`, or what another program gave."""
    since: datetime | None
    """When the state began, as far as this server saw it."""
    queues: list[str]
    reasons: list[NotReadyReason]
    """Reasons that may be chosen."""
    call: TelephoneCall | None
    ringing_elsewhere: int
    """Calls that ring at colleagues' telephones and can be picked up."""


class TelephoneChanged(WireModel):
    """`telephone.changed`: one's own telephone as it stands; sent at each change and each second at the latest."""

    type: Literal["telephone.changed"] = "telephone.changed"
    at: datetime
    data: TelephoneView


class SoftphoneAccess(OutputModel):
    """What the page needs to be a telephone."""

    extension: str
    uri: str
    """SIP address of the telephone."""
    username: str
    secret: str
    """Password of the telephone; given to its owner only."""
    socket_path: str
    """Path of the WebSocket for SIP on this server."""


class AgentStateChoice(InputModel):
    """Ready, or not ready for a reason."""

    state: Literal["ready", "paused"]
    reason: NotReadyReason | None = None

    @model_validator(mode="after")
    def _give_a_reason(self) -> AgentStateChoice:
        if (self.state == "paused") is (self.reason is None):
            raise ValueError("Give a reason with paused, and none with ready.")
        return self


class FlowForCaller(InputModel):
    """Speech flow that one's caller is sent to; the caller comes back after it."""

    flow: Literal["agent_identity", "agent_payment", "agent_survey"]


class NumberToCall(InputModel):
    """A colleague's extension, or a number outside."""

    number: DialledNumber
