"""Tables of comments on entries and of who follows an entry."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UTCDateTime


class EntryComment(Base):
    """What somebody wrote about an entry, for those who look after it and those who use it."""

    __tablename__ = "entry_comments"
    __table_args__ = (Index("ix_entry_comments_entry_id_created_at", "entry_id", "created_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"))
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    author_name: Mapped[str] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(Text)
    """De-identified: an agent may quote a caller."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class EntrySubscription(Base):
    """An account is told of new texts of an entry and of comments on it."""

    __tablename__ = "entry_subscriptions"

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    since: Mapped[datetime] = mapped_column(UTCDateTime)
