"""Orders, lists, cancels and retries jobs, always in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import Clock
from kit.commit_hooks import call_after_commit
from kit.errors import ConflictError, NotFoundError
from kit.jobs.repository import JobRepository
from kit.jobs.schemas import Enqueued, JobDetail, JobFilter, JobPage, JobState
from kit.paging import check_page_size, cut_page, decode_cursor

INSERT_ATTEMPTS = 5
"""A job with the same key can end between the refused insert and the look at it, and another one begin."""


class JobQueue:
    """Orders durable jobs. What it writes is part of the caller's transaction, and undone with it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._listeners: list[Callable[[], None]] = []

    def listen(self, listener: Callable[[], None]) -> None:
        """Call back whenever this process committed an order or asked for a cancel."""
        self._listeners.append(listener)

    async def enqueue(
        self,
        session: AsyncSession,
        kind: str,
        payload: Mapping[str, JsonValue],
        owner_account_id: UUID | None = None,
        unique_key: str | None = None,
        run_at: datetime | None = None,
    ) -> Enqueued:
        """Order a job; it begins once the transaction is committed and a runner is free.

        Args:
            session: The caller's unit of work.
            kind: Of the handler.
            payload: What the handler needs; no personal data, since lists of jobs show it.
            owner_account_id: Who is told when it fails; None for the system itself.
            unique_key: At most 200 characters. While a job of this kind and key is unfinished, that one is returned.
            run_at: Not before; at once by default.
        """
        now = self._clock.now()
        for _ in range(INSERT_ATTEMPTS):
            job_id = uuid4()
            values = {
                "id": job_id,
                "kind": kind,
                "state": JobState.WAITING,
                "payload": dict(payload),
                "owner_account_id": owner_account_id,
                "unique_key": unique_key,
                "live_key": unique_key,
                "run_at": run_at or now,
                "created_at": now,
                "attempts": 0,
                "fence": 0,
                "progress_done": 0,
                "progress_message": "",
            }
            jobs = JobRepository(session)
            if await jobs.insert(values):
                call_after_commit(session, self._tell)
                return Enqueued(job_id, is_new=True)
            if unique_key is not None and (found := await jobs.find_live(kind, unique_key)) is not None:
                return Enqueued(found, is_new=False)
        raise ConflictError("Jobs of the same key come and go; try again in a moment.", code="job_key_busy")

    async def get(self, session: AsyncSession, job_id: UUID) -> JobDetail:
        """Return a job.

        Raises:
            NotFoundError: `job_not_found`.
        """
        row = await JobRepository(session).find(job_id)
        if row is None:
            raise NotFoundError("There is no such job; it may have been removed after its time.", code="job_not_found")
        return JobDetail.model_validate(row)

    async def find_live(self, session: AsyncSession, kind: str, unique_key: str) -> UUID | None:
        """Return the unfinished job of a kind and unique key."""
        return await JobRepository(session).find_live(kind, unique_key)

    async def page(
        self, session: AsyncSession, wanted: JobFilter | None = None, *, cursor: str | None = None, limit: int = 50
    ) -> JobPage:
        """Return jobs, newest first.

        Raises:
            InvalidInputError: The cursor or the page size cannot be used.
        """
        check_page_size(limit)
        rows = await JobRepository(session).page(wanted or JobFilter(), decode_cursor(cursor), limit + 1)
        shown, next_cursor = cut_page(rows, limit, lambda row: (row.created_at, row.id))
        return JobPage(items=[JobDetail.model_validate(row) for row in shown], next_cursor=next_cursor)

    async def counts(self, session: AsyncSession) -> Mapping[tuple[str, JobState], int]:
        """Return how many jobs of each kind are in each state; the failed ones are the dead letters."""
        counts = await JobRepository(session).counts()
        return {(kind, JobState(state)): count for (kind, state), count in counts.items()}

    async def cancel(self, session: AsyncSession, job_id: UUID) -> JobDetail:
        """End a waiting job, or ask the handler of a running one to stop.

        Raises:
            NotFoundError: `job_not_found`.
            ConflictError: `job_finished`: it is over.
        """
        jobs, now = JobRepository(session), self._clock.now()
        if not (await jobs.cancel_waiting(job_id, now) or await jobs.ask_cancel(job_id, now)):
            job = await self.get(session, job_id)
            raise ConflictError("The job is over; there is nothing to cancel.", code="job_finished", state=job.state)
        call_after_commit(session, self._tell)
        return await self.get(session, job_id)

    async def retry(self, session: AsyncSession, job_id: UUID) -> JobDetail:
        """Let a job that failed wait again, with all its attempts before it.

        Raises:
            NotFoundError: `job_not_found`.
            ConflictError: `job_not_failed`, or `job_key_busy`: another job has its unique key by now.
        """
        job = await self.get(session, job_id)
        jobs = JobRepository(session)
        if job.unique_key is not None and await jobs.find_live(job.kind, job.unique_key) not in (None, job_id):
            raise ConflictError("Another job does the same already; wait for its end.", code="job_key_busy")
        if not await jobs.revive(job_id, self._clock.now()):
            raise ConflictError("Only a job that failed can be tried again.", code="job_not_failed", state=job.state)
        call_after_commit(session, self._tell)
        return await self.get(session, job_id)

    async def prune(self, session: AsyncSession, older_than: timedelta) -> int:
        """Delete jobs that ended longer ago; return how many."""
        return await JobRepository(session).prune(self._clock.now() - older_than)

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()
