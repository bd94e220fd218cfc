"""A database with the tables of jobs and outbox, and a process that can be killed at any of its statements."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import Base, Database
from kit.jobs.models import JobRow, JobScheduleRow
from kit.outbox.models import OutboxEventRow, OutboxParkedRow, OutboxSubscriptionRow, OutboxTopicRow

TABLES = [
    kind.metadata.tables[kind.__tablename__]
    for kind in (
        JobRow,
        JobScheduleRow,
        OutboxTopicRow,
        OutboxEventRow,
        OutboxSubscriptionRow,
        OutboxParkedRow,
    )
]


@asynccontextmanager
async def open_database(url: str, *, creates: bool = True) -> AsyncIterator[Database]:
    database = Database(url)
    if creates:
        async with database.engine.begin() as connection:
            await connection.run_sync(lambda sync: Base.metadata.create_all(sync, tables=TABLES))
    try:
        yield database
    finally:
        await database.aclose()


class KilledError(BaseException):
    """The process is gone: no handler of `Exception` sees it, and nothing it does afterwards has an effect."""


class MortalDatabase(Database):
    """The database as a process sees it that is killed after some steps.

    A step is the beginning or the commit of a transaction; from then on every transaction fails, those of clean-up
    code included, as none of it would run in a killed process.
    """

    def __init__(self, survivor: Database, steps: int) -> None:
        self.url = survivor.url
        self.engine = survivor.engine
        self._survivor = survivor
        self._steps = steps

    def step(self) -> None:
        """Take one step, or die."""
        self._steps -= 1
        if self._steps < 0:
            raise KilledError

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        self.step()
        async with self._survivor.session() as session:
            yield session
            self.step()
        # Committed, and the process does not live to know it.
        self.step()
