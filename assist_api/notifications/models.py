"""Table of notifications."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UTCDateTime


class Notification(Base):
    """One notice to one person. A notice to a role is one row for each person who holds the role at that time."""

    __tablename__ = "notifications"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    recipient_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(64))
    parameters: Mapped[dict[str, str | int | bool | None]] = mapped_column(JSON)
    """Values for the text of the kind, which the page has in each language."""
    object_kind: Mapped[str] = mapped_column(String(32))
    object_id: Mapped[str] = mapped_column(String(100))
    dedup_key: Mapped[str] = mapped_column(String(200))
    """A second notice with the same key does not reach the same person."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (
        UniqueConstraint("recipient_id", "dedup_key", name="uq_notifications_recipient_id_dedup_key"),
        Index("ix_notifications_recipient_id_created_at_id", "recipient_id", "created_at", "id"),
        Index("ix_notifications_recipient_id_read_at", "recipient_id", "read_at"),
    )
