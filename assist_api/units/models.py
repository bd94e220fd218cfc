"""Table of the units of the organisation."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UTCDateTime


class Unit(Base):
    """A company, a department or a team; one tree whose roots are companies."""

    __tablename__ = "units"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(64))
    sector: Mapped[str | None] = mapped_column(String(16))
    """Sector that the unit serves, for itself and the units below it; None takes the sector of the unit above."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
