"""Tables of customers: accounts with telephones, premises and meters, calls bound to them, and who read a file."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kit.db import Base, UTCDateTime


class Customer(Base):
    """One account (户) of a utility; a person with power and heating has two."""

    __tablename__ = "customers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_number: Mapped[str] = mapped_column(String(32), unique=True)
    """Digits and letters as the business system writes them."""
    name: Mapped[str] = mapped_column(String(100), index=True)
    sector: Mapped[str] = mapped_column(String(16))
    customer_class: Mapped[str] = mapped_column(String(16))
    class_reason: Mapped[str] = mapped_column(String(200))
    class_until: Mapped[date | None]
    """Last day of the class; None while it has no end."""
    agent_account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    """The agent who looks after this customer."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    phones: Mapped[list[CustomerPhone]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="CustomerPhone.number"
    )
    premises: Mapped[list[Premise]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="Premise.address"
    )


class CustomerPhone(Base):
    """A telephone number under which a customer calls."""

    __tablename__ = "customer_phones"

    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[str] = mapped_column(String(20), primary_key=True, index=True)
    """Digits only, without the country code of China."""
    label: Mapped[str] = mapped_column(String(32))


class Premise(Base):
    """A place that is supplied."""

    __tablename__ = "premises"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)
    address: Mapped[str] = mapped_column(String(200))
    area: Mapped[str] = mapped_column(String(100))
    """District or street by which orders are dispatched."""
    area_class: Mapped[str] = mapped_column(String(16))
    """`urban`, `rural` or `remote`; time limits differ by it."""
    meters: Mapped[list[Meter]] = relationship(cascade="all, delete-orphan", lazy="selectin", order_by="Meter.number")


class Meter(Base):
    """A meter at a place."""

    __tablename__ = "meters"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    premise_id: Mapped[UUID] = mapped_column(ForeignKey("premises.id", ondelete="CASCADE"), index=True)
    number: Mapped[str] = mapped_column(String(32), index=True)


class CustomerCall(Base):
    """A call that was bound to a customer, by the caller's number or by an agent afterwards."""

    __tablename__ = "customer_calls"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)
    bound_at: Mapped[datetime] = mapped_column(UTCDateTime)


class CustomerFileRead(Base):
    """When an account last had an audit entry for reading a file; further reads within the hour add none."""

    __tablename__ = "customer_file_reads"

    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
