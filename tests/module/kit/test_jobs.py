from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import Clock
from kit.db import Database
from kit.errors import ConflictError, DependencyCategory, DependencyError, InvalidInputError, NotFoundError
from kit.jobs import (
    DailyAt,
    Every,
    JobDetail,
    JobFilter,
    JobHandler,
    JobQueue,
    JobResult,
    JobRunner,
    JobState,
    LeaseLostError,
    RunningJob,
)
from kit.jobs.models import JobRow
from kit.jobs.repository import JobRepository
from tests.fakes.assist_core_clock import ManualClock, PatientClock
from tests.fakes.kit_jobs_database import open_database

pytestmark = pytest.mark.module

KIND = "thing.make"
AWAY = DependencyError("It is away.", category=DependencyCategory.CONNECTIVITY, retryable=True)
WRONG = InvalidInputError("It is wrong.", field="thing")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with open_database(database_url) as opened:
        yield opened


class StandingClock(ManualClock):
    """A sleep lasts until the test is over: leases are renewed only where a test says so."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.Event().wait()


class Shop:
    """One process with one kind of job."""

    def __init__(self, database: Database, clock: Clock | None = None, owner: str = "one", **options: object) -> None:
        self.database = database
        self.clock = clock or StandingClock()
        self.queue = JobQueue(self.clock)
        self.began: list[RunningJob] = []
        self.failed: list[JobDetail] = []
        self.entered, self.goes = asyncio.Event(), asyncio.Event()
        self.goes.set()
        self.trouble: list[Exception] = []
        handler = JobHandler(KIND, self.make, **options)  # type: ignore[arg-type]
        self.runner = JobRunner(database, self.clock, self.queue, [handler], on_failed=[self.note], owner=owner)

    async def make(self, job: RunningJob) -> JobResult | None:
        self.began.append(job)
        self.entered.set()
        await self.goes.wait()
        if self.trouble:
            raise self.trouble.pop(0)
        return {"made": job.payload.get("thing")}

    async def note(self, _session: AsyncSession, job: JobDetail) -> None:
        self.failed.append(job)

    async def order(self, thing: str = "cup", **options: object) -> UUID:
        async with self.database.session() as session:
            return (await self.queue.enqueue(session, KIND, {"thing": thing}, **options)).job_id  # type: ignore[arg-type]

    async def get(self, job_id: UUID) -> JobDetail:
        async with self.database.session() as session:
            return await self.queue.get(session, job_id)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await condition():  # noqa: ASYNC110  # rejected: what is waited for is in the database
            await asyncio.sleep(0.01)


def advance(clock: Clock, **by: float) -> None:
    assert isinstance(clock, ManualClock)
    clock.advance(timedelta(**by))


# ---- orders ---------------------------------------------------------------------------------------------------------


async def test_an_order_is_run_once_and_its_result_kept(database: Database) -> None:
    shop, owner = Shop(database), uuid4()
    job_id = await shop.order("cup", owner_account_id=owner)
    assert (await shop.get(job_id)).state is JobState.WAITING
    assert await shop.runner.run_due() == 1
    assert await shop.runner.run_due() == 0
    job = await shop.get(job_id)
    assert (job.state, job.result, job.attempts, job.owner_account_id) == ("succeeded", {"made": "cup"}, 1, owner)
    assert job.finished_at == shop.clock.now()


async def test_an_order_of_a_transaction_that_fails_never_was(database: Database) -> None:
    shop = Shop(database)
    with pytest.raises(LookupError):
        async with database.session() as session:
            await shop.queue.enqueue(session, KIND, {})
            raise LookupError
    assert await shop.runner.run_due() == 0


async def test_one_unfinished_job_for_each_key(database: Database) -> None:
    shop = Shop(database)
    async with database.session() as session:
        first = await shop.queue.enqueue(session, KIND, {}, unique_key="cup")
        again = await shop.queue.enqueue(session, KIND, {}, unique_key="cup")
        other = await shop.queue.enqueue(session, KIND, {}, unique_key="jug")
    assert (first.is_new, again.is_new, other.is_new) == (True, False, True)
    assert again.job_id == first.job_id
    await shop.runner.run_due()
    assert await shop.order(unique_key="cup") != first.job_id


async def test_orders_of_one_key_at_the_same_time_lead_to_one_job(database: Database) -> None:
    shop = Shop(database)
    assert len(set(await asyncio.gather(*(shop.order(unique_key="cup") for _ in range(10))))) == 1


async def test_a_job_begins_not_before_its_time_and_the_oldest_comes_first(database: Database) -> None:
    shop = Shop(database)
    now = shop.clock.now()
    later = await shop.order("later", run_at=now + timedelta(hours=1))
    await shop.order("b", run_at=now - timedelta(seconds=1))
    await shop.order("a", run_at=now - timedelta(seconds=2))
    await shop.runner.run_due()
    assert [job.payload["thing"] for job in shop.began] == ["a", "b"]
    advance(shop.clock, hours=1)
    await shop.runner.run_due()
    assert (await shop.get(later)).state is JobState.SUCCEEDED


async def test_jobs_are_listed_by_page_and_filter(database: Database) -> None:
    shop, owner = Shop(database), uuid4()
    ids = []
    for number in range(5):
        ids.append(await shop.order(str(number), owner_account_id=owner if number % 2 else None))
        advance(shop.clock, seconds=1)
    async with database.session() as session:
        first = await shop.queue.page(session, limit=3)
        rest = await shop.queue.page(session, limit=3, cursor=first.next_cursor)
        mine = await shop.queue.page(session, JobFilter(owner_account_id=owner, states=(JobState.WAITING,)))
        none = await shop.queue.page(session, JobFilter(kinds=("other",)))
        with pytest.raises(InvalidInputError):
            await shop.queue.page(session, cursor="garbage")
        assert await shop.queue.counts(session) == {(KIND, JobState.WAITING): 5}
    assert [job.id for job in [*first.items, *rest.items]] == ids[::-1]
    assert rest.next_cursor is None
    assert {job.id for job in mine.items} == {ids[1], ids[3]}
    assert none.items == []


async def test_a_job_that_is_not_there_is_told_so(database: Database) -> None:
    shop = Shop(database)
    async with database.session() as session:
        with pytest.raises(NotFoundError):
            await shop.queue.get(session, uuid4())
        with pytest.raises(NotFoundError):
            await shop.queue.cancel(session, uuid4())


# ---- attempts -------------------------------------------------------------------------------------------------------


async def test_a_fault_is_tried_again_after_pauses_that_grow(database: Database) -> None:
    shop = Shop(database, max_attempts=3)
    shop.trouble = [AWAY, ValueError("a bug")]
    job_id = await shop.order()
    await shop.runner.run_due()
    job = await shop.get(job_id)
    assert (job.state, job.error_code, job.run_at - shop.clock.now()) == (
        JobState.WAITING,
        "dependency_failed",
        timedelta(seconds=5),
    )
    advance(shop.clock, seconds=5)
    await shop.runner.run_due()
    job = await shop.get(job_id)
    assert (job.error_code, job.run_at - shop.clock.now()) == ("unexpected", timedelta(seconds=10))
    advance(shop.clock, seconds=10)
    await shop.runner.run_due()
    job = await shop.get(job_id)
    assert (job.state, job.attempts, job.error_code) == (JobState.SUCCEEDED, 3, None)
    assert shop.failed == []


async def test_a_job_that_used_up_its_attempts_fails_and_can_be_tried_again_by_a_person(database: Database) -> None:
    shop = Shop(database, max_attempts=2)
    shop.trouble = [AWAY, AWAY]
    job_id = await shop.order(unique_key="cup")
    for _ in range(3):
        await shop.runner.run_due()
        advance(shop.clock, minutes=1)
    job = await shop.get(job_id)
    assert (job.state, job.attempts, job.error_message) == (JobState.FAILED, 2, "It is away.")
    assert [one.id for one in shop.failed] == [job_id]
    async with database.session() as session:
        assert (await shop.queue.retry(session, job_id)).state is JobState.WAITING
    await shop.runner.run_due()
    assert (await shop.get(job_id)).state is JobState.SUCCEEDED
    async with database.session() as session:
        with pytest.raises(ConflictError, match="failed"):
            await shop.queue.retry(session, job_id)


async def test_what_the_rules_refuse_is_not_tried_again(database: Database) -> None:
    shop = Shop(database)
    shop.trouble = [WRONG]
    job_id = await shop.order(unique_key="cup")
    await shop.runner.run_due()
    job = await shop.get(job_id)
    assert (job.state, job.attempts, job.error_details) == (JobState.FAILED, 1, {"field": "thing"})
    newer = await shop.order(unique_key="cup")
    async with database.session() as session:
        with pytest.raises(ConflictError, match="Another job"):
            await shop.queue.retry(session, job_id)
    assert newer != job_id


async def test_news_of_a_failure_that_cannot_be_told_leave_the_job_failed(database: Database) -> None:
    async def tell(session: AsyncSession, _job: JobDetail) -> None:
        await session.execute(update(JobRow).values(kind="harmed"))
        raise ValueError("a bug")

    shop = Shop(database, on_failed=tell)
    shop.trouble = [WRONG]
    job_id = await shop.order()
    await shop.runner.run_due()
    job = await shop.get(job_id)
    assert (job.state, job.kind) == (JobState.FAILED, KIND)
    assert len(shop.failed) == 1


# ---- leases ---------------------------------------------------------------------------------------------------------


async def test_two_processes_share_the_jobs_and_run_none_twice(database: Database) -> None:
    one, two = Shop(database, owner="one", concurrency=3), Shop(database, owner="two", concurrency=3)
    ids = [await one.order(str(number)) for number in range(40)]
    counts = await asyncio.gather(*(shop.runner.run_due() for shop in (one, two)))
    assert sum(counts) == 40
    assert sorted(job.id for shop in (one, two) for job in shop.began) == sorted(ids)


async def test_no_more_jobs_of_a_kind_than_have_a_place(database: Database) -> None:
    shop = Shop(database, concurrency=2)
    for number in range(5):
        await shop.order(str(number))
    shop.goes.clear()
    running = asyncio.create_task(shop.runner.run_due())
    await shop.entered.wait()
    for _ in range(20):
        await asyncio.sleep(0.005)
    assert shop.runner.running_count == len(shop.began) == 2
    shop.goes.set()
    assert await running == 5


async def test_a_job_of_a_runner_that_is_silent_is_taken_over_and_the_old_one_writes_nothing(
    database: Database,
) -> None:
    clock = StandingClock()
    old, new = Shop(database, clock, owner="old"), Shop(database, clock, owner="new")
    job_id = await old.order()
    old.goes.clear()
    running = asyncio.create_task(old.runner.run_due())
    await old.entered.wait()
    advance(clock, seconds=29)
    assert await new.runner.run_due() == 0
    advance(clock, seconds=1)
    new.trouble = [AWAY]
    assert await new.runner.run_due() == 1
    job = old.began[0]
    with pytest.raises(LeaseLostError):
        await job.report(1, 2)
    with pytest.raises(LeaseLostError):
        async with job.transaction() as session:
            await session.execute(update(JobRow).where(JobRow.id == job_id).values(progress_message="harmed"))
    old.goes.set()
    await running
    seen = await new.get(job_id)
    assert (seen.state, seen.attempts, seen.error_code) == (JobState.WAITING, 2, "dependency_failed")
    assert seen.progress_message == ""


async def test_a_lease_is_renewed_while_the_job_runs_and_the_handler_stops_when_it_is_lost(database: Database) -> None:
    clock = PatientClock()
    shop = Shop(database, clock, lease=timedelta(seconds=0.03))
    job_id = await shop.order()
    stopped = asyncio.Event()

    async def make(job: RunningJob) -> None:
        shop.began.append(job)
        shop.entered.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    object.__setattr__(shop.runner._handlers[KIND], "run", make)
    running = asyncio.create_task(shop.runner.run_due())
    await shop.entered.wait()
    first = shop.began[0].detail.started_at
    assert first is not None

    async def lease() -> datetime | None:
        async with database.session() as session:
            return await session.scalar(select(JobRow.lease_expires_at).where(JobRow.id == job_id))

    advance(clock, seconds=0.02)

    async def is_renewed() -> bool:
        return (await lease() or first) >= first + timedelta(seconds=0.05)

    await until(is_renewed)
    # Another process takes the job.
    async with database.session() as session:
        taken = {"fence": JobRow.fence + 1, "lease_expires_at": clock.now() + timedelta(hours=1)}
        await session.execute(update(JobRow).values(**taken))
    async with asyncio.timeout(10):
        await stopped.wait()
        await running
    assert shop.began[0].is_lost


async def test_a_job_that_ends_its_process_each_time_fails_for_good(database: Database) -> None:
    clock = StandingClock()
    keeper = Shop(database, clock)
    job_id = await keeper.order()
    for number in range(3):
        killed = Shop(database, clock, owner=f"killed {number}")
        # Taken by a process that never comes back.
        assert await killed.runner._take(killed.runner._handlers[KIND], job_id) is not None
        advance(clock, seconds=31)
    await keeper.runner.run_due()
    job = await keeper.get(job_id)
    assert (job.state, job.error_code) == (JobState.FAILED, "job_abandoned")
    assert [one.id for one in keeper.failed] == [job_id]


async def test_a_runner_that_stops_hands_its_job_back_at_once_without_counting_the_attempt(database: Database) -> None:
    clock = StandingClock()
    old, new = Shop(database, clock, owner="old"), Shop(database, clock, owner="new")
    job_id = await old.order()
    old.goes.clear()
    old.runner.start()
    await old.entered.wait()
    await old.runner.aclose()
    assert (await old.get(job_id)).attempts == 0
    assert await new.runner.run_due() == 1
    job = await new.get(job_id)
    assert (job.state, job.attempts) == (JobState.SUCCEEDED, 1)


# ---- what handlers do -----------------------------------------------------------------------------------------------


async def test_what_a_job_makes_and_its_end_are_written_together(database: Database) -> None:
    clock = StandingClock()
    shop = Shop(database, clock)
    job_id = await shop.order()

    async def make(job: RunningJob) -> JobResult:
        async with job.transaction() as session:
            await shop.queue.enqueue(session, "made", {})
            await job.succeed(session, {"made": "it"})
        raise ValueError("a bug after the end")

    object.__setattr__(shop.runner._handlers[KIND], "run", make)
    await shop.runner.run_due()
    job = await shop.get(job_id)
    assert (job.state, job.result) == (JobState.SUCCEEDED, {"made": "it"})
    async with database.session() as session:
        counts = await shop.queue.counts(session)
    assert counts == {(KIND, JobState.SUCCEEDED): 1, ("made", JobState.WAITING): 1}


async def test_an_end_whose_transaction_fails_is_no_end(database: Database) -> None:
    shop = Shop(database)
    job_id = await shop.order()

    async def make(job: RunningJob) -> JobResult:
        async with job.transaction() as session:
            await job.succeed(session, {"made": "it"})
            raise AWAY
        return {}

    object.__setattr__(shop.runner._handlers[KIND], "run", make)
    await shop.runner.run_due()
    job = await shop.get(job_id)
    assert (job.state, job.result) == (JobState.WAITING, None)


async def test_progress_is_seen_and_not_written_too_often(database: Database) -> None:
    shop = Shop(database)
    job_id = await shop.order()
    seen: list[tuple[int, int | None, str]] = []

    async def make(job: RunningJob) -> None:
        for done in range(1, 11):
            await job.report(done, 10, f"step {done}")
            advance(shop.clock, seconds=0.2)
            now = await shop.get(job_id)
            seen.append((now.progress_done, now.progress_total, now.progress_message))

    object.__setattr__(shop.runner._handlers[KIND], "run", make)
    await shop.runner.run_due()
    assert [done for done, *_ in seen] == [1, 1, 1, 4, 4, 4, 7, 7, 7, 10]
    assert seen[-1] == (10, 10, "step 10")


async def test_a_waiting_job_is_cancelled_at_once(database: Database) -> None:
    shop = Shop(database)
    job_id = await shop.order(unique_key="cup")
    async with database.session() as session:
        assert (await shop.queue.cancel(session, job_id)).state is JobState.CANCELLED
    assert await shop.runner.run_due() == 0
    async with database.session() as session:
        with pytest.raises(ConflictError, match="over"):
            await shop.queue.cancel(session, job_id)
    assert await shop.order(unique_key="cup") != job_id


async def test_a_running_job_is_asked_to_stop_also_from_another_process(database: Database) -> None:
    clock = PatientClock()
    shop, elsewhere = Shop(database, clock), Shop(database, clock, owner="two")
    job_id = await shop.order()
    cleaned = asyncio.Event()

    async def make(job: RunningJob) -> None:
        shop.entered.set()
        await job.wait_for_cancel()
        cleaned.set()
        job.check()

    object.__setattr__(shop.runner._handlers[KIND], "run", make)
    shop.runner.start()
    async with asyncio.timeout(10):
        await shop.entered.wait()
        async with database.session() as session:
            assert (await elsewhere.queue.cancel(session, job_id)).state is JobState.RUNNING
        await cleaned.wait()

    async def is_cancelled() -> bool:
        return (await shop.get(job_id)).state is JobState.CANCELLED

    await until(is_cancelled)
    await shop.runner.aclose()


async def test_a_cancel_that_its_runner_did_not_live_to_see_holds(database: Database) -> None:
    clock = StandingClock()
    killed, keeper = Shop(database, clock, owner="killed"), Shop(database, clock)
    job_id = await killed.order()
    assert await killed.runner._take(killed.runner._handlers[KIND], job_id) is not None
    async with database.session() as session:
        await keeper.queue.cancel(session, job_id)
    advance(clock, seconds=31)
    assert await keeper.runner.run_due() == 0
    assert (await keeper.get(job_id)).state is JobState.CANCELLED


async def test_an_order_of_this_process_begins_at_once(database: Database) -> None:
    shop = Shop(database)
    shop.runner.start()
    await asyncio.sleep(0.05)
    await shop.order()
    async with asyncio.timeout(10):
        await shop.entered.wait()
    await shop.runner.aclose()


# ---- schedules and housekeeping -------------------------------------------------------------------------------------


async def test_a_schedule_orders_one_job_whatever_the_number_of_processes_and_of_missed_runs(
    database: Database,
) -> None:
    clock = StandingClock()
    shops = [Shop(database, clock, owner=str(number), schedule=Every(timedelta(hours=1))) for number in range(2)]

    async def look() -> int:
        for shop in shops:
            await shop.runner.prepare()
        await asyncio.gather(*(shop.runner._order_scheduled() for shop in shops))
        return sum(await asyncio.gather(*(shop.runner.run_due() for shop in shops)))

    assert await look() == 0
    advance(clock, hours=1)
    assert await look() == 1
    assert await look() == 0
    advance(clock, hours=7)
    assert await look() == 1
    advance(clock, minutes=59)
    assert await look() == 0


async def test_a_schedule_that_changes_begins_anew(database: Database) -> None:
    clock = StandingClock()  # 09:00
    await Shop(database, clock, schedule=Every(timedelta(hours=10))).runner.prepare()
    changed = Shop(database, clock, schedule=DailyAt(time(9, 30), UTC))
    await changed.runner.prepare()
    advance(clock, minutes=30)
    await changed.runner._order_scheduled()
    assert await changed.runner.run_due() == 1


async def test_jobs_that_ended_long_ago_are_deleted(database: Database) -> None:
    shop = Shop(database)
    await shop.order()
    await shop.runner.run_due()
    waiting = await shop.order()
    advance(shop.clock, days=31)
    (loop,) = shop.runner.loops
    await loop.run()
    async with database.session() as session:
        assert (await session.scalars(select(JobRow.id))).all() == [waiting]
        assert await session.scalar(select(func.count()).select_from(JobRow)) == 1
        assert await JobRepository(session).find(waiting) is not None
