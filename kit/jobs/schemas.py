"""Data classes that describe jobs to callers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue


class JobState(StrEnum):
    """Where a job is; the first two are unfinished."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_finished(self) -> bool:
        """Whether nothing more happens to such a job by itself."""
        return self not in UNFINISHED


UNFINISHED = (JobState.WAITING, JobState.RUNNING)


class JobDetail(BaseModel):
    """One job."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: UUID
    kind: str
    state: JobState
    payload: dict[str, JsonValue]
    owner_account_id: UUID | None = Field(description="Who ordered it; null for the system itself")
    unique_key: str | None
    run_at: datetime = Field(description="The job does not begin before")
    attempts: int = Field(description="How often it was begun")
    cancel_asked_at: datetime | None
    progress_done: int
    progress_total: int | None = Field(description="Null while it is not known")
    progress_message: str
    result: dict[str, JsonValue] | None = Field(description="Of a job that succeeded")
    error_code: str | None = Field(description="Why the last attempt failed")
    error_message: str | None
    error_details: dict[str, JsonValue] | None
    created_at: datetime
    started_at: datetime | None = Field(description="When the last attempt began")
    finished_at: datetime | None


class JobPage(BaseModel):
    """Jobs, newest first."""

    items: list[JobDetail]
    next_cursor: str | None = Field(description="Ask for the next page with it; null on the last page")


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs are listed; None and empty filter nothing."""

    kinds: tuple[str, ...] = ()
    states: tuple[JobState, ...] = ()
    owner_account_id: UUID | None = None
    unique_key: str | None = None


@dataclass(frozen=True, slots=True)
class Enqueued:
    """The job that an order led to; not new when one with the same unique key was unfinished."""

    job_id: UUID
    is_new: bool
