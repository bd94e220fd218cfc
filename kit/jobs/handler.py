"""Declares kinds of jobs, and gives a handler the job that it runs: payload, progress, cancel, transaction."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import Clock
from kit.db import Database
from kit.jobs.repository import JobRepository, Lease
from kit.jobs.schedule import Schedule
from kit.jobs.schemas import JobDetail, JobState

_SUCCEEDED = "kit.jobs.succeeded"
"""Key in a session's `info`: the lease of the job that ends with the transaction."""
REPORT_SECONDS = 0.5
"""Progress is written this often at most: more than a page shows, and little for the database."""
MAX_MESSAGE_CHARACTERS = 200

JobResult = Mapping[str, JsonValue]
OnFailed = Callable[[AsyncSession, JobDetail], Awaitable[None]]


class JobCancelledError(Exception):
    """Somebody asked to stop the job; the handler lets this pass once it has cleaned up."""


class LeaseLostError(Exception):
    """Another runner has the job by now; nothing that this one writes counts."""


@dataclass(frozen=True, slots=True)
class JobHandler:
    """A kind of job and how it is run.

    A job runs at least once: a process that is killed leaves it to the next one, which begins anew. So the handler
    writes through `RunningJob.transaction`, and looks first at what an earlier attempt has done.

    Attributes:
        kind: Names the job in the database, at most 64 characters, `noun.verb`.
        run: Does the work on the event loop and returns the result that is kept. Work for the processor goes to an
            executor of the handler's own, or the lease could not be renewed meanwhile.
        max_attempts: So often the job is begun at most; then it stays as failed, for people to see and try again.
        lease: So long after a runner was last heard of, another one takes its job. It is renewed three times as often.
        concurrency: Jobs of this kind at once in each process.
        retry_after: Pause before the second attempt; it doubles with each one, up to `max_retry_after`.
        max_retry_after: The longest pause.
        schedule: When jobs of this kind are ordered by themselves, with an empty payload; one at a time.
        on_failed: Called in the transaction in which a job of this kind fails for good.
    """

    kind: str
    run: Callable[[RunningJob], Awaitable[JobResult | None]]
    max_attempts: int = 3
    lease: timedelta = timedelta(seconds=30)
    concurrency: int = 1
    retry_after: timedelta = timedelta(seconds=5)
    max_retry_after: timedelta = timedelta(hours=1)
    schedule: Schedule | None = None
    on_failed: OnFailed | None = None

    def __post_init__(self) -> None:
        if self.max_attempts < 1 or self.concurrency < 1 or self.lease <= timedelta(0):
            raise ValueError(f"job kind {self.kind} needs an attempt, a place and a lease")

    def pause_after(self, attempts: int) -> timedelta:
        """Return the pause after so many failed attempts (1 or more)."""
        # A pause that doubled 20 times is longer than any limit, and no time delta overflows.
        doublings = min(attempts - 1, 20)
        return min(self.retry_after * (1 << doublings), self.max_retry_after)


class RunningJob:
    """One attempt at one job, as its handler sees it."""

    def __init__(self, detail: JobDetail, lease: Lease, lasts: timedelta, database: Database, clock: Clock) -> None:
        self._detail = detail
        self._lease = lease
        self._lasts = lasts
        self._database = database
        self._clock = clock
        self._cancel_asked = asyncio.Event()
        self._is_lost = False
        self._has_succeeded = False
        self._reported_at: float | None = None

    @property
    def id(self) -> UUID:
        """Of the job."""
        return self._detail.id

    @property
    def kind(self) -> str:
        """Of the job."""
        return self._detail.kind

    @property
    def payload(self) -> Mapping[str, JsonValue]:
        """What was ordered."""
        return self._detail.payload

    @property
    def owner_account_id(self) -> UUID | None:
        """Who ordered it; None for the system itself."""
        return self._detail.owner_account_id

    @property
    def attempt(self) -> int:
        """Counts the attempts from 1."""
        return self._detail.attempts

    @property
    def detail(self) -> JobDetail:
        """The job as it was when this attempt began."""
        return self._detail

    @property
    def lease(self) -> Lease:
        """The right to run it."""
        return self._lease

    @property
    def is_cancel_asked(self) -> bool:
        """Whether somebody asked to stop it."""
        return self._cancel_asked.is_set()

    @property
    def has_succeeded(self) -> bool:
        """Whether `succeed` was committed."""
        return self._has_succeeded

    @property
    def is_lost(self) -> bool:
        """Whether another runner has it by now."""
        return self._is_lost

    async def wait_for_cancel(self) -> None:
        """Return once somebody asked to stop it: for handlers that stop work elsewhere."""
        await self._cancel_asked.wait()

    def check(self) -> None:
        """Stop here if the job is to stop. Handlers call it between two steps.

        Raises:
            JobCancelledError: Somebody asked to stop it.
            LeaseLostError: Another runner has it.
        """
        if self._is_lost:
            raise LeaseLostError
        if self.is_cancel_asked:
            raise JobCancelledError

    async def report(self, done: int, total: int | None = None, message: str = "") -> None:
        """Show how far the job is; a report that comes too soon after the last one is left out, unless all is done.

        Args:
            done: Steps behind.
            total: Steps in all, None while that is not known.
            message: What is being done, without personal data; cut to 200 characters.

        Raises:
            JobCancelledError: As `check`.
            LeaseLostError: As `check`.
        """
        self.check()
        now = self._clock.monotonic()
        is_soon = self._reported_at is not None and now - self._reported_at < REPORT_SECONDS
        if is_soon and done != total:
            return
        self._reported_at = now
        async with self._database.session() as session:
            shown = message[:MAX_MESSAGE_CHARACTERS]
            self._keep_only_if(await JobRepository(session).report(self._lease, done, total, shown))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Yield a unit of work that is committed only if the job is still this runner's.

        Raises:
            LeaseLostError: Another runner has the job; nothing was written.
        """
        async with self._database.session() as session:
            yield session
            await session.flush()
            # The last statement: from here to the commit nobody else can take the job.
            until = self._clock.now() + self._lasts
            ends_here = session.info.get(_SUCCEEDED) == self._lease
            if not ends_here:
                self._keep_only_if(await JobRepository(session).renew(self._lease, until))
        self._has_succeeded = self._has_succeeded or ends_here

    async def succeed(self, session: AsyncSession, result: JobResult | None = None) -> None:
        """End the job in the transaction that writes what it made, so that both are there or neither.

        Args:
            session: Of `transaction`; nothing may be written for the job after it.
            result: What is kept of it. What the handler returns does not count then.

        Raises:
            LeaseLostError: Another runner has the job.
        """
        await session.flush()
        ended = await JobRepository(session).end(self._lease, JobState.SUCCEEDED, self._clock.now(), result=result)
        self._keep_only_if(ended)
        session.info[_SUCCEEDED] = self._lease

    def _keep_only_if(self, is_held: bool) -> None:
        if not is_held:
            self.lose()
            raise LeaseLostError

    def ask_cancel(self) -> None:
        """Note that somebody asked to stop the job; the runner calls it."""
        self._cancel_asked.set()

    def lose(self) -> None:
        """Note that another runner has the job; the runner calls it."""
        self._is_lost = True
