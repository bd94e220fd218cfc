"""Every statement about jobs and schedules. The same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import ColumnElement, Update, and_, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession

from kit.db_insert import insert_into
from kit.jobs.models import JobRow, JobScheduleRow
from kit.jobs.schemas import UNFINISHED, JobFilter, JobState
from kit.paging import PagePlace, is_after


@dataclass(frozen=True, slots=True)
class Lease:
    """The right of one runner to run one job and to write about it, until another runner takes the job.

    Attributes:
        job_id: The job.
        fence: Fencing token: what is written under an older one is refused.
    """

    job_id: UUID
    fence: int


class JobRepository:
    """Statements on `jobs` and `job_schedules` in the caller's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    # ---- orders -------------------------------------------------------------------------------------------------

    async def insert(self, values: Mapping[str, object]) -> bool:
        """Insert a job; return False where an unfinished one has its kind and live key."""
        statement = (
            insert_into(self.session, JobRow)
            .values(**values)
            .on_conflict_do_nothing(index_elements=["kind", "live_key"])
        )
        return await self._changes_one(statement)

    async def find_live(self, kind: str, key: str) -> UUID | None:
        """Return the unfinished job of a kind and unique key."""
        statement = select(JobRow.id).where(JobRow.kind == kind, JobRow.live_key == key)
        return await self.session.scalar(statement)

    async def find(self, job_id: UUID) -> JobRow | None:
        """Return a job as the database has it now."""
        return await self.session.get(JobRow, job_id, populate_existing=True)

    async def page(self, wanted: JobFilter, after: PagePlace | None, limit: int) -> Sequence[JobRow]:
        """Return jobs, newest first."""
        conditions: list[ColumnElement[bool]] = []
        if wanted.kinds:
            conditions.append(JobRow.kind.in_(wanted.kinds))
        if wanted.states:
            conditions.append(JobRow.state.in_(wanted.states))
        if wanted.owner_account_id is not None:
            conditions.append(JobRow.owner_account_id == wanted.owner_account_id)
        if wanted.unique_key is not None:
            conditions.append(JobRow.unique_key == wanted.unique_key)
        if after is not None:
            conditions.append(is_after(after, JobRow.created_at, JobRow.id))
        statement = select(JobRow).where(*conditions).order_by(JobRow.created_at.desc(), JobRow.id.desc())
        return (await self.session.scalars(statement.limit(limit))).all()

    async def counts(self) -> Mapping[tuple[str, str], int]:
        """Return how many jobs of each kind are in each state."""
        statement = select(JobRow.kind, JobRow.state, func.count()).group_by(JobRow.kind, JobRow.state)
        return {(kind, state): count for kind, state, count in await self.session.execute(statement)}

    async def cancel_waiting(self, job_id: UUID, now: datetime) -> bool:
        """End a job that no runner has."""
        statement = update(JobRow).where(JobRow.id == job_id, JobRow.state == JobState.WAITING)
        return await self._changes_one(
            statement.values(state=JobState.CANCELLED, live_key=None, cancel_asked_at=now, finished_at=now)
        )

    async def ask_cancel(self, job_id: UUID, now: datetime) -> bool:
        """Ask the runner of a job to stop it; return whether a runner has it."""
        statement = update(JobRow).where(JobRow.id == job_id, JobRow.state == JobState.RUNNING)
        return await self._changes_one(statement.values(cancel_asked_at=func.coalesce(JobRow.cancel_asked_at, now)))

    async def revive(self, job_id: UUID, now: datetime) -> bool:
        """Let a job that failed wait again, with all its attempts before it."""
        statement = update(JobRow).where(JobRow.id == job_id, JobRow.state == JobState.FAILED)
        return await self._changes_one(
            statement.values(
                state=JobState.WAITING,
                live_key=JobRow.unique_key,
                run_at=now,
                attempts=0,
                cancel_asked_at=None,
                finished_at=None,
            )
        )

    async def prune(self, finished_before: datetime) -> int:
        """Delete jobs that ended before; return how many."""
        statement = delete(JobRow).where(JobRow.state.not_in(UNFINISHED), JobRow.finished_at < finished_before)
        result = await self.session.execute(statement)
        return result.rowcount if isinstance(result, CursorResult) else 0

    # ---- runners ------------------------------------------------------------------------------------------------

    async def due_kinds(self, kinds: Sequence[str], now: datetime) -> set[str]:
        """Return those of the kinds that have jobs which a runner may take."""
        statement = select(JobRow.kind).where(JobRow.kind.in_(kinds), _is_due(now)).distinct()
        return set(await self.session.scalars(statement))

    async def due_ids(self, kind: str, now: datetime, limit: int) -> Sequence[UUID]:
        """Return jobs of a kind that a runner may take, those that wait longest first."""
        statement = select(JobRow.id).where(JobRow.kind == kind, _is_due(now))
        return (await self.session.scalars(statement.order_by(JobRow.run_at, JobRow.id).limit(limit))).all()

    async def take(self, job_id: UUID, owner: str, now: datetime, until: datetime) -> bool:
        """Give a due job to a runner; False where another one was quicker."""
        statement = update(JobRow).where(JobRow.id == job_id, _is_due(now))
        return await self._changes_one(
            statement.values(
                state=JobState.RUNNING,
                lease_owner=owner,
                lease_expires_at=until,
                fence=JobRow.fence + 1,
                attempts=JobRow.attempts + 1,
                started_at=now,
                progress_done=0,
                progress_total=None,
                progress_message="",
            )
        )

    async def renew(self, lease: Lease, until: datetime) -> bool:
        """Lengthen a lease; False where it is lost."""
        return await self._changes_one(_held(lease).values(lease_expires_at=until))

    async def report(self, lease: Lease, done: int, total: int | None, message: str) -> bool:
        """Write the progress; False where the lease is lost."""
        values = {"progress_done": done, "progress_total": total, "progress_message": message}
        return await self._changes_one(_held(lease).values(**values))

    async def end(
        self,
        lease: Lease,
        state: JobState,
        now: datetime,
        *,
        result: Mapping[str, JsonValue] | None = None,
        error: Mapping[str, object] | None = None,
    ) -> bool:
        """End a job; False where the lease is lost."""
        ended = {"state": state, "live_key": None, "finished_at": now, "result": result}
        return await self._changes_one(_held(lease).values(**ended, **_NO_LEASE, **(error or _NO_ERROR)))

    async def put_back(
        self, lease: Lease, run_at: datetime, *, error: Mapping[str, object] | None = None, counts: bool = True
    ) -> bool:
        """Let a job wait for its next attempt; False where the lease is lost.

        Args:
            lease: Of the runner that had it.
            run_at: The next attempt comes not before.
            error: Columns that tell why the attempt failed.
            counts: Whether the attempt is one of those that the job has.
        """
        attempts = JobRow.attempts if counts else JobRow.attempts - 1
        back = {"state": JobState.WAITING, "run_at": run_at, "attempts": attempts}
        return await self._changes_one(_held(lease).values(**back, **_NO_LEASE, **(error or {})))

    async def cancels(self, job_ids: Sequence[UUID]) -> set[UUID]:
        """Return those of the jobs that somebody asked to stop."""
        statement = select(JobRow.id).where(JobRow.id.in_(job_ids), JobRow.cancel_asked_at.is_not(None))
        return set(await self.session.scalars(statement))

    # ---- schedules ----------------------------------------------------------------------------------------------

    async def schedules(self) -> Mapping[str, JobScheduleRow]:
        """Return every schedule by kind."""
        rows = await self.session.scalars(select(JobScheduleRow).execution_options(populate_existing=True))
        return {row.kind: row for row in rows}

    async def keep_schedule(self, kind: str, rule: str, next_at: datetime) -> None:
        """Write a schedule that is new or has another rule than before."""
        statement = insert_into(self.session, JobScheduleRow).values(kind=kind, rule=rule, next_at=next_at)
        await self.session.execute(
            statement.on_conflict_do_update(
                index_elements=["kind"],
                set_={"rule": rule, "next_at": next_at},
                where=JobScheduleRow.rule != rule,
            )
        )

    async def move_schedule(self, kind: str, due_at: datetime, next_at: datetime) -> bool:
        """Take a due moment; False where another process was quicker."""
        statement = update(JobScheduleRow).where(JobScheduleRow.kind == kind, JobScheduleRow.next_at == due_at)
        return await self._changes_one(statement.values(next_at=next_at))

    async def _changes_one(self, statement: Update | sqlite.Insert | postgresql.Insert) -> bool:
        options = {"synchronize_session": False} if isinstance(statement, Update) else {}
        result = await self.session.execute(statement, execution_options=options)
        return isinstance(result, CursorResult) and result.rowcount == 1


_NO_LEASE = {"lease_owner": None, "lease_expires_at": None}
_NO_ERROR = {"error_code": None, "error_message": None, "error_details": None}


def _is_due(now: datetime) -> ColumnElement[bool]:
    is_waiting = and_(JobRow.state == JobState.WAITING, JobRow.run_at <= now)
    is_abandoned = and_(JobRow.state == JobState.RUNNING, JobRow.lease_expires_at <= now)
    return or_(is_waiting, is_abandoned)


def _held(lease: Lease) -> Update:
    return update(JobRow).where(
        JobRow.id == lease.job_id, JobRow.fence == lease.fence, JobRow.state == JobState.RUNNING
    )
