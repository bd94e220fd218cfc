"""Every statement about the outbox. The same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Delete, Update, delete, func, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from kit.db_insert import insert_into
from kit.outbox.models import OutboxEventRow, OutboxParkedRow, OutboxSubscriptionRow, OutboxTopicRow
from kit.outbox.schemas import OutboxEvent
from kit.paging import PagePlace, is_after


@dataclass(frozen=True, slots=True)
class Place:
    """The right of one process to deliver a topic to a subscriber, until another process takes it.

    Attributes:
        subscriber: Its name.
        topic: The topic.
        fence: Fencing token: what is written under an older one is refused.
    """

    subscriber: str
    topic: str
    fence: int


def reserve_positions(session: Session, topic: str, count: int) -> int:
    """Return the position before `count` new ones of a topic.

    The topic's row stays locked until the transaction ends, so that positions come in the order of the commits: a
    reader that has seen a position will never see a lower one appear.
    """
    statement = insert_into(session, OutboxTopicRow).values(topic=topic, last_position=count)
    raised = statement.on_conflict_do_update(
        index_elements=["topic"], set_={"last_position": OutboxTopicRow.last_position + count}
    )
    return session.execute(raised.returning(OutboxTopicRow.last_position)).scalar_one() - count


class OutboxRepository:
    """Statements on the tables of the outbox in the caller's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def heads(self) -> Mapping[str, int]:
        """Return the newest position of each topic that has events."""
        rows = await self.session.execute(select(OutboxTopicRow.topic, OutboxTopicRow.last_position))
        return dict(rows.all())

    async def events_after(self, topic: str, position: int, limit: int) -> list[OutboxEvent]:
        """Return committed events of a topic behind a position, in order."""
        statement = select(OutboxEventRow).where(OutboxEventRow.topic == topic, OutboxEventRow.position > position)
        rows = await self.session.scalars(statement.order_by(OutboxEventRow.position).limit(limit))
        return [
            OutboxEvent(row.id, row.topic, row.position, row.key, row.payload, row.created_at)
            for row in rows
            if row.position is not None
        ]

    async def prune(self, created_before: datetime) -> int:
        """Delete events of before that every durable subscriber of their topic has; return how many."""
        waits = select(OutboxSubscriptionRow.topic).where(
            OutboxSubscriptionRow.topic == OutboxEventRow.topic,
            OutboxSubscriptionRow.position < OutboxEventRow.position,
        )
        statement = delete(OutboxEventRow).where(
            OutboxEventRow.position.is_not(None), OutboxEventRow.created_at < created_before, ~waits.exists()
        )
        return await self._changed(statement)

    # ---- subscribers --------------------------------------------------------------------------------------------

    async def register(self, subscriber: str, topic: str, now: datetime) -> None:
        """Give a new subscriber its place at the newest event; note that a known one is still there."""
        heads = await self.heads()
        statement = insert_into(self.session, OutboxSubscriptionRow).values(
            subscriber=subscriber, topic=topic, position=heads.get(topic, 0), attempts=0, fence=0, seen_at=now
        )
        await self.session.execute(
            statement.on_conflict_do_update(index_elements=["subscriber", "topic"], set_={"seen_at": now})
        )

    async def forget_unseen(self, seen_before: datetime) -> int:
        """Delete the places of subscribers that no process has had since; return how many."""
        statement = delete(OutboxSubscriptionRow).where(OutboxSubscriptionRow.seen_at < seen_before)
        return await self._changed(statement)

    async def subscriptions(self) -> Sequence[OutboxSubscriptionRow]:
        """Return the place of every durable subscriber, as the database has it now."""
        statement = select(OutboxSubscriptionRow).execution_options(populate_existing=True)
        return (await self.session.scalars(statement)).all()

    async def find_subscription(self, subscriber: str, topic: str) -> OutboxSubscriptionRow | None:
        """Return the place of a subscriber in a topic, as the database has it now."""
        return await self.session.get(OutboxSubscriptionRow, (subscriber, topic), populate_existing=True)

    async def take(self, place: Place, owner: str, now: datetime, until: datetime) -> bool:
        """Give a place to a process, under the fence that follows the one in `place`; False where it was not free."""
        statement = _held(place).where(
            or_(
                OutboxSubscriptionRow.lease_owner.is_(None),
                OutboxSubscriptionRow.lease_owner == owner,
                OutboxSubscriptionRow.lease_expires_at <= now,
            )
        )
        values = {"lease_owner": owner, "lease_expires_at": until, "fence": place.fence + 1, "seen_at": now}
        return await self._changed(statement.values(**values)) == 1

    async def advance(self, place: Place, position: int, until: datetime) -> bool:
        """Note that the subscriber has the event at `position`, and lengthen the lease; False where it is lost."""
        values = {"position": position, "attempts": 0, "retry_at": None, "error_code": None, "lease_expires_at": until}
        return await self._changed(_held(place).values(**values)) == 1

    async def note_failure(self, place: Place, attempts: int, code: str, retry_at: datetime) -> bool:
        """Note a failed delivery and free the place; False where it was lost."""
        values = {"attempts": attempts, "error_code": code, "retry_at": retry_at, **_FREE}
        return await self._changed(_held(place).values(**values)) == 1

    async def free(self, place: Place) -> bool:
        """Let any process take the place; False where it was lost."""
        return await self._changed(_held(place).values(**_FREE)) == 1

    # ---- parked events ------------------------------------------------------------------------------------------

    async def park(self, subscriber: str, event: OutboxEvent, attempts: int, code: str, now: datetime) -> None:
        """Keep an event for a person to look at."""
        self.session.add(
            OutboxParkedRow(
                subscriber=subscriber,
                event_id=event.id,
                topic=event.topic,
                position=event.position,
                key=event.key,
                payload=dict(event.payload),
                created_at=event.created_at,
                attempts=attempts,
                error_code=code,
                parked_at=now,
            )
        )
        await self.session.flush()

    async def parked(self, after: PagePlace | None, limit: int) -> Sequence[OutboxParkedRow]:
        """Return parked events, newest first."""
        statement = select(OutboxParkedRow).order_by(OutboxParkedRow.parked_at.desc(), OutboxParkedRow.id.desc())
        if after is not None:
            statement = statement.where(is_after(after, OutboxParkedRow.parked_at, OutboxParkedRow.id))
        return (await self.session.scalars(statement.limit(limit))).all()

    async def parked_count(self) -> int:
        """Return how many events are parked."""
        return await self.session.scalar(select(func.count()).select_from(OutboxParkedRow)) or 0

    async def find_parked(self, parked_id: UUID) -> OutboxParkedRow | None:
        """Return a parked event."""
        return await self.session.get(OutboxParkedRow, parked_id)

    async def drop_parked(self, parked_id: UUID) -> bool:
        """Delete a parked event; False where there is none."""
        return await self._changed(delete(OutboxParkedRow).where(OutboxParkedRow.id == parked_id)) == 1

    async def _changed(self, statement: Update | Delete) -> int:
        result = await self.session.execute(statement, execution_options={"synchronize_session": False})
        return result.rowcount if isinstance(result, CursorResult) else 0


_FREE = {"lease_owner": None, "lease_expires_at": None}


def _held(place: Place) -> Update:
    return update(OutboxSubscriptionRow).where(
        OutboxSubscriptionRow.subscriber == place.subscriber,
        OutboxSubscriptionRow.topic == place.topic,
        OutboxSubscriptionRow.fence == place.fence,
    )
