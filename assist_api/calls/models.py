"""Tables of a call: its head, its event log, the suggestions it showed and the verdicts on them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UTCDateTime

ALERT_EVENTS = "call_events.type IN ('alert.raised', 'alert.confirmed')"
"""The condition of the index below, as statements must have it for SQLite to use it."""
_ALERT_EVENTS_OF_INDEX = text("type IN ('alert.raised', 'alert.confirmed')")


class CallRow(Base):
    """Head of a call; everything that changes in it is derived from the events, in the same transaction."""

    __tablename__ = "calls"
    __table_args__ = (
        Index("ix_calls_created_at_id", "created_at", "id"),
        Index("ix_calls_agent_account_id_created_at", "agent_account_id", "created_at"),
        Index("ix_calls_state", "state"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    source: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(200))
    sector: Mapped[str | None] = mapped_column(String(16))
    customer_number_masked: Mapped[str] = mapped_column(String(32))
    agent_account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    """Whose call it is; None for a call replayed from the command line."""
    agent_name: Mapped[str] = mapped_column(String(100))
    """The agent's display name as it was then."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    end_reason: Mapped[str | None] = mapped_column(String(16))
    end_code: Mapped[str] = mapped_column(String(64))
    end_message: Mapped[str] = mapped_column(Text)
    duration_ms: Mapped[int | None] = mapped_column(Integer)
    heard_ms: Mapped[int] = mapped_column(Integer)
    speed: Mapped[str] = mapped_column(String(8))
    leg_roles: Mapped[list[str]] = mapped_column(JSON)
    last_seq: Mapped[int] = mapped_column(Integer)
    """The newest persisted event; the next one gets a higher number."""
    recording_files: Mapped[list[str]] = mapped_column(JSON)
    """Uploaded files, by name inside `<data_dir>/recordings/<call_id>/`; customer first."""
    playable_file: Mapped[str | None] = mapped_column(String(64))
    """What a browser plays, inside the same folder."""
    runner_id: Mapped[UUID] = mapped_column(Uuid)
    """The process that carries the call; its lease file tells whether it still lives."""


class CallParticipantRow(Base):
    """An agent beside the owner who takes part in a call, or did: one who is consulted, or who passed the call on."""

    __tablename__ = "call_participants"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    since: Mapped[datetime] = mapped_column(UTCDateTime)


class CallEventRow(Base):
    """One event; appended, never changed. Partials take a number and leave no row."""

    __tablename__ = "call_events"
    __table_args__ = (
        # Safety alerts are few among millions of events; the floor asks for those of a day.
        Index(
            "ix_call_events_alerts_at",
            "at",
            sqlite_where=_ALERT_EVENTS_OF_INDEX,
            postgresql_where=_ALERT_EVENTS_OF_INDEX,
        ),
    )

    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    type: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)


class CallSuggestionRow(Base):
    """A suggestion of a call, when it was first shown; for reports and for feedback."""

    __tablename__ = "call_suggestions"
    __table_args__ = (
        Index("ix_call_suggestions_call_id", "call_id"),
        Index("ix_call_suggestions_document_id", "document_id"),
    )

    suggestion_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id"))
    shown_seq: Mapped[int] = mapped_column(Integer)
    shown_at: Mapped[datetime] = mapped_column(UTCDateTime)
    kind: Mapped[str] = mapped_column(String(8))
    """`entry` or `case`."""
    document_id: Mapped[UUID] = mapped_column(Uuid)
    revision_id: Mapped[UUID] = mapped_column(Uuid)
    rank: Mapped[int] = mapped_column(Integer)
    """Place in the list when first shown, from 1."""
    probability: Mapped[float] = mapped_column(Float)


class SuggestionFeedbackRow(Base):
    """The standing verdict on a suggestion; what it said before is in the event log."""

    __tablename__ = "suggestion_feedback"
    __table_args__ = (UniqueConstraint("call_id", "suggestion_id"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id"))
    suggestion_id: Mapped[UUID] = mapped_column(ForeignKey("call_suggestions.suggestion_id"))
    entry_id: Mapped[UUID | None] = mapped_column(Uuid, index=True)
    """None when the suggestion is a case."""
    verdict: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    on_screen: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The suggestion list as it stood and the texts of the utterances that triggered it."""


class CategoryChoiceRow(Base):
    """The category an agent chose for a call, as it stands; earlier choices are in the event log.

    One row a call: whoever changes their mind ten times teaches once.
    """

    __tablename__ = "category_choices"
    __table_args__ = (Index("ix_category_choices_chosen_at", "chosen_at"),)

    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id"), primary_key=True)
    category_id: Mapped[str] = mapped_column(String(97))
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    chosen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    was_ranked: Mapped[str | None] = mapped_column(String(97))
    """What the ranking had first then; None when it had nothing."""
    is_correction: Mapped[bool]
    """Whether the agent chose something else than what was ranked first."""
