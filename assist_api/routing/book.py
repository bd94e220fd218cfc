"""The routing book: numbers, queues with their members, rules and opening hours, as a person writes them. Pure.

One version of the book is one document: it is checked, applied and replayed whole.
"""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema

from assist_api.http.schemas import InputModel

Sector = Literal["power", "heating", "water", "gas", "tv"]
Strategy = Literal["rrmemory", "leastrecent", "fewestcalls", "random", "ringall", "linear"]
CustomerClass = Literal["ordinary", "important", "vip"]

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,40}$")]
"""Name in the exchange; the title is what people read."""
Title = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]
Number = Annotated[str, StringConstraints(pattern=r"^\+?[0-9*#]{1,20}$")]
Prefix = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,12}$")]
AgentNumber = Name
SoundPath = Annotated[str, StringConstraints(pattern=r"^(/[A-Za-z0-9_./ -]{1,400})?$")]
"""Absolute path of a sound file without its ending, or of a folder with music; empty for the standard."""
ZERO_TO_TEN = Field(ge=0, le=10)
HeadStart = Annotated[int, Field(ge=0, le=3600)]


def _without_zone(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError("write the local time without a zone, such as 08:30")
    return value.replace(second=0, microsecond=0)


LocalTime = Annotated[
    time,
    AfterValidator(_without_zone),
    # Not the format "time": that one has a zone.
    WithJsonSchema({"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$", "examples": ["08:30"]}),
]
"""Minute of a day on the clock of the installation."""


class OpenShift(InputModel):
    """A span of opening time in local time; one whose end is not after its start ends on the next day."""

    start: LocalTime
    end: LocalTime


class SpecialDay(InputModel):
    """One day with shifts of its own; none for a day that is closed."""

    day: date
    shifts: Annotated[tuple[OpenShift, ...], Field(max_length=6)] = ()


class OpeningHours(InputModel):
    """When a number is open."""

    name: Name
    title: Title
    week: Annotated[tuple[tuple[OpenShift, ...], ...], Field(min_length=7, max_length=7)]
    """Shifts of each weekday, Monday first."""
    keeps_holidays: bool = False
    """Whether public holidays are closed and make-up days are open."""
    special_days: Annotated[tuple[SpecialDay, ...], Field(max_length=100)] = ()


class Member(InputModel):
    """An agent in a queue. Agents with a lower penalty are rung first, 0 being the most able."""

    agent: AgentNumber
    penalty: Annotated[int, ZERO_TO_TEN] = 0


class Announcements(InputModel):
    """What a caller hears while waiting, between the music; without our server there is music alone."""

    is_on: bool = True
    first_seconds: Annotated[int, Field(ge=5, le=300)] = 20
    """Time in the queue after which the first announcement comes."""
    every_seconds: Annotated[int, Field(ge=15, le=600)] = 60
    """From the end of one announcement to the next."""
    says_place: bool = True
    says_wait: bool = True
    says_notices: bool = True
    """Whether outage notices of the caller's registered addresses are read out, each one once."""
    offers_callback: bool = False
    """Whether key 1 leads to a callback that keeps the place."""
    offers_message: bool = False
    """Whether key 2 leads to voicemail."""


class Queue(InputModel):
    """A waiting line with the agents that it rings."""

    name: Name
    title: Title
    skill: Title = ""
    """What its agents know, such as "meters" or "gas safety"."""
    members: Annotated[tuple[Member, ...], Field(max_length=500)] = ()
    strategy: Strategy = "rrmemory"
    ring_seconds: Annotated[int, Field(ge=3, le=120)] = 15
    max_wait_seconds: Annotated[int, Field(ge=5, le=3600)] = 300
    """How long a call waits before it goes to the overflow queue, or is told goodbye."""
    overflow: Name | None = None
    overflow_when_nobody_is_free: bool = False
    """Whether a call does not begin to wait here while nobody is free and the overflow queue has somebody."""
    has_wrap_up: bool = True
    music: SoundPath = ""
    announcements: Announcements = Announcements()


class DialledNumber(InputModel):
    """A number that callers dial."""

    number: Number
    title: Title
    sector: Sector | None = None
    queue: Name
    flow: Name | None = None
    """Name of the spoken menu that greets the caller before the queue."""
    hours: Name | None = None
    """Opening hours; None for a number that never closes."""
    closed_queue: Name | None = None
    """Queue while the number is closed; None says that it is closed and hangs up."""
    notice: SoundPath = ""
    head_start_seconds: HeadStart = 0


class PrefixRule(InputModel):
    """Sends callers whose number begins in one of these ways to another queue; the first rule that fits counts."""

    title: Title
    prefixes: Annotated[tuple[Prefix, ...], Field(min_length=1, max_length=200)]
    dialled: Number | None = None
    """Only calls to this number; None for all."""
    queue: Name | None = None
    """None changes the place in the line alone."""
    head_start_seconds: HeadStart = 0


class Service(InputModel):
    """How single customers are served. A head start is how much longer than it has a call counts as waiting."""

    vip_head_start_seconds: HeadStart = 300
    important_head_start_seconds: HeadStart = 120
    open_order_head_start_seconds: HeadStart = 60
    """For a caller with a work order that is open."""
    vip_queue: Name | None = None
    rings_assigned_agent: bool = True
    """Whether the agent who looks after a customer is rung first."""
    rings_last_agent: bool = False
    """Whether the agent who last spoke with the caller is rung first."""
    last_agent_hours: Annotated[int, Field(ge=1, le=720)] = 24
    agent_seconds: Annotated[int, Field(ge=3, le=60)] = 12
    """How long this one agent is rung before everybody else."""


class RoutingBook(InputModel):
    """Everything that decides where calls go."""

    numbers: Annotated[tuple[DialledNumber, ...], Field(max_length=200)] = ()
    queues: Annotated[tuple[Queue, ...], Field(max_length=200)] = ()
    rules: Annotated[tuple[PrefixRule, ...], Field(max_length=200)] = ()
    hours: Annotated[tuple[OpeningHours, ...], Field(max_length=50)] = ()
    service: Service = Service()

    def find_queue(self, name: str | None) -> Queue | None:
        """Return a queue, or None."""
        return next((queue for queue in self.queues if queue.name == name), None)

    def find_number(self, number: str) -> DialledNumber | None:
        """Return a number, or None."""
        return next((item for item in self.numbers if item.number == number), None)

    def find_hours(self, name: str | None) -> OpeningHours | None:
        """Return opening hours, or None."""
        return next((hours for hours in self.hours if hours.name == name), None)
