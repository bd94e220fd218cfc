"""Delivers the events of the outbox to the receivers of this process, beside any number of other processes."""

from __future__ import annotations

import asyncio
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import Clock
from kit.db import Database
from kit.errors import NotFoundError
from kit.logging import told_by
from kit.outbox.cursors import Cursor, DurableCursor, VolatileCursor
from kit.outbox.models import OutboxParkedRow
from kit.outbox.outbox import Outbox
from kit.outbox.repository import OutboxRepository
from kit.outbox.schemas import OutboxEvent, ParkedEvent, ParkedPage, Subscriber, SubscriptionState
from kit.paging import check_page_size, cut_page, decode_cursor
from kit.periodic import Loop, WakeUp, run_and_log
from kit.tasks import TaskSupervisor

POLL_SECONDS = 1.0
"""How often is looked for events that another process committed or left."""
BATCH = 100
"""Events read at once."""
KEPT = timedelta(days=7)
"""How long events stay that everybody has: for people who look into what happened."""
FORGOTTEN_AFTER = timedelta(days=30)
"""A subscriber that no process had for so long was removed from the product, and holds back no pruning."""
PRUNE_SECONDS = 3600.0

log = structlog.get_logger(__name__)


@dataclass(eq=False, slots=True)
class _Feed:
    """One topic for one receiver."""

    receiver: Subscriber
    topic: str
    cursor: Cursor
    delivering: asyncio.Task[int] | None = field(default=None)

    @property
    def is_busy(self) -> bool:
        return self.delivering is not None and not self.delivering.done()


class OutboxRunner:
    """Owner of the deliveries of this process."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        outbox: Outbox,
        *,
        poll_seconds: float = POLL_SECONDS,
        owner: str | None = None,
    ) -> None:
        """Keep the parts; nothing runs yet.

        Args:
            database: Shared with the other processes.
            clock: Its wall time decides about leases: machines that share a database keep theirs within a few seconds.
            outbox: Knows the receivers, and tells of commits of this process.
            poll_seconds: Pause between two looks at the database.
            owner: Names this process among the others; made up by default.
        """
        self._database = database
        self._clock = clock
        self._outbox = outbox
        self._poll_seconds = poll_seconds
        self._owner = owner or f"{platform.node()[:40]}:{os.getpid()}:{uuid4().hex[:8]}"
        self._tasks = TaskSupervisor("outbox")
        self._wake_up = WakeUp(clock)
        self._durable: tuple[_Feed, ...] = ()
        self._volatile: tuple[_Feed, ...] = ()
        self._is_prepared = False
        outbox.listen(self._wake_up.wake)

    @property
    def loops(self) -> tuple[Loop, ...]:
        """Periodic work beside the deliveries: events that everybody has are deleted after their time."""
        return (Loop("outbox-pruning", PRUNE_SECONDS, self.prune, is_due_at_start=True),)

    async def prepare(self) -> None:
        """Give each receiver its place, if that was not done; what is committed from now on reaches followers."""
        async with self._database.session() as session:
            heads = await self._register(session)
        self._durable = tuple(
            _Feed(one, topic, DurableCursor(one, topic, self._database, self._clock, self._owner))
            for one in self._outbox.subscribers
            for topic in one.topics
        )
        self._volatile = tuple(
            _Feed(one, topic, VolatileCursor(one, heads.get(topic, 0), self._clock))
            for one in self._outbox.followers
            for topic in one.topics
        )
        self._is_prepared = True

    async def _register(self, session: AsyncSession) -> dict[str, int]:
        outbox, now = OutboxRepository(session), self._clock.now()
        for one in self._outbox.subscribers:
            for topic in one.topics:
                await outbox.register(one.name, topic, now)
        return dict(await outbox.heads())

    async def start(self) -> None:
        """Give each receiver its place and deliver in the background until `aclose`.

        Raises:
            DatabaseUnreachableError: The places cannot be read or written.
        """
        if not self._is_prepared:
            await self.prepare()
        self._tasks.start(self._deliver_forever(), name="watching")

    async def deliver_due(self) -> int:
        """Deliver what is due now and return how many events that were: for commands and tests."""
        count = 0
        while started := await self._look():
            count += sum(await asyncio.gather(*started))
        return count

    async def aclose(self) -> None:
        """Stop; a delivery that is cut off comes again. Safe to call twice."""
        await self._tasks.aclose()

    async def _deliver_forever(self) -> None:
        async def look() -> None:
            await self._look()

        while True:
            await run_and_log("outbox", look)
            await self._wake_up.wait(self._poll_seconds)

    async def _look(self) -> list[asyncio.Task[int]]:
        """Start a delivery for each feed that has events, and return the ones started."""
        async with self._database.session() as session:
            outbox = OutboxRepository(session)
            heads = await outbox.heads()
            rows = {(row.subscriber, row.topic): row for row in await outbox.subscriptions()} if self._durable else {}
        now, due = self._clock.now(), []
        for feed in self._durable:
            row = rows.get((feed.receiver.name, feed.topic))
            if row is None or row.position >= heads.get(feed.topic, 0):
                continue
            is_taken = row.lease_owner not in (None, self._owner) and (row.lease_expires_at or now) > now
            if not is_taken and (row.retry_at is None or row.retry_at <= now):
                due.append(feed)
        for feed in self._volatile:
            position = await feed.cursor.open()
            if position is not None and position < heads.get(feed.topic, 0):
                due.append(feed)
        return [self._begin(feed) for feed in due if not feed.is_busy]

    def _begin(self, feed: _Feed) -> asyncio.Task[int]:
        feed.delivering = task = self._tasks.start(self._deliver(feed), name=f"{feed.receiver.name}.{feed.topic}")
        return task

    async def _deliver(self, feed: _Feed) -> int:
        """Deliver until nothing is left, a delivery fails or another process takes over; return how many events."""
        count = 0
        try:
            position = await feed.cursor.open()
            while position is not None and (events := await self._read(feed.topic, position)):
                if events[0].position > position + 1:
                    log.warning("outbox_events_missed", receiver=feed.receiver.name, topic=feed.topic)
                for event in events:
                    if not await self._hand_over(feed, event):
                        return count
                    count += 1
                    position = event.position
            await feed.cursor.close()
            if count:
                # For what was committed while the last event was delivered.
                self._wake_up.wake()
        except Exception as error:  # noqa: BLE001  # rejected: a database that is away for a moment ends no deliveries
            log.warning("outbox_delivery_stopped", receiver=feed.receiver.name, topic=feed.topic, **told_by(error))
        return count

    async def _read(self, topic: str, position: int) -> list[OutboxEvent]:
        async with self._database.session() as session:
            return await OutboxRepository(session).events_after(topic, position, BATCH)

    async def _hand_over(self, feed: _Feed, event: OutboxEvent) -> bool:
        """Deliver one event; False where the feed must stop for now."""
        try:
            async with asyncio.timeout(feed.receiver.timeout.total_seconds()):
                await feed.receiver.handle(event)
        except Exception as error:  # noqa: BLE001  # rejected: whatever a receiver raises, the event is tried again
            fields = {"receiver": feed.receiver.name, "topic": feed.topic, "event_id": str(event.id)}
            log.warning("outbox_delivery_failed", **fields, **told_by(error))
            await feed.cursor.fail(event, error)
            return False
        return await feed.cursor.advance(event.position)

    # ---- what people look at ------------------------------------------------------------------------------------

    async def states(self, session: AsyncSession) -> Sequence[SubscriptionState]:
        """Return how far each durable subscriber is, those that people removed from the product included."""
        outbox = OutboxRepository(session)
        heads = await outbox.heads()
        return [
            SubscriptionState(
                row.subscriber,
                row.topic,
                waiting=max(0, heads.get(row.topic, 0) - row.position),
                attempts=row.attempts,
                error_code=row.error_code,
                retry_at=row.retry_at,
            )
            for row in await outbox.subscriptions()
        ]

    async def parked(self, session: AsyncSession, *, cursor: str | None = None, limit: int = 50) -> ParkedPage:
        """Return parked events, newest first.

        Raises:
            InvalidInputError: The cursor or the page size cannot be used.
        """
        check_page_size(limit)
        rows = await OutboxRepository(session).parked(decode_cursor(cursor), limit + 1)
        shown, next_cursor = cut_page(rows, limit, lambda row: (row.parked_at, row.id))
        return ParkedPage(items=[ParkedEvent.model_validate(row) for row in shown], next_cursor=next_cursor)

    async def parked_count(self, session: AsyncSession) -> int:
        """Return how many events are parked."""
        return await OutboxRepository(session).parked_count()

    async def deliver_parked(self, parked_id: UUID) -> None:
        """Deliver a parked event once more, out of its order; what the receiver raises is raised, and it stays parked.

        Raises:
            NotFoundError: `parked_event_not_found`, or nobody here receives for its subscriber.
        """
        async with self._database.session() as session:
            row = await OutboxRepository(session).find_parked(parked_id)
        receiver = None if row is None else self._receiver(row)
        if row is None or receiver is None:
            raise _not_parked()
        event = OutboxEvent(row.event_id, row.topic, row.position, row.key, row.payload, row.created_at)
        async with asyncio.timeout(receiver.timeout.total_seconds()):
            await receiver.handle(event)
        async with self._database.session() as session:
            await OutboxRepository(session).drop_parked(parked_id)

    async def drop_parked(self, session: AsyncSession, parked_id: UUID) -> None:
        """Forget a parked event.

        Raises:
            NotFoundError: `parked_event_not_found`.
        """
        if not await OutboxRepository(session).drop_parked(parked_id):
            raise _not_parked()

    def _receiver(self, row: OutboxParkedRow) -> Subscriber | None:
        return next((one for one in self._outbox.subscribers if one.name == row.subscriber), None)

    async def prune(self) -> None:
        """Delete events that everybody has after their time, and the places of subscribers that are no more."""
        now = self._clock.now()
        async with self._database.session() as session:
            await self._register(session)
            outbox = OutboxRepository(session)
            forgotten, pruned = await outbox.forget_unseen(now - FORGOTTEN_AFTER), await outbox.prune(now - KEPT)
        if forgotten or pruned:
            log.info("outbox_pruned", events=pruned, subscriptions=forgotten)


def _not_parked() -> NotFoundError:
    return NotFoundError("There is no such parked event here.", code="parked_event_not_found")
