"""The table of agents who are new and see more help at the desk."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UTCDateTime


class NewHire(Base):
    """An agent in new-hire mode; the row goes when a trainer ends the mode."""

    __tablename__ = "new_hires"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    since: Mapped[date]
    """Results from this day on count, in the installation's time zone."""
    fixed_level: Mapped[int | None]
    """Level that a trainer fixed, 0 to 3; None while the results decide."""
    set_by_name: Mapped[str] = mapped_column(String(100))
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)
