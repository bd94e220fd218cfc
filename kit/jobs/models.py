"""Tables of jobs and of their schedules."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from pydantic import JsonValue
from sqlalchemy import JSON, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UTCDateTime


class JobRow(Base):
    """One job, from its order to its end; kept a while after that."""

    __tablename__ = "jobs"
    __table_args__ = (
        # One unfinished job for each kind and key; ended jobs have no live key, and NULLs never collide.
        UniqueConstraint("kind", "live_key"),
        Index("ix_jobs_state_kind_run_at", "state", "kind", "run_at"),
        Index("ix_jobs_created_at_id", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    payload: Mapped[dict[str, JsonValue]] = mapped_column(JSON)
    owner_account_id: Mapped[UUID | None] = mapped_column(index=True)
    unique_key: Mapped[str | None] = mapped_column(String(200))
    # The unique key while the job is waiting or running.
    live_key: Mapped[str | None] = mapped_column(String(200))
    # Not before; moves on with each retry.
    run_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # How often a runner took the job, without those that handed it back when they stopped.
    attempts: Mapped[int]
    lease_owner: Mapped[str | None] = mapped_column(String(100))
    lease_expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Fencing token: grows whenever a runner takes the job; what a runner writes names the one it got.
    fence: Mapped[int]
    cancel_asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    progress_done: Mapped[int]
    progress_total: Mapped[int | None]
    progress_message: Mapped[str] = mapped_column(String(200))
    result: Mapped[dict[str, JsonValue] | None] = mapped_column(JSON(none_as_null=True))
    error_code: Mapped[str | None] = mapped_column(String(64))
    # Names the problem and the fix, in English, without personal data (`AssistError.message`).
    error_message: Mapped[str | None] = mapped_column(String(500))
    error_details: Mapped[dict[str, JsonValue] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class JobScheduleRow(Base):
    """When a kind of job that runs by itself is due next."""

    __tablename__ = "job_schedules"

    kind: Mapped[str] = mapped_column(String(64), primary_key=True)
    # The schedule in words; a version that changes it begins anew.
    rule: Mapped[str] = mapped_column(String(100))
    next_at: Mapped[datetime] = mapped_column(UTCDateTime)
