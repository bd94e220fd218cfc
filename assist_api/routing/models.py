"""Tables of routing: versions of the book, and where each call was sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UTCDateTime


class RoutingVersion(Base):
    """One version of the routing book; of those that the exchange took, the highest number is in force."""

    __tablename__ = "routing_versions"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 1, without gaps."""
    value: Mapped[dict[str, Any]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(String(500))
    author_id: Mapped[UUID | None]
    author_name: Mapped[str] = mapped_column(String(100))
    since: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[str] = mapped_column(String(16))
    """`applying`, `applied`, `saved` (no exchange here), or `refused`."""
    problem: Mapped[str] = mapped_column(String(500))
    """Why the exchange refused it; empty otherwise."""


class RoutedCall(Base):
    """Where a call was sent and why; kept without the caller's number."""

    __tablename__ = "routed_calls"
    __table_args__ = (Index("ix_routed_calls_at_call_id", "at", "call_id"),)

    call_id: Mapped[UUID] = mapped_column(primary_key=True)
    """Not a foreign key: a call is routed before it is known."""
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    dialled: Mapped[str] = mapped_column(String(40))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What was known, for replays; of the caller's number only its area."""
    queue: Mapped[str | None] = mapped_column(String(40))
    agent: Mapped[str | None] = mapped_column(String(40))
    head_start_seconds: Mapped[int]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    version: Mapped[int]
    """Of the book; 0 before anybody wrote one."""
