"""Tables of webhooks: who is told of events, and what was sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UTCDateTime


class Webhook(Base):
    """An address of a third party that is told of events."""

    __tablename__ = "webhooks"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    url: Mapped[str] = mapped_column(String(500))
    secret: Mapped[str] = mapped_column(String(64))
    """`whsec_` and 32 random bytes in base64; whoever signs needs it, so it cannot be a hash."""
    old_secret: Mapped[str | None] = mapped_column(String(64))
    """The secret before, which signs besides until `old_secret_until`."""
    old_secret_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    event_types: Mapped[list[str]] = mapped_column(JSON)
    wants_caller_data: Mapped[bool]
    """Whether it is sent names, numbers and words of callers; the policy must allow it for the host as well."""
    is_active: Mapped[bool]
    created_by_name: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    def overlaps_at(self, now: datetime) -> bool:
        """Tell whether the secret before still signs besides."""
        return self.old_secret is not None and self.old_secret_until is not None and now < self.old_secret_until

    def secrets_at(self, now: datetime) -> list[str]:
        """Return the secrets that sign at a moment, the newest first."""
        old = [self.old_secret] if self.old_secret is not None and self.overlaps_at(now) else []
        return [self.secret, *old]


class WebhookDelivery(Base):
    """One event for one webhook; the receiver knows it by `event_id`, however often it is sent."""

    __tablename__ = "webhook_deliveries"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    event_id: Mapped[UUID]
    event_type: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[UUID]
    """The work order that the event is about."""
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Of the event; caller data is added when it is sent, and never kept here."""
    occurred_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int]
    status_code: Mapped[int | None]
    error_code: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (
        UniqueConstraint("webhook_id", "event_id", name="uq_webhook_deliveries_webhook_id_event_id"),
        Index("ix_webhook_deliveries_created_at_id", "created_at", "id"),
        Index("ix_webhook_deliveries_state_created_at_id", "state", "created_at", "id"),
    )
