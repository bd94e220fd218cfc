"""Table of the calls with which the server tries itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UTCDateTime

MAKE = "self_call.make"
"""Kind of the job that makes a call."""


class SelfCallRow(Base):
    """One call that the server made to itself, and how far it came."""

    __tablename__ = "self_calls"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    began_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    ended_at: Mapped[datetime] = mapped_column(UTCDateTime)
    failed_step: Mapped[str | None] = mapped_column(String(16))
    """Where it failed; None when everything went well."""
    detail: Mapped[str] = mapped_column(String(300))
    """What was found there, in English; empty when everything went well."""
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """Name and seconds from the beginning, for each step that succeeded."""
