"""Table of the versions of hint books."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UTCDateTime


class HintBookVersion(Base):
    """One version of the hint book of a sector; rows are written once, and the highest number is in force."""

    __tablename__ = "hint_book_versions"

    sector: Mapped[str] = mapped_column(String(16), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 1 for each sector, without gaps."""
    book: Mapped[dict[str, Any]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(String(500))
    author_id: Mapped[UUID | None]
    author_name: Mapped[str] = mapped_column(String(100))
    since: Mapped[datetime] = mapped_column(UTCDateTime)
