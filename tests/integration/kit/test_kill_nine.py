"""Real processes are killed by the system, amid jobs and deliveries."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from kit.clock import SystemClock
from kit.db import Database
from kit.jobs import JobDetail, JobQueue, JobState
from kit.outbox import Outbox, OutboxRunner, Subscriber
from kit.outbox.models import OutboxEventRow
from tests.fakes.kit_jobs_database import open_database
from tests.fakes.kit_jobs_victim import KIND, LAID, SUBSCRIBER

pytestmark = pytest.mark.integration

PATIENCE_SECONDS = 120.0


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with open_database(database_url) as opened:
        yield opened


@contextmanager
def victim(kind: str, url: str, minutes: int = 0, file: Path = Path("/dev/null")) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "tests.fakes.kit_jobs_victim", kind, url, str(minutes), str(file)]
    process = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await condition():  # noqa: ASYNC110  # rejected: what is waited for is in another process
            await asyncio.sleep(0.1)


async def order(database: Database, bricks: int, count: int = 1) -> list[JobDetail]:
    queue = JobQueue(SystemClock())
    async with database.session() as session:
        ids = [(await queue.enqueue(session, KIND, {"bricks": bricks})).job_id for _ in range(count)]
        return [await queue.get(session, job_id) for job_id in ids]


async def bricks(database: Database) -> list[OutboxEventRow]:
    async with database.session() as session:
        statement = select(OutboxEventRow).order_by(OutboxEventRow.position)
        return list(await session.scalars(statement))


async def all_done(database: Database) -> bool:
    async with database.session() as session:
        counts = await JobQueue(SystemClock()).counts(session)
    return counts.keys() == {(KIND, JobState.SUCCEEDED)}


async def test_a_job_whose_process_is_killed_is_taken_up_by_another_and_nothing_is_done_twice(
    database: Database, database_url: str
) -> None:
    (job,) = await order(database, bricks=12)
    for attempt in range(2):
        with victim("jobs", database_url, minutes=attempt):
            wanted = 3 * (attempt + 1)

            async def is_amid(wanted: int = wanted) -> bool:
                return len(await bricks(database)) >= wanted

            await until(is_amid)
    assert len(await bricks(database)) < 12
    with victim("jobs", database_url, minutes=2):
        await until(lambda: all_done(database))
    assert [row.key for row in await bricks(database)] == [f"{job.id}:{number}" for number in range(12)]
    async with database.session() as session:
        ended = await JobQueue(SystemClock()).get(session, job.id)
    assert ended.attempts == 3


async def test_two_processes_share_the_jobs_of_a_database_and_run_none_twice(
    database: Database, database_url: str
) -> None:
    jobs = await order(database, bricks=1, count=2)
    with victim("jobs", database_url), victim("jobs", database_url):
        # Both are up once both have done something.
        async def both_work() -> bool:
            if await all_done(database):
                jobs.extend(await order(database, bricks=1, count=2))
            return len({row.payload["process"] for row in await bricks(database)}) == 2

        await until(both_work)
        jobs += await order(database, bricks=2, count=30)
        await until(lambda: all_done(database))
    laid = Counter(row.key.partition(":")[0] for row in await bricks(database))
    assert laid == {str(job.id): int(str(job.payload["bricks"])) for job in jobs}
    assert len({row.payload["process"] for row in (await bricks(database))[-30:]}) == 2
    async with database.session() as session:
        page = await JobQueue(SystemClock()).page(session, limit=200)
    assert {job.attempts for job in page.items} == {1}


async def test_deliveries_of_processes_that_are_killed_go_on_without_a_loss(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    file, clock = tmp_path / "delivered", SystemClock()
    file.touch()
    outbox = Outbox(clock)

    async def never(_event: object) -> None:
        raise AssertionError

    outbox.subscribe(Subscriber(SUBSCRIBER, (LAID,), never))
    await OutboxRunner(database, clock, outbox).prepare()
    async with database.session() as session:
        ids = [outbox.add(session, LAID, str(number), {}) for number in range(20)]

    def lines() -> list[str]:
        return file.read_text(encoding="ascii").splitlines()

    for kill in range(2):
        with victim("outbox", database_url, kill, file):
            wanted = len(lines()) + 3

            async def is_amid(wanted: int = wanted) -> bool:
                return len(lines()) >= wanted

            await until(is_amid)
    with victim("outbox", database_url, 2, file):

        async def is_over() -> bool:
            return lines()[-1].startswith("20 ")

        await until(is_over)
    # A duplicate is told by its id; without them the order is that of the commits.
    assert list(dict.fromkeys(lines())) == [f"{position} {event}" for position, event in enumerate(ids, 1)]
