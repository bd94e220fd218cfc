"""A database that is away amid a call: the screens go on, and everything is stored once it is back."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from assist_api.calls import backlog
from assist_api.calls.events import (
    CallEndedEvent,
    CallEvent,
    CallInterruptedEvent,
    StageStateChangedEvent,
    SuggestionShownEvent,
    TranscriptFinalEvent,
    TranscriptPartialEvent,
    Verdict,
)
from assist_api.calls.schemas import FeedbackRequest
from kit.db_faults import DatabaseUnreachableError
from tests.fakes.assist_calls_desk import Desk, add_agent, open_desk, until_ended
from tests.fakes.full_sqlite import create_with_small_pages, full
from tests.servers.postgres import PostgresServer, run_postgres

pytestmark = pytest.mark.module

SPOOL = "spool"


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[PostgresServer]:
    """A server that these tests may stop."""
    with run_postgres() as server:
        yield server


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr(backlog, "RETRY_SECONDS", 0.1)


@asynccontextmanager
async def running_call(desk: Desk) -> AsyncIterator[tuple[UUID, AsyncIterator[CallEvent]]]:
    """Begin a call at the pace of speech; yields it with its events, up to its end."""
    call_id = uuid4()
    agent = await add_agent(desk.database, f"agent-{call_id.hex[:6]}")
    async with desk.hub.watch(call_id) as events:
        await desk.begin(agent, speed="1", call_id=call_id)
        yield call_id, until_ended(events)


async def until_final(events: AsyncIterator[CallEvent], count: int) -> list[CallEvent]:
    """Return events up to so many finals."""
    told: list[CallEvent] = []
    while count:
        told.append(await anext(events))
        count -= isinstance(told[-1], TranscriptFinalEvent)
    return told


def finals(events: list[CallEvent]) -> list[str]:
    return [event.data.text for event in events if isinstance(event, TranscriptFinalEvent)]


def storage_states(events: list[CallEvent]) -> list[str]:
    stages = [event.data for event in events if isinstance(event, StageStateChangedEvent)]
    return [stage.state for stage in stages if stage.stage == "storage"]


async def stored(desk: Desk, call_id: UUID) -> list[CallEvent]:
    return list((await desk.calls.archive.events(call_id, after=0, limit=1_000)).items)


async def assert_all_is_stored(desk: Desk, call_id: UUID, told: list[CallEvent]) -> None:
    await desk.ended(call_id)
    kept = [event for event in told if not isinstance(event, TranscriptPartialEvent)]
    assert await stored(desk, call_id) == kept
    assert len(finals(kept)) == 5
    assert [*(desk.data_dir / SPOOL).glob("*")] == []


async def test_a_database_that_is_restarted_amid_a_call_misses_nothing(
    own_postgres: PostgresServer, tmp_path: Path
) -> None:
    async with open_desk(own_postgres.create_database(), tmp_path) as desk, running_call(desk) as (call_id, events):
        told = await until_final(events, 1)
        await asyncio.to_thread(own_postgres.stop)
        away = await until_final(events, 2)
        await asyncio.to_thread(own_postgres.start)
        back = [event async for event in events]
        await assert_all_is_stored(desk, call_id, [*told, *away, *back])
        assert storage_states(away) == ["degraded"]
        assert storage_states(back) == ["ok"]
        # Cards need their texts, so there are none meanwhile; the last sentence has its own again.
        assert any(isinstance(event, SuggestionShownEvent) for event in back)


async def test_a_database_that_hangs_holds_up_no_call(own_postgres: PostgresServer, tmp_path: Path) -> None:
    async with open_desk(own_postgres.create_database(), tmp_path) as desk, running_call(desk) as (call_id, events):
        told = await until_final(events, 1)
        own_postgres.freeze()
        try:
            told += [event async for event in events]
        finally:
            own_postgres.thaw()
        assert isinstance(told[-1], CallEndedEvent)
        await assert_all_is_stored(desk, call_id, told)
        assert storage_states(told)[0] == "degraded"


async def test_a_call_ends_while_its_database_is_away(own_postgres: PostgresServer, tmp_path: Path) -> None:
    async with open_desk(own_postgres.create_database(), tmp_path) as desk, running_call(desk) as (call_id, events):
        told = await until_final(events, 4)
        await asyncio.to_thread(own_postgres.stop)
        told += [event async for event in events]
        assert isinstance(told[-1], CallEndedEvent)
        assert desk.calls.is_carried_here(call_id)
        assert (await desk.calls.snapshot(call_id)).seq == told[-1].seq
        await asyncio.to_thread(own_postgres.start)
        await assert_all_is_stored(desk, call_id, told)


async def test_what_is_to_be_written_with_an_event_is_refused_meanwhile(
    own_postgres: PostgresServer, tmp_path: Path
) -> None:
    async with open_desk(own_postgres.create_database(), tmp_path) as desk, running_call(desk) as (call_id, events):
        told: list[CallEvent] = []
        while not (told and isinstance(told[-1], SuggestionShownEvent)):
            told.append(await anext(events))
        card = told[-1].data.cards[0]
        agent = await add_agent(desk.database, "reader")
        verdict = FeedbackRequest(verdict=Verdict.USED)
        await asyncio.to_thread(own_postgres.stop)
        with pytest.raises(DatabaseUnreachableError):
            await desk.calls.give_feedback(agent, call_id, card.suggestion_id, verdict)
        await asyncio.to_thread(own_postgres.start)
        told += [event async for event in events]
        await desk.ended(call_id)
        await desk.calls.give_feedback(agent, call_id, card.suggestion_id, verdict)
        assert (await desk.calls.snapshot(call_id)).data.feedback[0].verdict is Verdict.USED


@pytest.mark.parametrize("is_killed", [False, True], ids=["stopped", "killed"])
async def test_a_server_that_ends_before_its_database_is_back_loses_nothing(
    own_postgres: PostgresServer, tmp_path: Path, *, is_killed: bool
) -> None:
    url = own_postgres.create_database()
    spool, as_killed = tmp_path / SPOOL, tmp_path / "as-killed"
    async with open_desk(url, tmp_path) as desk, running_call(desk) as (call_id, events):
        told = await until_final(events, 1)
        await asyncio.to_thread(own_postgres.stop)
        told += await until_final(events, 2)
        # What lies there now is what a kill would leave; an end in good order adds that the call is interrupted.
        shutil.copytree(spool, as_killed)
    if is_killed:
        shutil.rmtree(spool)
        as_killed.rename(spool)
    await asyncio.to_thread(own_postgres.start)
    async with open_desk(url, tmp_path) as desk:
        await desk.calls.recover()
        await desk.ended(call_id)
        events_stored = await stored(desk, call_id)
    kept = [event for event in told if not isinstance(event, TranscriptPartialEvent)]
    assert events_stored[: len(kept)] == kept
    assert len(finals(events_stored)) == len(set(finals(events_stored))) == 5
    assert sum(isinstance(event, CallInterruptedEvent) for event in events_stored) == 1
    assert isinstance(events_stored[-1], CallEndedEvent)
    assert [*spool.glob("*")] == []


async def test_another_writer_of_the_file_holds_up_no_sentence(sqlite_url: str, tmp_path: Path) -> None:
    async with open_desk(sqlite_url, tmp_path) as desk, running_call(desk) as (call_id, events):
        told = await until_final(events, 1)
        with closing(sqlite3.connect(tmp_path / "calls.sqlite", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            told += await until_final(events, 1)
            other.execute("ROLLBACK")
        told += [event async for event in events]
        await assert_all_is_stored(desk, call_id, told)
        assert storage_states(told)[0] == "degraded"


async def test_a_full_disk_stops_no_call(sqlite_url: str, tmp_path: Path) -> None:
    create_with_small_pages(tmp_path / "calls.sqlite")
    async with open_desk(sqlite_url, tmp_path) as desk, running_call(desk) as (call_id, events):
        told = await until_final(events, 1)
        with full(desk.database):
            told += await until_final(events, 3)
        assert "degraded" in storage_states(told)
        told += [event async for event in events]
        await assert_all_is_stored(desk, call_id, told)
