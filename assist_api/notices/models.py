"""Table of outage notices."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UTCDateTime


class Notice(Base):
    """An outage or maintenance notice for one area; agents see it first when a caller is from there."""

    __tablename__ = "notices"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    area: Mapped[str] = mapped_column(String(100))
    """Street, estate or district as callers name it."""
    sector: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(String(500))
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When it ends, or ended; None while nobody knows."""
    order_id: Mapped[UUID | None]
    """Work order that gathers the reports of this outage; None for a notice that was written by hand."""
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    created_by_name: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (Index("ix_notices_starts_at_id", "starts_at", "id"),)
