"""Takes due jobs and runs them, beside any number of other processes on the same database."""

from __future__ import annotations

import asyncio
import os
import platform
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from uuid import UUID, uuid4

import structlog
from pydantic import JsonValue
from pydantic_core import to_jsonable_python
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import Clock
from kit.db import Database
from kit.db_faults import STORAGE_FAULTS
from kit.errors import AssistError, DependencyError
from kit.jobs.handler import JobCancelledError, JobHandler, JobResult, LeaseLostError, OnFailed, RunningJob
from kit.jobs.queue import JobQueue
from kit.jobs.repository import JobRepository, Lease
from kit.jobs.schemas import JobDetail, JobState
from kit.logging import told_by
from kit.metrics import counter
from kit.periodic import Loop, WakeUp, run_and_log
from kit.tasks import TaskSupervisor, cancel_and_wait

POLL_SECONDS = 1.0
"""How often is looked for jobs that another process ordered or left, and for cancels."""
RENEWALS_PER_LEASE = 3
"""Two renewals may fail before a lease runs out."""
END_RETRY_SECONDS = 1.0
KEPT_AFTER_END = timedelta(days=30)
PRUNE_SECONDS = 3600.0
ABANDONED = "job_abandoned"
"""Error code of a job whose last attempt ended with its process."""
UNEXPECTED = "unexpected"
"""Error code of a job whose handler raised something that is no `AssistError`: a bug, in the log with its traceback."""

SCHEDULED = "schedule"
"""Unique key of a job that its schedule ordered: one that takes longer than its period is not ordered twice."""

JOBS_ENDED = counter("jobs_ended_total", "Attempts at jobs by how they ended", ("kind", "outcome"))

log = structlog.get_logger(__name__)


class JobRunner:
    """Owner of the jobs that run in this process."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        queue: JobQueue,
        handlers: Iterable[JobHandler],
        *,
        on_failed: Iterable[OnFailed] = (),
        poll_seconds: float = POLL_SECONDS,
        owner: str | None = None,
    ) -> None:
        """Keep the parts; nothing runs yet.

        Args:
            database: Shared with the other processes.
            clock: Its wall time decides about leases: machines that share a database keep theirs within a few seconds.
            queue: Tells of orders of this process.
            handlers: The kinds that this process runs; jobs of other kinds wait for another one.
            on_failed: Called, in its transaction, for every job that fails for good: to notify its owner.
            poll_seconds: Pause between two looks at the database.
            owner: Names this process among the others; made up by default.
        """
        self._database = database
        self._clock = clock
        self._queue = queue
        self._handlers = {handler.kind: handler for handler in handlers}
        self._schedules = {kind: made.schedule for kind, made in self._handlers.items() if made.schedule is not None}
        self._on_failed = tuple(on_failed)
        self._poll_seconds = poll_seconds
        self._owner = owner or f"{platform.node()[:40]}:{os.getpid()}:{uuid4().hex[:8]}"
        self._tasks = TaskSupervisor("jobs")
        self._wake_up = WakeUp(clock)
        self._running: dict[UUID, RunningJob] = {}
        self._counts: Counter[str] = Counter()
        queue.listen(self._wake_up.wake)

    @property
    def loops(self) -> tuple[Loop, ...]:
        """Periodic work beside the jobs: jobs that ended long ago are deleted."""
        return (Loop("jobs-pruning", PRUNE_SECONDS, self._prune, is_due_at_start=True),)

    @property
    def running_count(self) -> int:
        """How many jobs run in this process."""
        return len(self._running)

    async def prepare(self) -> None:
        """Write the schedules of the handlers; `start` does it as well."""
        now = self._clock.now()
        async with self._database.session() as session:
            jobs = JobRepository(session)
            known = await jobs.schedules()
            for kind, schedule in self._schedules.items():
                row = known.get(kind)
                if row is None or row.rule != schedule.rule:
                    await jobs.keep_schedule(kind, schedule.rule, schedule.next_after(now))

    def start(self) -> None:
        """Take and run jobs in the background until `aclose`."""
        self._tasks.start(self._take_forever(), name="taking")

    async def run_due(self) -> int:
        """Run what is due now, to its end, and return how many attempts that were: for commands and tests."""
        count = 0
        while started := await self._take_due():
            count += len(started)
            await asyncio.gather(*started)
        return count

    async def aclose(self) -> None:
        """Stop: running jobs are cancelled and put back for whoever comes next. Safe to call twice."""
        await self._tasks.aclose()

    # ---- taking -------------------------------------------------------------------------------------------------

    async def _take_forever(self) -> None:
        is_prepared = False
        while True:
            if not is_prepared:
                is_prepared = await run_and_log("jobs-schedules", self.prepare)
            await run_and_log("jobs", self._look)
            await self._wake_up.wait(self._poll_seconds)

    async def _look(self) -> None:
        await self._pass_on_cancels()
        await self._order_scheduled()
        await self._take_due()

    async def _pass_on_cancels(self) -> None:
        if not self._running:
            return
        async with self._database.session() as session:
            asked = await JobRepository(session).cancels(list(self._running))
        for job_id in asked & self._running.keys():
            self._running[job_id].ask_cancel()

    async def _order_scheduled(self) -> None:
        if not self._schedules:
            return
        now = self._clock.now()
        async with self._database.session() as session:
            jobs = JobRepository(session)
            for kind, row in (await jobs.schedules()).items():
                schedule = self._schedules.get(kind)
                if schedule is None or row.next_at > now:
                    continue
                if await jobs.move_schedule(kind, row.next_at, schedule.next_after(now)):
                    await self._queue.enqueue(session, kind, {}, unique_key=SCHEDULED)

    async def _take_due(self) -> list[asyncio.Task[None]]:
        started: list[asyncio.Task[None]] = []
        free = [handler for handler in self._handlers.values() if self._has_place(handler)]
        if not free:
            return started
        async with self._database.session() as session:
            due = await JobRepository(session).due_kinds([handler.kind for handler in free], self._clock.now())
        for handler in free:
            while handler.kind in due and self._has_place(handler) and (task := await self._take_one(handler)):
                started.append(task)
        return started

    def _has_place(self, handler: JobHandler) -> bool:
        return self._counts[handler.kind] < handler.concurrency

    async def _take_one(self, handler: JobHandler) -> asyncio.Task[None] | None:
        """Take one job of a kind and start it; None where none is due."""
        while True:
            async with self._database.session() as session:
                found = await JobRepository(session).due_ids(handler.kind, self._clock.now(), limit=1)
            if not found:
                return None
            if (job := await self._take(handler, found[0])) is not None:
                return self._begin(handler, job)

    async def _take(self, handler: JobHandler, job_id: UUID) -> RunningJob | None:
        now = self._clock.now()
        async with self._database.session() as session:
            jobs = JobRepository(session)
            if not await jobs.take(job_id, self._owner, now, now + handler.lease):
                return None
            row = await jobs.find(job_id)
            if row is None:
                return None
            lease = Lease(row.id, row.fence)
            if row.attempts > handler.max_attempts:
                # Each attempt ended with its process: this job may be what ends them.
                await self._fail(session, handler, lease, _error(ABANDONED, "The server stopped each time it ran."))
                return None
            if row.cancel_asked_at is not None:
                await jobs.end(lease, JobState.CANCELLED, now)
                JOBS_ENDED.labels(handler.kind, JobState.CANCELLED).inc()
                return None
            detail = JobDetail.model_validate(row)
        return RunningJob(detail, lease, handler.lease, self._database, self._clock)

    # ---- running ------------------------------------------------------------------------------------------------

    def _begin(self, handler: JobHandler, job: RunningJob) -> asyncio.Task[None]:
        self._running[job.id] = job
        self._counts[handler.kind] += 1
        task = self._tasks.start(self._run(handler, job), name=f"{handler.kind}.{job.id}")
        # Here and not in the task: one that is cancelled before it begins would keep its place.
        task.add_done_callback(lambda _task: self._leave(handler, job))
        return task

    def _leave(self, handler: JobHandler, job: RunningJob) -> None:
        if self._running.get(job.id) is job:
            del self._running[job.id]
        self._counts[handler.kind] -= 1
        self._wake_up.wake()

    async def _run(self, handler: JobHandler, job: RunningJob) -> None:
        is_over = WakeUp(self._clock)
        renewing = asyncio.create_task(self._renew(handler, job, is_over), name=f"{handler.kind}.lease")
        working = asyncio.create_task(_work(handler, job), name=f"{handler.kind}.work")
        try:
            await asyncio.wait({renewing, working}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                log.warning("job_lease_lost", kind=job.kind, job_id=str(job.id))
                await cancel_and_wait(working)
                return
            await self._write_end(handler, job, working)
        except asyncio.CancelledError:
            await cancel_and_wait(working)
            await self._hand_back(job)
            raise
        finally:
            # Not cancelled: a connection whose statement is cut off is lost to the pool.
            is_over.wake()
            await renewing

    async def _renew(self, handler: JobHandler, job: RunningJob, is_over: WakeUp) -> None:
        """Keep the lease until the job is over; return before that once the lease is lost or ran out."""
        lease_seconds = handler.lease.total_seconds()
        held_until = self._clock.monotonic() + lease_seconds
        while self._clock.monotonic() < held_until and not job.is_lost:
            if await is_over.wait(lease_seconds / RENEWALS_PER_LEASE):
                return
            begun = self._clock.monotonic()
            try:
                async with self._database.session() as session:
                    is_held = await JobRepository(session).renew(job.lease, self._clock.now() + handler.lease)
            except Exception as error:  # noqa: BLE001  # rejected: a database that is away for a moment ends no job
                log.warning("job_lease_not_renewed", kind=job.kind, job_id=str(job.id), **told_by(error))
                continue
            if not is_held and not job.has_succeeded:
                break
            held_until = begun + lease_seconds
        job.lose()

    async def _write_end(self, handler: JobHandler, job: RunningJob, working: asyncio.Task[JobResult | None]) -> None:
        """Write how the work ended, again and again while the database is away and the job is still this runner's."""
        if job.has_succeeded:
            JOBS_ENDED.labels(handler.kind, JobState.SUCCEEDED).inc()
            return
        error = asyncio.CancelledError() if working.cancelled() else working.exception()
        if isinstance(error, LeaseLostError):
            log.warning("job_lease_lost", kind=job.kind, job_id=str(job.id))
            return
        if error is not None and not isinstance(error, JobCancelledError):
            log.warning("job_attempt_failed", kind=job.kind, job_id=str(job.id), attempt=job.attempt, **told_by(error))
        result = None if error is not None else working.result()

        async def write() -> None:
            async with self._database.session() as session:
                await self._end(session, handler, job, error, result)

        while not job.is_lost and not await run_and_log("job-end", write):
            await self._clock.sleep(END_RETRY_SECONDS)

    async def _end(
        self,
        session: AsyncSession,
        handler: JobHandler,
        job: RunningJob,
        error: BaseException | None,
        result: JobResult | None,
    ) -> None:
        jobs, now = JobRepository(session), self._clock.now()
        if error is None:
            kept = None if result is None else dict(result)
            is_held, outcome = await jobs.end(job.lease, JobState.SUCCEEDED, now, result=kept), "succeeded"
        elif isinstance(error, JobCancelledError):
            is_held, outcome = await jobs.end(job.lease, JobState.CANCELLED, now), "cancelled"
        elif _is_worth_another(error) and job.attempt < handler.max_attempts:
            run_at = now + handler.pause_after(job.attempt)
            is_held, outcome = await jobs.put_back(job.lease, run_at, error=_error_of(error)), "retried"
        else:
            is_held, outcome = await self._fail(session, handler, job.lease, _error_of(error)), "failed"
        if not is_held:
            job.lose()
            log.warning("job_lease_lost", kind=job.kind, job_id=str(job.id))
            return
        if outcome != "failed":
            JOBS_ENDED.labels(handler.kind, outcome).inc()

    async def _fail(
        self, session: AsyncSession, handler: JobHandler, lease: Lease, error: Mapping[str, object]
    ) -> bool:
        jobs = JobRepository(session)
        if not await jobs.end(lease, JobState.FAILED, self._clock.now(), error=error):
            return False
        row = await jobs.find(lease.job_id)
        if row is not None:
            detail = JobDetail.model_validate(row)
            for on_failed in (*filter(None, [handler.on_failed]), *self._on_failed):
                await self._tell_failed(session, on_failed, detail)
        JOBS_ENDED.labels(handler.kind, JobState.FAILED).inc()
        log.error("job_failed", kind=handler.kind, job_id=str(lease.job_id), code=error["error_code"])
        return True

    async def _tell_failed(self, session: AsyncSession, on_failed: OnFailed, job: JobDetail) -> None:
        try:
            async with session.begin_nested():
                await on_failed(session, job)
        except STORAGE_FAULTS:
            raise
        except Exception:  # rejected: the job has failed, whatever becomes of the news
            log.exception("job_failure_not_told", kind=job.kind, job_id=str(job.id))

    async def _hand_back(self, job: RunningJob) -> None:
        if job.has_succeeded or job.is_lost:
            return

        async def put_back() -> None:
            async with self._database.session() as session:
                await JobRepository(session).put_back(job.lease, self._clock.now(), counts=False)

        # Where this fails, the lease runs out and the next runner comes.
        await run_and_log("job-handing-back", put_back)

    async def _prune(self) -> None:
        async with self._database.session() as session:
            count = await self._queue.prune(session, KEPT_AFTER_END)
        if count:
            log.info("jobs_pruned", count=count)


async def _work(handler: JobHandler, job: RunningJob) -> JobResult | None:
    return await handler.run(job)


def _is_worth_another(error: BaseException) -> bool:
    """Whether the same work can end better next time: a rule of the business says no again, a bug maybe not."""
    if isinstance(error, DependencyError):
        return error.retryable
    return not isinstance(error, AssistError)


def _error_of(error: BaseException) -> Mapping[str, object]:
    if isinstance(error, AssistError):
        details: dict[str, JsonValue] = to_jsonable_python(dict(error.details), fallback=str)
        return _error(error.error_code, error.message, details)
    return _error(UNEXPECTED, "Something unexpected happened; the log of the server says what.")


def _error(code: str, message: str, details: Mapping[str, JsonValue] | None = None) -> Mapping[str, object]:
    return {
        "error_code": code[:64],
        "error_message": message[:500],
        "error_details": None if details is None else dict(details),
    }
