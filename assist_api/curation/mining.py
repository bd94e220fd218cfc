"""Reads the unanswered questions of calls that ended: a few at once here, many in a process that gives way.

Event logs are read and de-identified in Python, which holds up everything else that this process does. Beside live
calls a backlog is therefore read elsewhere, and written here in short transactions with pauses between them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Protocol
from uuid import UUID

from assist_api.calls.models import CallRow
from assist_api.calls.repository import CallRepository
from assist_api.curation.mining_worker import from_wire
from assist_api.curation.moments import Moment, unanswered
from assist_api.curation.repository import CurationRepository
from kit.clock import Clock
from kit.db import Database
from kit.worker_process import WorkerProcess

WORKER = "assist_api.curation.mining_worker"
BACKLOG_FROM = 200
"""Waiting calls from which a process is started for them; it takes two seconds to begin."""
ENDS_WITHIN_SECONDS = 2.0
PAUSE_SECONDS, BUSY_PAUSE_SECONDS = 0.05, 0.4
"""After every twenty calls: 10,000 calls take half a minute longer, or three and a half beside a live call."""
Found = Mapping[UUID, Sequence[Moment]]
"""Moments by call."""


class CallMiner(Protocol):
    """Finds the questions of calls."""

    async def find(self, calls: Sequence[CallRow]) -> Found:
        """Return the unanswered questions of some calls that ended."""
        ...

    async def give_way(self) -> None:
        """Pause between two transactions, so that others come to the database and the processor."""
        ...


class HereMiner:
    """Reads calls in this process."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, calls: Sequence[CallRow]) -> Found:
        """Return the unanswered questions of some calls that ended."""
        async with self._database.session() as session:
            rows = CallRepository(session)
            return {call.id: unanswered(await rows.events(call.id)) for call in calls}

    async def give_way(self) -> None:
        """Go on: few calls hold up nobody."""


class BesideMiner:
    """Reads calls in a process of its own.

    Args:
        process: Runs `mining_worker` on the database; whoever started it ends it.
        database: Tells whether calls go on.
        clock: Measures pauses.
    """

    def __init__(self, process: WorkerProcess, database: Database, clock: Clock) -> None:
        self._process = process
        self._database = database
        self._clock = clock

    async def find(self, calls: Sequence[CallRow]) -> Found:
        """Return the unanswered questions of some calls that ended.

        Raises:
            WorkerGoneError: The process died.
        """
        return await asyncio.to_thread(self._ask, [call.id for call in calls])

    async def give_way(self) -> None:
        """Pause, for longer while a call goes on."""
        async with self._database.session() as session:
            is_busy = await CurationRepository(session).has_running_call()
        await self._clock.sleep(BUSY_PAUSE_SECONDS if is_busy else PAUSE_SECONDS)

    def _ask(self, calls: Sequence[UUID]) -> Found:
        self._process.channel.send({"calls": [str(call_id) for call_id in calls]})
        answer = self._process.channel.receive().head
        return {call_id: list(from_wire(answer, call_id)) for call_id in calls}


@asynccontextmanager
async def open_miner(database: Database, clock: Clock, waiting: int) -> AsyncIterator[CallMiner]:
    """Yield what reads so many waiting calls without holding up live ones."""
    if waiting < BACKLOG_FROM:
        yield HereMiner(database)
        return
    process = await asyncio.to_thread(WorkerProcess.start, WORKER, has_environment=True)
    try:
        process.channel.send({"database": database.url.render_as_string(hide_password=False)})
        yield BesideMiner(process, database, clock)
    finally:
        await asyncio.to_thread(process.close, ENDS_WITHIN_SECONDS)
