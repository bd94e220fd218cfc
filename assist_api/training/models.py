"""Tables of the trainer's room: clips of calls, lessons made of them, and attempts at lessons."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UTCDateTime


class Clip(Base):
    """A part of a call that is worth hearing; always de-identified."""

    __tablename__ = "training_clips"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text)
    start_ms: Mapped[int] = mapped_column(Integer)
    end_ms: Mapped[int] = mapped_column(Integer)
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    author_name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class Lesson(Base):
    """Clips, questions, exercises and role plays in an order; a lesson teaches, an exam decides."""

    __tablename__ = "training_lessons"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text)
    is_exam: Mapped[bool]
    state: Mapped[str] = mapped_column(String(16), index=True)
    pass_mark: Mapped[int] = mapped_column(Integer)
    """Percent of the points."""
    max_attempts: Mapped[int] = mapped_column(Integer)
    """0 for any number."""
    skill: Mapped[str] = mapped_column(String(60), default="", server_default=text("''"))
    """What a passed exam is a proof of, for the supervisor to confirm; empty for none."""
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(Integer)
    """Counts changes, so that nobody overwrites what somebody else saved meanwhile."""
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    author_name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class LessonAttempt(Base):
    """One attempt of an account at a lesson, with its graded answers."""

    __tablename__ = "training_attempts"
    __table_args__ = (UniqueConstraint("lesson_id", "account_id", "number"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    lesson_id: Mapped[UUID] = mapped_column(ForeignKey("training_lessons.id", ondelete="CASCADE"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    account_name: Mapped[str] = mapped_column(String(100))
    number: Mapped[int] = mapped_column(Integer)
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """The lesson's items as they were when the attempt began."""
    pass_mark: Mapped[int] = mapped_column(Integer)
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Graded answers by the id of the item."""
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    score: Mapped[float | None] = mapped_column(Float)
    """Percent; None while the attempt goes on."""
    has_passed: Mapped[bool | None]


class SkillProposal(Base):
    """A passed exam proposes that its learner has a skill; a supervisor decides."""

    __tablename__ = "skill_proposals"
    __table_args__ = (Index("ix_skill_proposals_state_created_at", "state", "created_at"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("training_attempts.id", ondelete="CASCADE"), unique=True)
    skill: Mapped[str] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(16))
    """open, confirmed or declined."""
    reason: Mapped[str] = mapped_column(String(500))
    """Of a refusal."""
    decided_by_name: Mapped[str] = mapped_column(String(100))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
