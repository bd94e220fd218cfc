"""Tables of curation: items of the desk, moments of calls that speak for them, and calls that were looked through."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UTCDateTime


class ItemKind(StrEnum):
    """What an item of the desk is about."""

    UNANSWERED = "unanswered"
    FLAG = "flag"
    DISMISSED = "dismissed"
    CONTRADICTION = "contradiction"
    DUPLICATE = "duplicate"
    EXPIRING = "expiring"
    OVERDUE = "overdue"
    FAILING = "failing"
    CHECK = "check"
    """A new text changed figures, lost ways of asking, took another entry's question or moved to another sector."""


class ItemState(StrEnum):
    """How far an item is."""

    OPEN = "open"
    TAKEN = "taken"
    IN_REVIEW = "in_review"
    """Its draft waits for a second person."""
    DONE = "done"
    REJECTED = "rejected"
    MERGED = "merged"
    GONE = "gone"
    """What it is about no longer stands: the entry got another text or was retired."""


class MomentReason(StrEnum):
    """Why a moment of a call was kept."""

    ASKED = "asked"
    """Nothing fitted a question; kept without anybody's doing."""
    MISSING = "missing"
    WRONG = "wrong"
    OUTDATED = "outdated"
    UNCLEAR = "unclear"


class CurationItem(Base):
    """One thing for a curator to decide."""

    __tablename__ = "curation_items"
    __table_args__ = (Index("ix_curation_items_state_weight_id", "state", "weight", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    subject_key: Mapped[str] = mapped_column(String(120), unique=True)
    """What it is about; the revision is part of it, so a decision lasts until the text changes."""
    state: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(200))
    sector: Mapped[str | None] = mapped_column(String(16))
    weight: Mapped[int]
    """How many moments, days or questions speak for it; the heaviest comes first."""
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    revision_id: Mapped[UUID | None]
    other_entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"))
    other_revision_id: Mapped[UUID | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    assignee_name: Mapped[str] = mapped_column(String(100))
    snoozed_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    draft_entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("entries.id", ondelete="SET NULL"))
    draft_revision_id: Mapped[UUID | None]
    questions: Mapped[list[str]] = mapped_column(JSON)
    """Test questions that the entry gets when the draft is published."""
    drafted_by: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("curation_items.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(Text)
    decided_by_name: Mapped[str] = mapped_column(String(100))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped[int]
    """Counts the changes, from 1; where two people's decisions collide."""


class CurationMoment(Base):
    """A moment of a call that speaks for an item. Its texts are de-identified."""

    __tablename__ = "curation_moments"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    item_id: Mapped[UUID | None] = mapped_column(ForeignKey("curation_items.id", ondelete="SET NULL"), index=True)
    """None until the questions were clustered."""
    reason: Mapped[str] = mapped_column(String(16))
    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), index=True)
    segment_id: Mapped[UUID | None]
    start_ms: Mapped[int] = mapped_column(Integer)
    sentence: Mapped[str] = mapped_column(Text)
    reply: Mapped[str] = mapped_column(Text)
    """What the agent said next."""
    note: Mapped[str] = mapped_column(Text)
    sector: Mapped[str | None] = mapped_column(String(16))
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"))
    revision_id: Mapped[UUID | None]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    """Whose call it was, or who flagged it; is told what became of it."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class CapturedCall(Base):
    """A call whose unanswered questions were kept."""

    __tablename__ = "curation_captured_calls"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
