"""Cursors keep how far a receiver has read a topic: durable ones in the database, volatile ones in memory."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

import structlog

from kit.clock import Clock
from kit.db import Database
from kit.errors import AssistError, DependencyError
from kit.metrics import counter
from kit.outbox.repository import OutboxRepository, Place
from kit.outbox.schemas import OutboxEvent, Subscriber

LEASE_MARGIN = timedelta(seconds=10)
"""What a lease lasts beyond the time of one delivery."""
UNEXPECTED = "unexpected"
TIMEOUT = "timeout"

PARKED = counter("outbox_parked_total", "Events that a subscriber could not take", ("subscriber",))

log = structlog.get_logger(__name__)


class Cursor(Protocol):
    """The place of one receiver in one topic."""

    async def open(self) -> int | None:
        """Return the position of the last event that the receiver has; None where it is not this one's turn now."""
        ...

    async def advance(self, position: int) -> bool:
        """Note that the receiver has the event at this position; False where another process took over."""
        ...

    async def fail(self, event: OutboxEvent, error: Exception) -> None:
        """Note a failed delivery: the event is tried again after a pause, or parked. Closes the cursor."""
        ...

    async def close(self) -> None:
        """Let others take the place."""
        ...


class DurableCursor:
    """A place in the database, for one process at a time."""

    def __init__(self, subscriber: Subscriber, topic: str, database: Database, clock: Clock, owner: str) -> None:
        self._subscriber = subscriber
        self._topic = topic
        self._database = database
        self._clock = clock
        self._owner = owner
        self._lasts = subscriber.timeout + LEASE_MARGIN
        self._place: Place | None = None
        self._attempts = 0

    async def open(self) -> int | None:
        """Take the place, unless another process has it or the next attempt is not due."""
        now = self._clock.now()
        async with self._database.session() as session:
            outbox = OutboxRepository(session)
            row = await outbox.find_subscription(self._subscriber.name, self._topic)
            if row is None or (row.retry_at is not None and row.retry_at > now):
                return None
            place = Place(row.subscriber, row.topic, row.fence)
            if not await outbox.take(place, self._owner, now, now + self._lasts):
                return None
            # Read again under the lock of the row: the process that had it may just have advanced.
            row = await outbox.find_subscription(self._subscriber.name, self._topic)
            if row is None:
                return None
            self._attempts = row.attempts
            position = row.position
        self._place = Place(place.subscriber, place.topic, place.fence + 1)
        return position

    async def advance(self, position: int) -> bool:
        """Note it in the database, if no other process took the place."""
        async with self._database.session() as session:
            until = self._clock.now() + self._lasts
            is_held = await OutboxRepository(session).advance(self._held, position, until)
        if is_held:
            self._attempts = 0
        else:
            self._place = None
        return is_held

    async def fail(self, event: OutboxEvent, error: Exception) -> None:
        """Note it in the database, if no other process took the place."""
        attempts, code, now = self._attempts + 1, code_of(error), self._clock.now()
        place = self._held
        is_parked = is_final(error, attempts, self._subscriber)
        async with self._database.session() as session:
            outbox = OutboxRepository(session)
            if is_parked:
                is_held = await outbox.advance(place, event.position, now) and await outbox.free(place)
                if is_held:
                    await outbox.park(self._subscriber.name, event, attempts, code, now)
            else:
                is_held = await outbox.note_failure(place, attempts, code, now + self._subscriber.pause_after(attempts))
        self._place = None
        if is_held and is_parked:
            PARKED.labels(self._subscriber.name).inc()
            log.error("outbox_event_parked", subscriber=self._subscriber.name, event_id=str(event.id), code=code)

    async def close(self) -> None:
        """Free the place, if it is still this process's."""
        place, self._place = self._place, None
        if place is not None:
            async with self._database.session() as session:
                await OutboxRepository(session).free(place)

    @property
    def _held(self) -> Place:
        if self._place is None:
            raise RuntimeError("the cursor is closed")
        return self._place


class VolatileCursor:
    """A place in memory, of this process alone."""

    def __init__(self, follower: Subscriber, position: int, clock: Clock) -> None:
        self._follower = follower
        self._clock = clock
        self._attempts = 0
        self._retry_at = 0.0
        self.position = position

    async def open(self) -> int | None:
        """Return the place, unless the next attempt is not due."""
        is_pausing = self._attempts > 0 and self._clock.monotonic() < self._retry_at
        return None if is_pausing else self.position

    async def advance(self, position: int) -> bool:
        """Move on."""
        self.position = position
        self._attempts = 0
        return True

    async def fail(self, event: OutboxEvent, error: Exception) -> None:
        """Pause, or leave the event out."""
        self._attempts += 1
        if is_final(error, self._attempts, self._follower):
            PARKED.labels(self._follower.name).inc()
            log.error("outbox_event_left_out", follower=self._follower.name, event_id=str(event.id))
            await self.advance(event.position)
        else:
            self._retry_at = self._clock.monotonic() + self._follower.pause_after(self._attempts).total_seconds()

    async def close(self) -> None:
        """Nobody else waits for it."""


def is_final(error: Exception, attempts: int, subscriber: Subscriber) -> bool:
    """Whether an event that failed so often is given up: never for a dependency that will be there again."""
    is_away = isinstance(error, DependencyError) and error.retryable
    return not is_away and attempts >= subscriber.max_attempts


def code_of(error: Exception) -> str:
    """Return the code that is kept of an error."""
    if isinstance(error, AssistError):
        return error.error_code[:64]
    return TIMEOUT if isinstance(error, TimeoutError) else UNEXPECTED
