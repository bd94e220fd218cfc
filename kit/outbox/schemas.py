"""Data classes of the outbox: events, subscribers, and events that a subscriber could not process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue


@dataclass(frozen=True, slots=True)
class OutboxEvent:
    """Something that was committed.

    Attributes:
        id: The same at every delivery: a receiver that remembers it recognises a duplicate.
        topic: What kind of thing happened, such as `knowledge.changed`.
        position: Counts the events of a topic in the order of their commits, from 1, without gaps.
        key: What it happened to.
        payload: What the receivers need to know.
        created_at: When it was added, which is before its commit.
    """

    id: UUID
    topic: str
    position: int
    key: str
    payload: Mapping[str, JsonValue]
    created_at: datetime


HandleEvent = Callable[[OutboxEvent], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A receiver that gets every event of its topics at least once, in order, by one process at a time.

    Its place is in the database: it goes on there after a restart. It begins with the first event after its first
    start. An error that says "try again" (`DependencyError.retryable`) is tried again for ever, and the events behind
    it wait: a business system that is away for a day loses nothing. Any other error parks the event after
    `max_attempts`, and the next event is delivered.

    Attributes:
        name: Of the place in the database, at most 64 characters; never reused for something else.
        topics: Each is delivered by itself: one that waits holds up no other.
        handle: Takes one event. It must bear duplicates.
        max_attempts: Deliveries of one event before it is parked.
        timeout: A delivery that takes longer has failed.
        retry_after: Pause before the second attempt; it doubles with each one, up to `max_retry_after`.
        max_retry_after: The longest pause.
    """

    name: str
    topics: tuple[str, ...]
    handle: HandleEvent
    max_attempts: int = 10
    timeout: timedelta = timedelta(seconds=10)
    retry_after: timedelta = timedelta(seconds=1)
    max_retry_after: timedelta = timedelta(minutes=1)

    def pause_after(self, attempts: int) -> timedelta:
        """Return the pause after so many failed deliveries of an event (1 or more)."""
        # A pause that doubled 20 times is longer than any limit, and no time delta overflows.
        doublings = min(attempts - 1, 20)
        return min(self.retry_after * (1 << doublings), self.max_retry_after)


class ParkedEvent(BaseModel):
    """An event that a subscriber could not take."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: UUID = Field(description="Of this entry; deliver or drop the event by it")
    subscriber: str
    event_id: UUID
    topic: str
    position: int
    key: str
    payload: dict[str, JsonValue]
    created_at: datetime
    attempts: int
    error_code: str
    parked_at: datetime


class ParkedPage(BaseModel):
    """Parked events, newest first."""

    items: list[ParkedEvent]
    next_cursor: str | None = Field(description="Ask for the next page with it; null on the last page")


@dataclass(frozen=True, slots=True)
class SubscriptionState:
    """How far a durable subscriber is in a topic.

    Attributes:
        subscriber: Its name.
        topic: The topic.
        waiting: Events that it does not have yet.
        attempts: Failed deliveries of the next one.
        error_code: Of the last failed delivery; None where the last one went well.
        retry_at: The next attempt comes not before.
    """

    subscriber: str
    topic: str
    waiting: int
    attempts: int
    error_code: str | None
    retry_at: datetime | None
