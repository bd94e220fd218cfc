"""Tables of the search across calls: one row for a call, one for each utterance, and the character pairs of a call."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Float, ForeignKey, Index, Integer, LargeBinary, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base


class IndexedCall(Base):
    """A finished call as the search knows it; written anew whenever the call got another event."""

    __tablename__ = "indexed_calls"
    __table_args__ = (Index("ix_indexed_calls_category_id", "category_id"),)

    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    """Of the way the index is made; an older one is made anew."""
    seq: Mapped[int] = mapped_column(Integer)
    """The newest event of the call that is in the index."""
    category_id: Mapped[str | None] = mapped_column(String(97))
    """What the agent chose, else what was ranked first; None when neither is there."""
    alert_kinds: Mapped[str] = mapped_column(String(300))
    """Kinds of safety alerts, each between commas."""
    alert_count: Mapped[int] = mapped_column(Integer)
    shown_count: Mapped[int] = mapped_column(Integer)
    used_count: Mapped[int] = mapped_column(Integer)
    rejected_count: Mapped[int] = mapped_column(Integer)
    """Cards that the agent dismissed or called wrong."""
    unanswered_count: Mapped[int] = mapped_column(Integer)
    """Questions of the caller that nothing fitted."""
    talk_ms: Mapped[int] = mapped_column(Integer)
    agent_share: Mapped[float] = mapped_column(Float)
    """Of the talking time, 0..1."""
    silence_share: Mapped[float] = mapped_column(Float)
    """Of the call, 0..1: nobody speaks."""
    over_talk_ms: Mapped[int] = mapped_column(Integer)
    measures: Mapped[dict[str, Any]] = mapped_column(JSON)
    difficulty: Mapped[float] = mapped_column(Float, index=True)
    excellence: Mapped[float] = mapped_column(Float, index=True)


class IndexedUtterance(Base):
    """One utterance of a finished call."""

    __tablename__ = "indexed_utterances"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True)
    """In the call, from 0."""
    segment_id: Mapped[UUID] = mapped_column(Uuid)
    leg_role: Mapped[str] = mapped_column(String(16))
    start_ms: Mapped[int] = mapped_column(Integer)
    end_ms: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(Text)
    masked_text: Mapped[str] = mapped_column(Text)
    """What accounts search and see that may not see identities; every kind is masked."""
    is_unanswered: Mapped[bool]
    """A question of the caller that nothing fitted."""


class CallVectors(Base):
    """The meaning of a call's sentences, one row a call, so that a search reads few rows and keeps few in memory."""

    __tablename__ = "call_vectors"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    embedder: Mapped[str] = mapped_column(String(200))
    """Vectors of two embedders do not compare; those of another one than the server's are left out."""
    places: Mapped[list[int]] = mapped_column(JSON)
    """Places of the sentences in the call, in the order of the vectors."""
    speakers: Mapped[str] = mapped_column(String(120))
    """Who says them: `c` the customer, `a` the agent."""
    vectors: Mapped[bytes] = mapped_column(LargeBinary)
    """One signed byte a dimension, row by row; see `assist_api.call_search.vectors`."""


class CardReadOut(Base):
    """A card that was shown in a finished call and of whose script the agent said at least one sentence."""

    __tablename__ = "cards_read_out"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    suggestion_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, index=True)


class CallGram(Base):
    """Two neighbouring characters that a call holds: narrows a search down before texts are compared.

    Chinese has no spaces between words, so pairs of characters serve every language and both kinds of database alike.
    """

    __tablename__ = "call_grams"
    __table_args__ = (Index("ix_call_grams_call_id", "call_id"),)

    gram: Mapped[str] = mapped_column(String(2), primary_key=True)
    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
