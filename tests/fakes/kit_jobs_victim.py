"""A process for tests to kill: `python -m tests.fakes.kit_jobs_victim jobs|outbox URL MINUTES FILE`.

`jobs` runs jobs of kind `wall.build`, which lay bricks: each brick is an event in the outbox, written in a transaction
of the job. `outbox` delivers events by adding a line to FILE. MINUTES sets the process's clock forward, so that it
finds the leases of the ones killed before it run out.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from kit.clock import SystemClock
from kit.db import Database
from kit.jobs import JobHandler, JobQueue, JobResult, JobRunner, RunningJob
from kit.outbox import Outbox, OutboxEvent, OutboxRunner, Subscriber
from kit.outbox.models import OutboxEventRow

KIND = "wall.build"
LAID = "brick.laid"
SUBSCRIBER = "file"
STEP_SECONDS = 0.05


class SetForwardClock(SystemClock):
    def __init__(self, by: timedelta) -> None:
        self._by = by

    @classmethod
    def by_minutes(cls, minutes: int) -> SetForwardClock:
        return cls(timedelta(minutes=minutes))

    def now(self) -> datetime:
        return super().now() + self._by


class Mason:
    def __init__(self, database: Database, clock: SystemClock) -> None:
        self._database = database
        self._outbox = Outbox(clock)

    async def build(self, job: RunningJob) -> JobResult:
        bricks = int(str(job.payload["bricks"]))
        async with self._database.session() as session:
            statement = select(OutboxEventRow.key).where(OutboxEventRow.key.startswith(f"{job.id}:"))
            laid = len((await session.scalars(statement)).all())
        for number in range(laid, bricks):
            async with job.transaction() as session:
                self._outbox.add(session, LAID, f"{job.id}:{number}", {"process": os.getpid()})
            await job.report(number + 1, bricks)
            await asyncio.sleep(STEP_SECONDS)
        return {"process": os.getpid(), "attempt": job.attempt}


async def run_jobs(database: Database, clock: SystemClock) -> None:
    handler = JobHandler(KIND, Mason(database, clock).build, max_attempts=10)
    runner = JobRunner(database, clock, JobQueue(clock), [handler], poll_seconds=0.05)
    runner.start()
    await asyncio.Event().wait()


async def run_outbox(database: Database, clock: SystemClock, file: Path) -> None:
    async def take(event: OutboxEvent) -> None:
        with file.open("a", encoding="ascii") as lines:
            lines.write(f"{event.position} {event.id}\n")
        await asyncio.sleep(STEP_SECONDS)

    outbox = Outbox(clock)
    outbox.subscribe(Subscriber(SUBSCRIBER, (LAID,), take))
    await OutboxRunner(database, clock, outbox, poll_seconds=0.05).start()
    await asyncio.Event().wait()


async def main() -> None:
    kind, url, minutes, file = sys.argv[1:]
    database, clock = Database(url), SetForwardClock(timedelta(minutes=int(minutes)))
    await (run_jobs(database, clock) if kind == "jobs" else run_outbox(database, clock, Path(file)))


if __name__ == "__main__":
    asyncio.run(main())
