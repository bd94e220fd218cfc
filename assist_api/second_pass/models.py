"""Table of what was heard the second time."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UTCDateTime


class SecondPassRow(Base):
    """The newest second pass of a call; a later one replaces it, and what the agent saw stays in the call's events."""

    __tablename__ = "call_second_passes"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    model: Mapped[str] = mapped_column(String(200))
    beam_size: Mapped[int] = mapped_column(Integer)
    error_code: Mapped[str | None] = mapped_column(String(64))
    """Why there are no utterances; None when the recording was heard to its end."""
    utterances: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
