"""kill -9 at the last moment of each kind of job: the next process repeats it, and nothing is there twice.

`documents.import` has its own test, `tests/integration/kb_ingest/test_interrupted_imports.py`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from assist_api.categories.training import KIND as TRAIN
from assist_api.categories.training import CategoryTraining
from assist_api.knowledge_tests.job import KIND as TEST
from assist_api.knowledge_tests.job import FullRunJob
from kb.classify.models import CategoryModelEventRow, CategoryModelRow
from kb.classify.storage import model_path
from kb.entries.service import KnowledgeService
from kb.gold.models import GoldRun, QuestionOrigin
from kb.gold.questions import GoldQuestionService
from kit.clock import SystemClock
from kit.db import Database
from kit.jobs import JobDetail, JobFilter, JobHandler, JobQueue, JobRunner, JobState
from tests.fakes.job_victim import open_handler
from tests.fakes.kb_core_drafts import entry_draft
from tests.fakes.kit_jobs_victim import SetForwardClock

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]
AFTER_THE_LEASE = timedelta(minutes=1)
"""Longer than a lease: the process that comes next finds that of the killed one run out."""


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database, clock = Database(database_url), SystemClock()
    async with database.session() as session:
        knowledge = KnowledgeService(session, clock)
        entry = await knowledge.create_entry(entry_draft(), "李知识")
        billing = entry_draft(title="电费太高", variants=["电费多"], situation="power.billing.dispute")
        await knowledge.create_entry(billing, "李知识")
        questions = GoldQuestionService(session, clock)
        await questions.add(entry.id, "就我一家没电了", QuestionOrigin.WRITTEN, "李知识")
    yield database
    await database.aclose()


def run_and_kill(kind: str, database_url: str, folder: Path) -> None:
    command = [sys.executable, "-m", "tests.fakes.job_victim", kind, database_url, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as victim:
        assert victim.stdout is not None
        told = victim.stdout.readline()
        victim.kill()
    assert told == "amid\n"


async def run_next(database: Database, handler: JobHandler, clock: SystemClock) -> int:
    runner = JobRunner(database, clock, JobQueue(clock), [handler])
    count = await runner.run_due()
    await runner.aclose()
    return count


async def job_of(database: Database, kind: str) -> JobDetail:
    async with database.session() as session:
        (job,) = (await JobQueue(SystemClock()).page(session, JobFilter(kinds=(kind,)))).items
    return job


async def test_killed_training_is_repeated_and_its_model_is_there_once(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    clock = SetForwardClock(AFTER_THE_LEASE)
    async with open_handler(TRAIN, database, clock, tmp_path, stops=False) as (handler, training):
        assert isinstance(training, CategoryTraining)
        async with database.session() as session:
            payload = {"asked_by": "李知识", "reason": "asked"}
            await JobQueue(SystemClock()).enqueue(session, TRAIN, payload, unique_key="model")
        run_and_kill(TRAIN, database_url, tmp_path)
        assert await training.is_ordered()
        assert await run_next(database, handler, clock) == 1
    job = await job_of(database, TRAIN)
    assert (job.state, job.attempts, job.result) == (JobState.SUCCEEDED, 2, {"number": 1})
    async with database.session() as session:
        (model,) = await session.scalars(select(CategoryModelRow))
        (event,) = await session.scalars(select(CategoryModelEventRow))
    assert (model.number, model.state, event.what) == (1, "live", "live")
    assert list((tmp_path / "categories").iterdir()) == [model_path(tmp_path / "categories", 1)]


async def test_killed_knowledge_test_is_repeated_and_its_run_is_there_once(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    clock = SetForwardClock(AFTER_THE_LEASE)
    async with open_handler(TEST, database, clock, tmp_path, stops=False) as (handler, full_run):
        assert isinstance(full_run, FullRunJob)
        async with database.session() as session:
            await JobQueue(SystemClock()).enqueue(session, TEST, {"author": "李知识"}, unique_key="all")
        run_and_kill(TEST, database_url, tmp_path)
        assert (await full_run.state()).is_running
        async with database.session() as session:
            assert list(await session.scalars(select(GoldRun))) == []
        assert await run_next(database, handler, clock) == 1
        state = await full_run.state()
    job = await job_of(database, TEST)
    assert (job.state, job.attempts) == (JobState.SUCCEEDED, 2)
    async with database.session() as session:
        (run,) = await session.scalars(select(GoldRun))
    assert (run.id, run.question_count, run.author) == (state.finished_run_id, 1, "李知识")
