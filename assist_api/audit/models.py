"""Tables of the audit log."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UTCDateTime


class AuditEntry(Base):
    """One action of a person or a program. Rows are written once; accounts and objects may go, entries stay."""

    __tablename__ = "audit_entries"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """From 1, without gaps, in the order of commits."""
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str] = mapped_column(String(64))
    actor_role: Mapped[str] = mapped_column(String(16))
    unit_id: Mapped[UUID | None]
    address: Mapped[str] = mapped_column(String(64))
    session_id: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(String(64))
    object_kind: Mapped[str] = mapped_column(String(32))
    object_id: Mapped[str] = mapped_column(String(100))
    before_digest: Mapped[str | None] = mapped_column(String(64))
    after_digest: Mapped[str | None] = mapped_column(String(64))
    details: Mapped[dict[str, str | int | bool | None]] = mapped_column(JSON)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        Index("ix_audit_entries_actor_id_number", "actor_id", "number"),
        Index("ix_audit_entries_action_number", "action", "number"),
        Index("ix_audit_entries_object_kind_object_id_number", "object_kind", "object_id", "number"),
    )


class AuditHead(Base):
    """The end of the chain: one row, made by the migration; its lock puts writers in line while they commit."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entries: Mapped[int] = mapped_column(BigInteger)
    """Number of the newest entry; 0 before the first."""
    last_hash: Mapped[str] = mapped_column(String(64))
    digest_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    """Random, of this installation: exported digests of short values cannot be guessed without it."""
