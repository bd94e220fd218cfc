"""What the endpoints of routing take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from assist_api.http.schemas import InputModel, OutputModel
from assist_api.routing.book import CustomerClass, RoutingBook
from assist_api.routing.decision import ReasonCode
from assist_api.routing.problems import ProblemCode

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Digits = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9*# -]{0,24}$")]
VersionState = Literal["applying", "applied", "saved", "refused"]


class ProblemView(OutputModel):
    """One thing that is wrong with a book, or that is probably not meant."""

    code: ProblemCode
    place: str
    """Such as `queues.power`."""
    values: dict[str, str | int]
    is_blocking: bool


class RoutingVersionView(OutputModel):
    """One version of the book."""

    number: int
    note: str
    author_name: str
    since: datetime
    state: VersionState
    problem: str


class KnownAgent(OutputModel):
    """An agent's telephone that can be a member of a queue."""

    agent: str
    name: str
    joins: list[str] = Field(description="Queues that ring this agent for a confirmed skill, beside those that name it")


class RoutingView(OutputModel):
    """The book in force; `version` is null while nobody wrote one and the plan of the exchange says it."""

    book: RoutingBook
    version: RoutingVersionView | None
    newest: int
    """Number to base a change on; 0 while there is none."""
    problems: list[ProblemView]
    agents: list[KnownAgent]
    has_exchange: bool
    """Whether this machine has an exchange that a version is applied to."""


class RoutingVersionDetail(OutputModel):
    """One version with its book."""

    version: RoutingVersionView
    book: RoutingBook


class RoutingHistory(OutputModel):
    """Versions, the newest first; `next_before` asks for the next page and is null on the last one."""

    items: list[RoutingVersionView]
    next_before: int | None


class BookCheck(InputModel):
    """A book to check without applying it."""

    book: RoutingBook


class BookReport(OutputModel):
    """What is wrong with a book, and the configuration that it makes."""

    problems: list[ProblemView]
    files: dict[str, str]
    """By name; empty where a problem blocks."""


class BookChange(InputModel):
    """A book to put in force."""

    book: RoutingBook
    note: Note = ""
    based_on: Annotated[int, Field(ge=0, lt=2**31, description="`newest` as it was seen")]


class CallTrial(InputModel):
    """A call that nobody makes: what would happen to it?"""

    book: RoutingBook | None = None
    """The rules; null for those in force."""
    caller: Digits = ""
    dialled: Digits
    at: datetime | None = None
    """Null for now."""
    customer_class: CustomerClass | None = None
    """Null for the class of the customer with the caller's number."""
    nobody_is_free: bool = False


class ReasonView(OutputModel):
    """One step of a decision."""

    code: ReasonCode
    values: dict[str, str | int]


class DecisionView(OutputModel):
    """Where a call goes and why; `queue` is null where it is told goodbye."""

    queue: str | None
    head_start_seconds: int
    agent: str | None
    reasons: list[ReasonView]


class RoutedCallView(OutputModel):
    """Where a call was sent."""

    call_id: UUID
    at: datetime
    dialled: str
    caller_area: str
    version: int
    decision: DecisionView


class CallRoute(OutputModel):
    """Where a call was sent, for its own page."""

    decision: DecisionView | None
    """None for a call that the product did not route."""
    queues: dict[str, str]
    """Titles of queues by their name in the exchange."""


class RoutedCalls(OutputModel):
    """Routed calls, the newest first."""

    items: list[RoutedCallView]


class ReplayRequest(InputModel):
    """Past days to send through a book."""

    book: RoutingBook
    since: datetime
    until: datetime


class ReplayedCall(OutputModel):
    """A call that would have gone elsewhere."""

    call_id: UUID
    at: datetime
    dialled: str
    caller_area: str
    before: DecisionView
    after: DecisionView


class QueueCount(OutputModel):
    """How many calls a queue got, and would have got; `queue` is null for calls that were told goodbye."""

    queue: str | None
    before: int
    after: int


class ReplayReport(OutputModel):
    """What would have happened."""

    calls: int
    changed: int
    unsure: int
    """Calls of which too little of the number is kept to judge a prefix rule."""
    is_cut: bool
    """Whether there were more calls than are replayed at once."""
    queues: list[QueueCount]
    examples: list[ReplayedCall]
