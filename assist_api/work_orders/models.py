"""Tables of work orders: the order, its event log, photos, links for crews, and the count of numbers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UTCDateTime

_HAS_LIMIT = text("due_at IS NOT NULL")


class WorkOrder(Base):
    """A work order. Its event log is the truth; `state`, `urges`, `unit_id` and `due_at` follow from it, for lists."""

    __tablename__ = "work_orders"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(16), unique=True)
    state: Mapped[str] = mapped_column(String(16))
    business_type: Mapped[str] = mapped_column(String(16))
    category_id: Mapped[str | None] = mapped_column(String(97))
    sector: Mapped[str] = mapped_column(String(16))
    area: Mapped[str] = mapped_column(String(100))
    area_code: Mapped[str] = mapped_column(String(32), server_default=text("''"))
    """Of the smallest place of the address tree that the address names; empty where none fits."""
    area_class: Mapped[str] = mapped_column(String(16))
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customers.id", ondelete="SET NULL"))
    call_id: Mapped[UUID | None] = mapped_column(ForeignKey("calls.id", ondelete="SET NULL"), index=True)
    contact_name: Mapped[str] = mapped_column(String(100))
    contact_phone: Mapped[str] = mapped_column(String(20), index=True)
    address: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text)
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Values of the business type besides, such as the meter reading; `evidence` names the utterances."""
    responsible_unit_id: Mapped[UUID | None]
    """Of a complaint: the department that it is about. Nobody of it reviews or closes the order."""
    unit_id: Mapped[UUID | None]
    """Unit that the order was dispatched to."""
    origin_unit_id: Mapped[UUID | None]
    """Unit of the account that took the order."""
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    created_by_name: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When the next limit is reached if nothing changes; None while no clock runs."""
    appointment_starts_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    """When the caller expects the crew; None without an appointment."""
    appointment_ends_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    appointment_area: Mapped[str] = mapped_column(String(100), server_default=text("''"))
    """Area of the rule whose capacity the appointment uses; empty for a rule of every area."""
    overdue_told_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When the supervisors were last told that a limit had passed; a later limit is told again."""
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("work_orders.id"), index=True)
    """Order that this one was merged into."""
    urges: Mapped[int]
    last_seq: Mapped[int]
    idempotency_key: Mapped[str] = mapped_column(String(64))
    external_reference: Mapped[str | None] = mapped_column(String(64))
    acknowledged_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (
        UniqueConstraint("created_by", "idempotency_key", name="uq_work_orders_created_by_idempotency_key"),
        Index("ix_work_orders_created_at_id", "created_at", "id"),
        Index("ix_work_orders_state_created_at_id", "state", "created_at", "id"),
        Index("ix_work_orders_business_type_created_at_id", "business_type", "created_at", "id"),
        Index("ix_work_orders_unit_id_created_at_id", "unit_id", "created_at", "id"),
        Index("ix_work_orders_customer_id_created_at", "customer_id", "created_at"),
        # Few orders have a running clock; SQLite prefers the index by creation to one that holds the others too.
        Index("ix_work_orders_due_at", "due_at", sqlite_where=_HAS_LIMIT, postgresql_where=_HAS_LIMIT),
    )


class WorkOrderEventRow(Base):
    """One event of an order; appended, never changed."""

    __tablename__ = "work_order_events"

    order_id: Mapped[UUID] = mapped_column(ForeignKey("work_orders.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    action: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor_id: Mapped[UUID | None]
    """None for a crew, a program or the business system."""
    actor_name: Mapped[str] = mapped_column(String(64))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)


class WorkOrderPhoto(Base):
    """A photo that a crew sent; the file lies in `<data_dir>/work-orders/`."""

    __tablename__ = "work_order_photos"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("work_orders.id", ondelete="CASCADE"), index=True)
    media_type: Mapped[str] = mapped_column(String(32))
    size_bytes: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class CrewLink(Base):
    """A link by which a crew works on one order; the token itself is only in the message to the crew."""

    __tablename__ = "crew_links"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("work_orders.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    signing_key: Mapped[str] = mapped_column(String(64))
    """Random, hexadecimal, of this link: a new link for the order makes older ones worthless."""


class WorkOrderCount(Base):
    """How many numbers a day has given away."""

    __tablename__ = "work_order_counts"

    day: Mapped[date] = mapped_column(primary_key=True)
    given: Mapped[int]
