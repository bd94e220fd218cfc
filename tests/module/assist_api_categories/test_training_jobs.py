"""The training of category models as a job: ordered once, cancelled, its model taken up by every process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from assist_api.categories.training import KIND, CategoryTraining
from kb.classify.registry import Candidate, ModelRegistry
from kb.classify.service import CategoryService
from kb.entries.service import KnowledgeService
from kb.indexing.document_source import DatabaseDocumentSource
from kit.clock import Clock, SystemClock
from kit.db import Database
from kit.jobs import JobDetail, JobFilter, JobQueue, JobRunner, JobState
from tests.fakes.kb_core_drafts import entry_draft

pytestmark = pytest.mark.module


@dataclass(slots=True)
class Process:
    """What one server process has of category models."""

    database: Database
    categories: CategoryService
    training: CategoryTraining
    queue: JobQueue
    runner: JobRunner

    async def jobs(self) -> list[JobDetail]:
        async with self.database.session() as session:
            return (await JobQueue(SystemClock()).page(session, JobFilter(kinds=(KIND,)))).items

    async def write(self, title: str, situation: str) -> None:
        async with self.database.session() as session:
            draft = entry_draft(title=title, variants=[f"{title}吗"], situation=situation)
            await KnowledgeService(session, SystemClock()).create_entry(draft, "李知识")


@asynccontextmanager
async def open_process(
    url: str, folder: Path, registry_of: Callable[[Database, Clock], ModelRegistry] = ModelRegistry
) -> AsyncIterator[Process]:
    database, clock = Database(url), SystemClock()
    source, queue = DatabaseDocumentSource(database), JobQueue(clock)
    categories = CategoryService(source, registry_of(database, clock), folder / "categories", clock)
    training = CategoryTraining(database, queue, categories)
    runner = JobRunner(database, clock, queue, [training.handler])
    try:
        yield Process(database, categories, training, queue, runner)
    finally:
        await runner.aclose()
        await categories.aclose()
        await database.aclose()


@pytest.fixture
async def here(database_url: str, tmp_path: Path) -> AsyncIterator[Process]:
    async with open_process(database_url, tmp_path) as process:
        await process.write("家里突然没电", "power.outage.single")
        await process.write("电费太高", "power.billing.dispute")
        yield process


@pytest.fixture
async def there(database_url: str, tmp_path: Path) -> AsyncIterator[Process]:
    async with open_process(database_url, tmp_path) as process:
        yield process


async def test_change_of_the_knowledge_is_learned_once_and_every_process_takes_the_model_up(
    here: Process, there: Process
) -> None:
    await here.training.follow()
    await there.training.follow()
    # A lexical model stands in meanwhile.
    assert (there.categories.is_ready, there.categories.live_number) == (True, None)
    (job,) = await here.jobs()
    assert job.payload == {"asked_by": "", "reason": "knowledge"}
    assert await there.training.is_ordered()

    assert await here.runner.run_due() == 1
    await there.training.follow()
    assert (here.categories.live_number, there.categories.live_number) == (1, 1)
    assert there.categories.is_settled
    # The other process had not ordered anything for the change yet; its job finds the model that there is.
    assert await there.runner.run_due() == 1
    assert [job.result for job in await here.jobs()] == [{"number": 1}, {"number": 1}]
    for process in (here, there):
        await process.training.follow()
    assert not await here.training.is_ordered()


async def test_training_that_a_person_asks_for_is_ordered_once(here: Process) -> None:
    owner = uuid4()
    assert await here.training.order("李知识", owner)
    assert not await here.training.order("王知识", uuid4())
    assert await here.runner.run_due() == 1
    (job,) = await here.jobs()
    assert (job.state, job.owner_account_id, job.result) == (JobState.SUCCEEDED, owner, {"number": 1})
    (model,) = await ModelRegistry(here.database, SystemClock()).list_models()
    assert (model.trained_by, model.state) == ("李知识", "live")


class WaitingRegistry(ModelRegistry):
    """Waits for good between the file of a model and its row."""

    is_reached: asyncio.Event

    async def add(self, number: int, candidate: Candidate, *, goes_live: bool) -> None:
        self.is_reached.set()
        await asyncio.Event().wait()


async def test_training_that_runs_stops_when_it_is_cancelled(here: Process, database_url: str, tmp_path: Path) -> None:
    reached = asyncio.Event()

    def registry_of(database: Database, clock: Clock) -> ModelRegistry:
        registry = WaitingRegistry(database, clock)
        registry.is_reached = reached
        return registry

    async with open_process(database_url, tmp_path, registry_of) as process:
        await process.training.order("李知识")
        process.runner.start()
        async with asyncio.timeout(120):
            await reached.wait()
            (job,) = await process.jobs()
            async with process.database.session() as session:
                await process.queue.cancel(session, job.id)
            while await process.training.is_ordered():  # noqa: ASYNC110  # rejected: the runner tells nobody
                await asyncio.sleep(0.05)
    (job,) = await here.jobs()
    assert job.state is JobState.CANCELLED
    assert await ModelRegistry(here.database, SystemClock()).list_models() == []


async def test_cancelled_training_leaves_no_model(here: Process) -> None:
    await here.training.order("李知识")
    (job,) = await here.jobs()
    async with here.database.session() as session:
        await JobQueue(SystemClock()).cancel(session, job.id)
    assert await here.runner.run_due() == 0
    assert not await here.training.is_ordered()
    assert await ModelRegistry(here.database, SystemClock()).list_models() == []
