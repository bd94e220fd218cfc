"""Keeps the events of one call that the database has not stored yet, in order and bounded.

A database that is restarted, or whose disk is full, must cost no agent the call on the screen. While it is away events
go to the spool and on to the screens; here they wait for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import structlog

from assist_api.calls import metrics
from assist_api.calls.events import CallEvent, CallInfo
from assist_api.calls.spool import EventSpool
from kit.clock import Clock
from kit.db_faults import STORAGE_FAULTS, DatabaseUnreachableError
from kit.tasks import TaskSupervisor

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 2.0
"""How long an event waits for the database before it waits in here; PostgreSQL takes some milliseconds, and SQLite up
to seconds while another process writes."""
RETRY_SECONDS = 1.0
MOST_EVENTS = 20_000
"""A busy call makes some two events a second with a place in the database: three hours."""
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Stored:
    """An event with the head of its call as of then."""

    event: CallEvent
    head: CallInfo


class Write(Protocol):
    """Stores events in one transaction."""

    async def __call__(self, batch: Sequence[Stored], *, is_retry: bool) -> None:
        """Store them; of a retry those that are not stored yet."""
        ...


Tell = Callable[[], Awaitable[None]]


class Backlog:
    """Queue of the events of one call that are not stored yet. One task at a time may call `store`."""

    def __init__(self, call_id: UUID, write: Write, tell: Tell, *, spool: EventSpool, clock: Clock) -> None:
        """Begin empty.

        Args:
            call_id: Whose events they are.
            write: Stores events.
            tell: Called when events begin to wait, and when none waits any more.
            spool: Keeps them over a kill.
            clock: For the pauses between tries.
        """
        self._call_id = call_id
        self._write = write
        self._tell = tell
        self._spool = spool
        self._clock = clock
        self._waiting: list[Stored] = []
        self._spooling = asyncio.Lock()
        self._tasks = TaskSupervisor("call-backlog")
        self._catching_up: asyncio.Task[None] | None = None

    @property
    def is_behind(self) -> bool:
        """Whether the database lacks events."""
        return bool(self._waiting)

    async def store(self, stored: Stored) -> None:
        """Store an event, or let it wait when the database does not answer.

        Raises:
            DatabaseUnreachableError: As many events wait as may.
        """
        if self.is_behind:
            await self._wait_behind(stored)
            return
        writing = self._tasks.start(self._has_written([stored], is_retry=False), name="write")
        done, _ = await asyncio.wait({writing}, timeout=PATIENCE_SECONDS)
        if done and writing.result():
            return
        await self._wait_behind(stored)
        log.warning("events_wait_for_database", call_id=str(self._call_id), seq=stored.event.seq)
        self._catching_up = self._tasks.start(self._catch_up(writing), name="catch-up")

    async def _has_written(self, batch: Sequence[Stored], *, is_retry: bool) -> bool:
        try:
            await self._write(batch, is_retry=is_retry)
        except STORAGE_FAULTS as error:
            log.debug("database_is_away", code=error.error_code)
            return False
        return True

    async def _wait_behind(self, stored: Stored) -> None:
        if len(self._waiting) >= MOST_EVENTS:
            raise DatabaseUnreachableError("The database has not answered for too long; this call cannot go on.")
        self._waiting.append(stored)
        metrics.EVENTS_WAITING.inc()
        async with self._spooling:
            await asyncio.to_thread(self._spool.keep, stored.event)

    async def _catch_up(self, writing: asyncio.Task[bool]) -> None:
        await self._tell()
        # Whether a write that was given up on went through is looked up by the next one.
        await asyncio.wait({writing})
        while batch := self._waiting[:_AT_ONCE]:
            if await self._has_written(batch, is_retry=True):
                del self._waiting[: len(batch)]
                metrics.EVENTS_WAITING.dec(len(batch))
            else:
                await self._clock.sleep(RETRY_SECONDS)
        async with self._spooling:
            if not self.is_behind:
                await asyncio.to_thread(self._spool.forget, self._call_id)
        log.info("events_have_caught_up", call_id=str(self._call_id))
        await self._tell()

    async def settled(self) -> None:
        """Wait until every event is stored."""
        while self._catching_up is not None and not self._catching_up.done():
            await asyncio.wait({self._catching_up})

    async def aclose(self) -> None:
        """Stop trying; what waits is in the spool. Safe to call twice."""
        await self._tasks.aclose()
        metrics.EVENTS_WAITING.dec(len(self._waiting))
        self._waiting.clear()
