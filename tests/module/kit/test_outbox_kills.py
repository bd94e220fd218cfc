"""A thousand processes are killed at any statement, five hundred on each database: no event is lost or reordered."""

from __future__ import annotations

import logging
import random
from datetime import timedelta

import pytest
import structlog
from sqlalchemy import select

from kit.outbox import Outbox, OutboxEvent, OutboxRunner, Subscriber
from kit.outbox.models import OutboxEventRow
from tests.fakes.assist_core_clock import ManualClock
from tests.fakes.kit_jobs_database import KilledError, MortalDatabase, open_database

pytestmark = pytest.mark.module

TOPICS = ("thing.changed", "other.changed")
KILLS = 500
MOST_STEPS = 28
"""Beginnings and commits of transactions that a process lives through: twelve go by before a first delivery."""


class World:
    """What receivers outside the product got, and from which process: it outlives every kill."""

    def __init__(self) -> None:
        self.got: list[tuple[int, OutboxEvent]] = []
        self.process = 0

    def outbox(self, clock: ManualClock, database: MortalDatabase | None = None) -> Outbox:
        async def take(event: OutboxEvent) -> None:
            if database is not None:
                database.step()
            self.got.append((self.process, event))
            if database is not None:
                database.step()

        outbox = Outbox(clock)
        outbox.subscribe(Subscriber("world", TOPICS, take))
        return outbox


async def test_no_kill_loses_or_reorders_an_event_and_duplicates_have_the_same_id(database_url: str) -> None:
    # Every kill is logged with its traceback.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    chance, clock, world, kills = random.Random(22), ManualClock(), World(), 0  # noqa: S311  # rejected: no secret
    async with open_database(database_url) as database:
        await OutboxRunner(database, clock, world.outbox(clock)).prepare()
        while kills < KILLS:
            world.process += 1
            clock.advance(timedelta(minutes=1))
            mortal = MortalDatabase(database, chance.randint(0, MOST_STEPS))
            try:
                await live(world.outbox(clock, mortal), mortal, clock, chance)
            except KilledError:
                kills += 1
        world.process += 1
        clock.advance(timedelta(minutes=1))
        final = OutboxRunner(database, clock, world.outbox(clock))
        await final.prepare()
        await final.deliver_due()
        async with database.session() as session:
            committed = (await session.scalars(select(OutboxEventRow).order_by(OutboxEventRow.position))).all()
    assert len(committed) > KILLS / 2
    for topic in TOPICS:
        check(
            [(process, event) for process, event in world.got if event.topic == topic],
            {row.position: row.id for row in committed if row.topic == topic},
        )


async def live(outbox: Outbox, database: MortalDatabase, clock: ManualClock, chance: random.Random) -> None:
    """One process: it commits something and delivers what there is, unless it is killed before."""
    runner = OutboxRunner(database, clock, outbox)
    await runner.prepare()
    for number in range(chance.randint(0, 2)):
        async with database.session() as session:
            for topic in chance.sample(TOPICS, chance.randint(1, 2)):
                outbox.add(session, topic, str(number), {})
    await runner.deliver_due()


def check(got: list[tuple[int, OutboxEvent]], committed: dict[int | None, object]) -> None:
    seen: dict[int, object] = {}
    last: tuple[int, int] | None = None
    duplicates = 0
    for process, event in got:
        assert event.position <= len(seen) + 1, "an event came before the one ahead of it"
        if last is not None and last[0] == process:
            assert event.position == last[1] + 1, "a process delivered out of order"
        duplicates += event.position in seen
        assert seen.setdefault(event.position, event.id) == event.id, "a duplicate has another id"
        last = (process, event.position)
    assert seen == committed, "an event was lost"
    assert duplicates > 0, "no kill came between a delivery and its note: the test shows nothing"
