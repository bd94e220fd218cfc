from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kit.db import Database
from kit.errors import DependencyCategory, DependencyError, InvalidInputError, NotFoundError
from kit.outbox import Outbox, OutboxEvent, OutboxRunner, Subscriber
from kit.outbox.models import OutboxEventRow, OutboxSubscriptionRow
from tests.fakes.assist_core_clock import ManualClock, PatientClock
from tests.fakes.kit_jobs_database import open_database

pytestmark = pytest.mark.module

TOPIC = "thing.changed"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with open_database(database_url) as opened:
        yield opened


class Desk:
    """One process: its outbox, its runner and what its receivers got."""

    def __init__(self, database: Database, clock: ManualClock, owner: str = "one") -> None:
        self.database = database
        self.clock = clock
        self.outbox = Outbox(clock)
        self.runner = OutboxRunner(database, clock, self.outbox, owner=owner)
        self.got: list[OutboxEvent] = []
        self.trouble: dict[str, Exception] = {}

    def subscribe(self, name: str = "desk", **options: object) -> Desk:
        self.outbox.subscribe(Subscriber(name, (TOPIC,), self.take, **options))  # type: ignore[arg-type]
        return self

    def follow(self, name: str = "memory", **options: object) -> Desk:
        self.outbox.follow(Subscriber(name, (TOPIC,), self.take, **options))  # type: ignore[arg-type]
        return self

    async def take(self, event: OutboxEvent) -> None:
        if (trouble := self.trouble.get(event.key)) is not None:
            raise trouble
        self.got.append(event)

    async def add(self, *keys: str, topic: str = TOPIC) -> None:
        async with self.database.session() as session:
            for key in keys:
                self.outbox.add(session, topic, key, {"key": key})

    @property
    def keys(self) -> list[str]:
        return [event.key for event in self.got]


AWAY = DependencyError("It is away.", category=DependencyCategory.CONNECTIVITY, retryable=True)


async def test_events_come_in_the_order_of_their_commits_with_positions_without_gaps(database: Database) -> None:
    desk = Desk(database, ManualClock()).subscribe()
    await desk.runner.prepare()
    await desk.add("a", "b")
    await desk.add("c")
    assert await desk.runner.deliver_due() == 3
    assert desk.keys == ["a", "b", "c"]
    assert [event.position for event in desk.got] == [1, 2, 3]
    assert len({event.id for event in desk.got}) == 3
    assert await desk.runner.deliver_due() == 0


async def test_events_of_a_transaction_that_fails_never_were(database: Database) -> None:
    desk = Desk(database, ManualClock()).subscribe()
    await desk.runner.prepare()
    with pytest.raises(LookupError):
        async with database.session() as session:
            desk.outbox.add(session, TOPIC, "a", {})
            await session.flush()
            raise LookupError
    await desk.add("b")
    await desk.runner.deliver_due()
    assert [(event.key, event.position) for event in desk.got] == [("b", 1)]


async def test_a_savepoint_that_is_rolled_back_takes_its_events_along(database: Database) -> None:
    desk = Desk(database, ManualClock()).subscribe()
    await desk.runner.prepare()
    async with database.session() as session:
        desk.outbox.add(session, TOPIC, "a", {})
        await session.flush()
        with pytest.raises(LookupError):
            async with session.begin_nested():
                desk.outbox.add(session, TOPIC, "b", {})
                await session.flush()
                raise LookupError
        async with session.begin_nested():
            desk.outbox.add(session, TOPIC, "c", {})
        desk.outbox.add(session, TOPIC, "d", {})
    await desk.runner.deliver_due()
    assert [(event.key, event.position) for event in desk.got] == [("a", 1), ("c", 2), ("d", 3)]


async def test_a_commit_that_overtakes_is_not_followed_by_an_event_before_it(database: Database) -> None:
    """The transaction that added its event first commits last: its event comes last, and is not lost."""
    if database.is_sqlite:
        pytest.skip("SQLite has one writer at a time: no transaction overtakes another")
    desk = Desk(database, ManualClock()).subscribe()
    await desk.runner.prepare()
    added, goes = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with database.session() as session:
            desk.outbox.add(session, TOPIC, "slow", {})
            await session.flush()
            added.set()
            await goes.wait()

    task = asyncio.create_task(slow())
    await added.wait()
    await desk.add("quick")
    await desk.runner.deliver_due()
    assert desk.keys == ["quick"]
    goes.set()
    await task
    await desk.runner.deliver_due()
    assert desk.keys == ["quick", "slow"]


async def test_many_writers_at_once_leave_no_gap_and_no_duplicate(database: Database) -> None:
    desk = Desk(database, ManualClock()).subscribe()
    await desk.runner.prepare()
    other = "other.changed"
    topics = [(TOPIC, other), (other, TOPIC)]

    async def write(number: int) -> None:
        async with database.session() as session:
            for topic in topics[number % 2]:
                desk.outbox.add(session, topic, str(number), {})
            if number % 7 == 0:
                await session.flush()

    delivered = 0
    for start in range(0, 60, 12):
        writers = asyncio.gather(*(write(number) for number in range(start, start + 12)))
        while not writers.done():
            delivered += await desk.runner.deliver_due()
        await writers
    await desk.runner.deliver_due()
    assert [event.position for event in desk.got] == list(range(1, 61))
    assert sorted(desk.keys, key=int) == [str(number) for number in range(60)]


async def test_a_subscriber_goes_on_where_it_was_and_a_new_one_begins_with_what_comes(database: Database) -> None:
    clock = ManualClock()
    first = Desk(database, clock).subscribe()
    await first.runner.prepare()
    await first.add("a")
    await first.runner.deliver_due()
    await first.add("b")
    second = Desk(database, clock, "two").subscribe().subscribe("late")
    await second.runner.prepare()
    await second.add("c")
    await second.runner.deliver_due()
    assert sorted(second.keys) == ["b", "c", "c"]


async def test_two_processes_never_deliver_to_one_subscriber_at_once(database: Database) -> None:
    clock = ManualClock()
    one, two = Desk(database, clock, "one").subscribe(), Desk(database, clock, "two").subscribe()
    for desk in (one, two):
        await desk.runner.prepare()
    entered, goes = asyncio.Event(), asyncio.Event()

    async def hold(event: OutboxEvent) -> None:
        entered.set()
        await goes.wait()
        one.got.append(event)

    object.__setattr__(one.outbox.subscribers[0], "handle", hold)
    await one.add("a", "b")
    delivering = asyncio.create_task(one.runner.deliver_due())
    await entered.wait()
    assert await two.runner.deliver_due() == 0
    # The lease of a process that hangs runs out; what it does afterwards does not count.
    clock.advance(timedelta(minutes=1))
    assert await two.runner.deliver_due() == 2
    goes.set()
    await delivering
    assert (one.keys, two.keys) == (["a"], ["a", "b"])
    assert one.got[0].id == two.got[0].id
    async with database.session() as session:
        assert (await session.scalars(select(OutboxSubscriptionRow.position))).one() == 2


async def test_every_process_has_its_own_follower_from_its_start_on(database: Database) -> None:
    clock = ManualClock()
    one, two = Desk(database, clock, "one").follow(), Desk(database, clock, "two").follow()
    await one.runner.prepare()
    await one.add("a")
    await two.runner.prepare()
    await two.add("b")
    for desk in (one, two):
        await desk.runner.deliver_due()
    assert (one.keys, two.keys) == (["a", "b"], ["b"])


async def test_a_dependency_that_is_away_is_waited_for_and_holds_the_order(database: Database) -> None:
    clock = ManualClock()
    desk = Desk(database, clock).subscribe(max_attempts=2)
    await desk.runner.prepare()
    desk.trouble["a"] = AWAY
    await desk.add("a", "b")
    for _ in range(20):
        await desk.runner.deliver_due()
        clock.advance(timedelta(minutes=1))
    assert desk.keys == []
    async with database.session() as session:
        (state,) = await desk.runner.states(session)
    assert (state.waiting, state.attempts, state.error_code) == (2, 20, "dependency_failed")
    del desk.trouble["a"]
    await desk.runner.deliver_due()
    assert desk.keys == ["a", "b"]


@pytest.mark.parametrize("kind", ["subscribe", "follow"])
async def test_pauses_between_attempts_grow(database: Database, kind: str) -> None:
    clock = ManualClock()
    desk = Desk(database, clock)
    getattr(desk, kind)()
    await desk.runner.prepare()
    desk.trouble["a"] = AWAY
    await desk.add("a")
    tries = 0
    for _second in range(16):
        before = len(desk.got)
        desk.trouble["a"] = AWAY
        tries += await _was_tried(desk)
        clock.advance(timedelta(seconds=1))
        assert len(desk.got) == before
    assert tries == 5  # at 0, 1, 3, 7 and 15 s


async def _was_tried(desk: Desk) -> bool:
    tried: list[str] = []
    receiver = (*desk.outbox.subscribers, *desk.outbox.followers)[0]

    async def note(event: OutboxEvent) -> None:
        tried.append(event.key)
        await desk.take(event)

    object.__setattr__(receiver, "handle", note)
    await desk.runner.deliver_due()
    return bool(tried)


async def test_a_poison_event_is_parked_after_its_attempts_and_can_be_delivered_or_dropped(database: Database) -> None:
    clock = ManualClock()
    desk = Desk(database, clock).subscribe(max_attempts=3)
    await desk.runner.prepare()
    desk.trouble |= {"a": InvalidInputError("It is wrong.", field="a"), "c": ValueError("a bug")}
    await desk.add("a", "b", "c", "d")
    for _ in range(6):
        await desk.runner.deliver_due()
        clock.advance(timedelta(minutes=1))
    assert desk.keys == ["b", "d"]
    async with database.session() as session:
        assert await desk.runner.parked_count(session) == 2
        page = await desk.runner.parked(session, limit=1)
        rest = await desk.runner.parked(session, cursor=page.next_cursor, limit=1)
    c, a = page.items[0], rest.items[0]
    assert [(one.key, one.error_code, one.attempts) for one in (a, c)] == [
        ("a", "invalid_input", 3),
        ("c", "unexpected", 3),
    ]
    assert rest.next_cursor is None
    with pytest.raises(InvalidInputError):
        await desk.runner.deliver_parked(a.id)
    desk.trouble.clear()
    await desk.runner.deliver_parked(a.id)
    async with database.session() as session:
        await desk.runner.drop_parked(session, c.id)
    assert desk.keys == ["b", "d", "a"]
    with pytest.raises(NotFoundError):
        await desk.runner.deliver_parked(a.id)
    async with database.session() as session:
        assert await desk.runner.parked_count(session) == 0


async def test_a_follower_leaves_out_what_it_cannot_take(database: Database) -> None:
    clock = ManualClock()
    desk = Desk(database, clock).follow(max_attempts=2)
    await desk.runner.prepare()
    desk.trouble["a"] = ValueError("a bug")
    await desk.add("a", "b")
    for _ in range(3):
        await desk.runner.deliver_due()
        clock.advance(timedelta(minutes=1))
    assert desk.keys == ["b"]


async def test_a_delivery_that_takes_too_long_has_failed(database: Database) -> None:
    desk = Desk(database, ManualClock()).subscribe(timeout=timedelta(seconds=0.01))
    await desk.runner.prepare()

    async def hang(_event: OutboxEvent) -> None:
        await asyncio.Event().wait()

    object.__setattr__(desk.outbox.subscribers[0], "handle", hang)
    await desk.add("a")
    await desk.runner.deliver_due()
    async with database.session() as session:
        (state,) = await desk.runner.states(session)
    assert (state.waiting, state.error_code) == (1, "timeout")


async def test_a_commit_of_this_process_is_delivered_at_once(database: Database) -> None:
    desk = Desk(database, PatientClock()).subscribe()
    came = asyncio.Event()

    class Frozen(PatientClock):
        async def sleep(self, seconds: float) -> None:
            await asyncio.Event().wait()

    desk.runner = OutboxRunner(database, Frozen(), desk.outbox)

    async def take(_event: OutboxEvent) -> None:
        came.set()

    object.__setattr__(desk.outbox.subscribers[0], "handle", take)
    await desk.runner.start()
    await asyncio.sleep(0.05)
    await desk.add("a")
    async with asyncio.timeout(10):
        await came.wait()
    await desk.runner.aclose()


async def test_a_commit_of_another_process_is_found_by_looking(database: Database) -> None:
    clock = PatientClock()
    here, there, came = Desk(database, clock), Desk(database, clock, "two"), asyncio.Event()

    async def take(_event: OutboxEvent) -> None:
        came.set()

    here.outbox.follow(Subscriber("memory", (TOPIC,), take))
    await here.runner.start()
    await there.add("a")
    async with asyncio.timeout(10):
        await came.wait()
    await here.runner.aclose()


async def test_what_is_committed_between_preparing_and_starting_reaches_followers(database: Database) -> None:
    clock = PatientClock()
    here, there, came = Desk(database, clock), Desk(database, clock, "two"), asyncio.Event()

    async def take(_event: OutboxEvent) -> None:
        came.set()

    here.outbox.follow(Subscriber("memory", (TOPIC,), take))
    await here.runner.prepare()
    # A server reads what it follows here, and loads its models.
    await there.add("a")
    await here.runner.start()
    async with asyncio.timeout(10):
        await came.wait()
    await here.runner.aclose()


async def test_events_are_pruned_after_their_time_once_every_subscriber_has_them(database: Database) -> None:
    clock = ManualClock()
    desk = Desk(database, clock).subscribe()
    await desk.runner.prepare()
    await desk.add("a", "b")
    await desk.add("x", topic="nobody.listens")
    desk.trouble["b"] = AWAY
    await desk.runner.deliver_due()

    async def kept() -> int:
        await desk.runner.prune()
        async with database.session() as session:
            return await session.scalar(select(func.count()).select_from(OutboxEventRow)) or 0

    assert await kept() == 3
    clock.advance(timedelta(days=8))
    assert await kept() == 1
    # A subscriber that the product no longer has holds nothing back for ever.
    other = Desk(database, clock, "two")
    clock.advance(timedelta(days=31))
    desk = other
    assert await kept() == 0
    # Positions go on.
    await other.add("c")
    async with database.session() as session:
        assert (await session.scalars(select(OutboxEventRow.position))).one() == 3


async def test_names_of_receivers_are_taken_once(database: Database) -> None:
    desk = Desk(database, ManualClock()).subscribe()
    with pytest.raises(ValueError, match="desk"):
        desk.subscribe()
