"""Table of surveys: one row for each caller who was asked, with the mark when one was given."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UTCDateTime


class SurveyAnswer(Base):
    """A caller who was asked for a mark."""

    __tablename__ = "survey_answers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    """That of the dialogue in which it was asked."""
    call_id: Mapped[UUID | None] = mapped_column(index=True)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    mark: Mapped[int | None]
    """1 to 5; None when the caller gave none."""
    way: Mapped[str | None] = mapped_column(String(8))
    """`keys`, `speech` or `text` (message); None without a mark."""
    served_by: Mapped[str] = mapped_column(String(8))
    """`flow` or `agent`."""
    agent_account_id: Mapped[UUID | None]
    agent_name: Mapped[str] = mapped_column(String(100))
    intent: Mapped[str | None] = mapped_column(String(40))
    area: Mapped[str] = mapped_column(String(60))
    queue: Mapped[str] = mapped_column(String(40))
    texted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When a caller who gave no mark was asked again by text message."""
    texted_to: Mapped[str | None] = mapped_column(String(20), index=True)
    """Number that was asked. Personal; None once the answer came."""
    wants_call: Mapped[bool]
    """The caller, asked, wants to be called about a bad mark."""
