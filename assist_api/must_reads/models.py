"""Tables of must-read publications and of who acknowledged them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UTCDateTime


class MustRead(Base):
    """A published revision that an audience has to read and acknowledge; one a revision."""

    __tablename__ = "must_reads"
    __table_args__ = (Index("ix_must_reads_created_at_id", "created_at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    revision_id: Mapped[UUID] = mapped_column(ForeignKey("revisions.id", ondelete="CASCADE"), unique=True)
    roles: Mapped[list[str]] = mapped_column(JSON)
    """Roles that have to read it."""
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id", ondelete="SET NULL"))
    """Only the people of this unit and of those below it; None for everybody of the roles."""
    note: Mapped[str] = mapped_column(String(500))
    """What matters about the change, in the curator's words."""
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    author_name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """From then on nobody is asked for it any more; acknowledgements stay."""


class Acknowledgement(Base):
    """An account confirmed that it has read a publication."""

    __tablename__ = "must_read_acknowledgements"

    must_read_id: Mapped[UUID] = mapped_column(ForeignKey("must_reads.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[datetime] = mapped_column(UTCDateTime)
