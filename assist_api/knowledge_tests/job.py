"""The run of all gold questions: on demand and once a day, as a durable job, one at a time in the installation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.http.actor import Actor, program
from assist_api.http.core import AuditTrail
from assist_api.knowledge_tests.schemas import FullRunState
from kb.gold.results import FullTest
from kb.gold.runs import GoldRunService
from kb.gold.tester import GoldTester
from kit.clock import Clock
from kit.db import Database
from kit.errors import ConflictError
from kit.jobs import JobCancelledError, JobDetail, JobFilter, JobHandler, JobQueue, JobState, RunningJob
from kit.tasks import cancel_and_wait

KIND = "knowledge_tests.run"
LOOK_EVERY_SECONDS = 600.0
"""How often it is looked whether a run is due; the first look comes that long after the start."""
REPORT_SECONDS = 0.5
BY_ITSELF = program("system")
_THE_ONE = "all"
_SHOWN_JOBS = 20
"""Of the newest jobs; the last run that ended well is among them unless 20 in a row failed."""


class FullRunJob:
    """Orders the run, does it, and tells how far it is; everything it knows is in the database."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        jobs: JobQueue,
        tester: GoldTester,
        every: Callable[[], timedelta],
        is_ready: Callable[[], bool],
        audit: AuditTrail,
    ) -> None:
        """Keep the parts; nothing runs yet.

        Args:
            database: Where the history is.
            clock: For due dates.
            jobs: Where the run is ordered.
            tester: Runs the questions.
            every: Returns the pause between runs that nobody asked for; zero for none.
            is_ready: Whether search is complete, so that a run by itself measures what agents get.
            audit: Where an order is recorded.
        """
        self._database = database
        self._clock = clock
        self._jobs = jobs
        self._tester = tester
        self._every = every
        self._is_ready = is_ready
        self._audit = audit
        self.handler = JobHandler(KIND, self._run)

    async def state(self) -> FullRunState:
        """Return how far the run is, and when all questions ran last."""
        async with self._database.session() as session:
            latest = await GoldRunService(session, self._clock).latest_full_run_at()
            jobs = (await self._jobs.page(session, JobFilter(kinds=(KIND,)), limit=_SHOWN_JOBS)).items
        newest = jobs[0] if jobs else None
        ended = next((job for job in jobs if job.state.is_finished), None)
        return FullRunState(
            is_running=newest is not None and not newest.state.is_finished,
            done=newest.progress_done if newest else 0,
            total=(newest.progress_total or 0) if newest else 0,
            finished_run_id=next((run_id for job in jobs if (run_id := _run_of(job)) is not None), None),
            failed_code=ended.error_code if ended is not None and ended.state is JobState.FAILED else None,
            latest_at=latest,
        )

    async def start(self, actor: Actor) -> None:
        """Order a run.

        Args:
            actor: Named in the history, and told when the run fails.

        Raises:
            ConflictError: `knowledge_test_running`: one is going on.
        """
        async with self._database.session() as session:
            payload = {"author": actor.name}
            order = await self._jobs.enqueue(session, KIND, payload, actor.account_id, unique_key=_THE_ONE)
            if not order.is_new:
                message = "All gold questions are being run already; wait for the end."
                raise ConflictError(message, code="knowledge_test_running")
            self._audit.record(session, actor, "knowledge_test.started", "job", order.job_id)

    async def start_when_due(self) -> None:
        """Order a run when the last one is too long ago."""
        every = self._every()
        if every <= timedelta(0) or not self._is_ready():
            return
        state = await self.state()
        is_due = state.latest_at is None or self._clock.now() - state.latest_at >= every
        if is_due and not state.is_running:
            await self.start(BY_ITSELF)

    async def _run(self, job: RunningJob) -> None:
        test = await self._tested(job)
        async with job.transaction() as session:
            run_id = await self._record(session, test, str(job.payload["author"]))
            await job.succeed(session, {"run_id": str(run_id)})

    async def _record(self, session: AsyncSession, test: FullTest, author: str) -> UUID:
        return (await GoldRunService(session, self._clock).record_full(test, author)).id

    async def _tested(self, job: RunningJob) -> FullTest:
        done, total = 0, 0

        def note(now_done: int, now_total: int) -> None:
            nonlocal done, total
            done, total = now_done, now_total

        working = asyncio.create_task(self._tester.test_all(note), name="knowledge-tests.run")
        cancelled = asyncio.create_task(job.wait_for_cancel(), name="knowledge-tests.cancel")
        try:
            while not working.done():
                await asyncio.wait({working, cancelled}, timeout=REPORT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                if cancelled.done():
                    raise JobCancelledError
                await job.report(done, total)
            test = working.result()
        finally:
            await cancel_and_wait(working, cancelled)
        await job.report(len(test.placements), len(test.placements))
        return test


def _run_of(job: JobDetail) -> UUID | None:
    return UUID(str(job.result["run_id"])) if job.result else None
