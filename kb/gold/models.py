"""Tables of the knowledge tests: gold questions, runs, and the policy."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UTCDateTime


class QuestionOrigin(StrEnum):
    """Where a gold question comes from."""

    WRITTEN = "written"
    VARIANT = "variant"
    FEEDBACK = "feedback"
    PACK = "pack"


class RunTrigger(StrEnum):
    """What made the questions run."""

    PUBLISH = "publish"
    IMPORT = "import"
    ALL = "all"


class GoldQuestion(Base):
    """A question and the entry that must answer it.

    Removing keeps the row, so that importing a pack again does not bring back what a person took out.
    """

    __tablename__ = "gold_questions"
    __table_args__ = (UniqueConstraint("entry_id", "comparable"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"))
    text: Mapped[str] = mapped_column(String(200))
    # The text without punctuation, blanks and case: an entry has a question once.
    comparable: Mapped[str] = mapped_column(String(200))
    origin: Mapped[str] = mapped_column(String(16))
    author: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class GoldRun(Base):
    """One run of gold questions, and what it changed; written in the transaction of the publication it belongs to."""

    __tablename__ = "knowledge_test_runs"
    __table_args__ = (Index("ix_knowledge_test_runs_at", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    trigger: Mapped[str] = mapped_column(String(16))
    author: Mapped[str] = mapped_column(String(100))
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("entries.id"), index=True)
    # The revision this run let through; one revision has at most one run.
    revision_id: Mapped[UUID | None] = mapped_column(ForeignKey("revisions.id"), unique=True)
    revision_number: Mapped[int | None]
    title: Mapped[str] = mapped_column(String(200))
    question_count: Mapped[int]
    # Questions of the sectors concerned; larger than `question_count` when only those most concerned were tested.
    available_count: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    # Means by scope (`all` and sectors); `before` is empty for a run that changed nothing.
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    better: Mapped[int]
    worse: Mapped[int]
    drops: Mapped[int]
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    # By question id, for runs of all questions: what the next one is compared with. Empty for publications.
    placements: Mapped[dict[str, Any]] = mapped_column(JSON)
    policy: Mapped[str] = mapped_column(String(16))
    override_reason: Mapped[str] = mapped_column(String(500))


class GoldPolicy(Base):
    """The installation's policy; one row, absent until somebody chooses."""

    __tablename__ = "knowledge_test_policy"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    policy: Mapped[str] = mapped_column(String(16))
    chosen_by: Mapped[str] = mapped_column(String(100))
    chosen_at: Mapped[datetime] = mapped_column(UTCDateTime)
