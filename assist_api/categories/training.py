"""The training of category models as a durable job, one at a time in the installation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kb.classify.registry import Reason
from kb.classify.service import CategoryService
from kit.db import Database
from kit.jobs import JobCancelledError, JobFilter, JobHandler, JobQueue, JobResult, JobState, RunningJob
from kit.tasks import cancel_and_wait

KIND = "categories.train"
_THE_ONE = "model"
_UNFINISHED = JobFilter(kinds=(KIND,), states=(JobState.WAITING, JobState.RUNNING))


class CategoryTraining:
    """Orders the training of a model and does it; every process takes up the model that went live."""

    def __init__(self, database: Database, jobs: JobQueue, categories: CategoryService) -> None:
        self._database = database
        self._jobs = jobs
        self._categories = categories
        self.handler = JobHandler(KIND, self._run)

    async def order(
        self,
        asked_by: str,
        owner_id: UUID | None = None,
        reason: Reason = Reason.ASKED,
        also: Callable[[AsyncSession], None] = lambda _session: None,
    ) -> bool:
        """Order the training of a model from everything there is; return False while one is ordered already.

        Args:
            asked_by: Display name of the person who asks; empty when the server trains by itself.
            owner_id: Account that is told when it fails.
            reason: Kept with the model.
            also: Writes more into the transaction of a new order.
        """
        payload = {"asked_by": asked_by, "reason": reason.value}
        async with self._database.session() as session:
            order = await self._jobs.enqueue(session, KIND, payload, owner_id, unique_key=_THE_ONE)
            if order.is_new:
                also(session)
            return order.is_new

    async def is_ordered(self) -> bool:
        """Return whether a training waits or runs, in any process."""
        async with self._database.session() as session:
            return bool((await self._jobs.page(session, _UNFINISHED, limit=1)).items)

    async def follow(self) -> None:
        """Take up the live model, and order a training when the knowledge changed or agents chose often enough."""
        await self._categories.refresh()
        due = await self._categories.due()
        # A training that is ordered already may have read its examples before this change: it stays due then.
        if due is not None and await self.order("", reason=due.reason):
            self._categories.note_ordered(due)

    async def _run(self, job: RunningJob) -> JobResult:
        reason, asked_by = Reason(str(job.payload["reason"])), str(job.payload["asked_by"])
        training = asyncio.create_task(self._categories.train(asked_by, reason), name="categories.train")
        cancelled = asyncio.create_task(job.wait_for_cancel(), name="categories.cancel")
        try:
            await asyncio.wait({training, cancelled}, return_when=asyncio.FIRST_COMPLETED)
            if not training.done():
                # The fit ends in its thread; what it learned is not recorded.
                raise JobCancelledError
            return {"number": training.result()}
        finally:
            await cancel_and_wait(training, cancelled)
