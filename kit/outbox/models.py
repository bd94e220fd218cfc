"""Tables of the outbox: its topics, their events, who reads them, and what a reader could not take."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from pydantic import JsonValue
from sqlalchemy import JSON, BigInteger, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UTCDateTime


class OutboxTopicRow(Base):
    """One topic. Its row is the lock that gives positions in the order of the commits."""

    __tablename__ = "outbox_topics"

    topic: Mapped[str] = mapped_column(String(64), primary_key=True)
    # Of the newest event; without gaps, counted from 1.
    last_position: Mapped[int] = mapped_column(BigInteger)


class OutboxEventRow(Base):
    """One event; kept until every durable subscriber has it, and for a while after."""

    __tablename__ = "outbox_events"
    __table_args__ = (
        UniqueConstraint("topic", "position"),
        Index("ix_outbox_events_created_at", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    topic: Mapped[str] = mapped_column(String(64))
    # Given right before the commit; an event without one is in a transaction that has not ended.
    position: Mapped[int | None] = mapped_column(BigInteger)
    key: Mapped[str] = mapped_column(String(200))
    payload: Mapped[dict[str, JsonValue]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class OutboxSubscriptionRow(Base):
    """How far a durable subscriber is in a topic, and which process delivers to it."""

    __tablename__ = "outbox_subscriptions"

    subscriber: Mapped[str] = mapped_column(String(64), primary_key=True)
    topic: Mapped[str] = mapped_column(String(64), primary_key=True)
    # Of the last event that it has, or that is parked.
    position: Mapped[int] = mapped_column(BigInteger)
    # At the event after that one.
    attempts: Mapped[int]
    retry_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    error_code: Mapped[str | None] = mapped_column(String(64))
    lease_owner: Mapped[str | None] = mapped_column(String(100))
    lease_expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Fencing token, as of a job.
    fence: Mapped[int]
    # When a process last asked for its events; a subscriber that nobody has any more holds nothing back.
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)


class OutboxParkedRow(Base):
    """An event that a subscriber could not take; later ones went past it. It waits for a person."""

    __tablename__ = "outbox_parked"
    __table_args__ = (Index("ix_outbox_parked_parked_at_id", "parked_at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    subscriber: Mapped[str] = mapped_column(String(64))
    event_id: Mapped[UUID]
    topic: Mapped[str] = mapped_column(String(64))
    position: Mapped[int] = mapped_column(BigInteger)
    key: Mapped[str] = mapped_column(String(200))
    payload: Mapped[dict[str, JsonValue]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    attempts: Mapped[int]
    error_code: Mapped[str] = mapped_column(String(64))
    parked_at: Mapped[datetime] = mapped_column(UTCDateTime)
