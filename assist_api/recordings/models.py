"""Tables of recordings of telephone calls and of legal holds."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UTCDateTime


class CallRecording(Base):
    """What became of the recording of a telephone call."""

    __tablename__ = "call_recordings"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    """`joined`, `cut_short` (joined, but sound breaks off), `missing` (the exchange has no file of the call), `none` (a
    call without sound and without an agent) or `deleted` (by the retention policy)."""
    legs: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """One for each file of the exchange: name, role, place in the call, what is missing of it, and SHA-256."""
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the playable file; empty without one."""
    duration_ms: Mapped[int] = mapped_column(Integer)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class RecordingHold(Base):
    """A legal hold: the audio of the call stays, whatever the retention policy says."""

    __tablename__ = "recording_holds"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(200))
    placed_by: Mapped[str] = mapped_column(String(100))
    """Display name of the person at that time."""
    placed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ReconciledDay(Base):
    """A day of calls, compared with what the exchanges recorded of it."""

    __tablename__ = "reconciled_days"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    """In the time zone of the installation."""
    compared_at: Mapped[datetime] = mapped_column(UTCDateTime)
    has_records: Mapped[bool] = mapped_column(Boolean)
    """Whether an exchange's records could be read; without them calls that we never saw stay unknown."""
    records: Mapped[int] = mapped_column(Integer)
    calls: Mapped[int] = mapped_column(Integer)
    joined: Mapped[int] = mapped_column(Integer)
    transcribed: Mapped[int] = mapped_column(Integer)
    reasons: Mapped[dict[str, int]] = mapped_column(JSON)
    """Number of gaps by reason; every gap is in it."""
    gaps: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """The first 500, oldest first."""


class StoredRecording(Base):
    """Where the audio of a call lies that has left this machine for the store."""

    __tablename__ = "stored_recordings"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    files: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """Name, bytes and SHA-256 of each file."""
    stored_at: Mapped[datetime] = mapped_column(UTCDateTime)
