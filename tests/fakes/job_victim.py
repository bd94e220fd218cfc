"""A process that runs one kind of job and stops for good just before the job's result is committed.

`python -m tests.fakes.job_victim categories.train|knowledge_tests.run URL FOLDER` prints `amid` once it is there, so
that a test can kill it at the point where most would be lost or doubled.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.audit.log import AuditLog
from assist_api.categories.training import KIND as TRAIN
from assist_api.categories.training import CategoryTraining
from assist_api.knowledge_tests.job import FullRunJob
from assist_api.search.parts import parts_of_search
from kb.classify.registry import Candidate, ModelRegistry
from kb.classify.service import CategoryService
from kb.gold.results import FullTest
from kb.indexing.document_source import DatabaseDocumentSource
from kb.settings import KBSettings
from kit.clock import Clock, SystemClock
from kit.db import Database
from kit.jobs import JobHandler, JobQueue, JobRunner
from tests.fakes.assist_core_server import settings_for


async def stop_for_good() -> None:
    """Say that it is time to kill this process, and do nothing more."""
    sys.stdout.write("amid\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


class StoppingRegistry(ModelRegistry):
    """Stops between the file of a model and its row."""

    async def add(self, number: int, candidate: Candidate, *, goes_live: bool) -> None:
        await stop_for_good()


class StoppingFullRun(FullRunJob):
    """Stops between the row of a run and its commit."""

    async def _record(self, session: AsyncSession, test: FullTest, author: str) -> UUID:
        run_id = await super()._record(session, test, author)
        await session.flush()
        await stop_for_good()
        return run_id


@asynccontextmanager
async def open_handler(
    kind: str, database: Database, clock: Clock, folder: Path, *, stops: bool
) -> AsyncIterator[tuple[JobHandler, CategoryTraining | FullRunJob]]:
    """Yield the handler of a kind and what orders its jobs."""
    queue = JobQueue(clock)
    if kind == TRAIN:
        registry = (StoppingRegistry if stops else ModelRegistry)(database, clock)
        categories = CategoryService(DatabaseDocumentSource(database), registry, folder / "categories", clock)
        training = CategoryTraining(database, queue, categories)
        yield training.handler, training
        await categories.aclose()
        return
    settings = settings_for(str(database.url), folder)
    knowledge = parts_of_search(settings, KBSettings(_env_file=None, embedder="none"), database, clock)
    full_run = (StoppingFullRun if stops else FullRunJob)(
        database, clock, queue, knowledge.tester, timedelta, lambda: True, AuditLog(clock)
    )
    yield full_run.handler, full_run
    await knowledge.aclose()


async def main() -> None:
    """Run what is ordered."""
    kind, url, folder = sys.argv[1:]
    database, clock = Database(url), SystemClock()
    async with open_handler(kind, database, clock, Path(folder), stops=True) as (handler, _orders):
        await JobRunner(database, clock, JobQueue(clock), [handler]).run_due()


if __name__ == "__main__":
    asyncio.run(main())
