from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from uuid import uuid4

import pytest

from assist_api.calls import backlog
from assist_api.calls.backlog import Backlog, Stored
from assist_api.calls.events import CallInterrupted, CallInterruptedEvent
from assist_api.calls.spool import EventSpool
from kit.clock import SystemClock
from kit.db_faults import DatabaseUnreachableError
from tests.fakes.assist_calls_events import AT, call_info

pytestmark = pytest.mark.unit

CALL_ID = uuid4()
HEAD = call_info(CALL_ID)


class Shelf:
    """A database that can be away; keeps the numbers of what it took, and whether that was a retry."""

    def __init__(self) -> None:
        self.is_away = False
        self.fault: Exception = DatabaseUnreachableError()
        self.taken: list[tuple[int, bool]] = []
        self.told: list[bool] = []

    async def write(self, batch: Sequence[Stored], *, is_retry: bool) -> None:
        if self.is_away:
            raise self.fault
        self.taken += [(stored.event.seq, is_retry) for stored in batch]


def stored(seq: int) -> Stored:
    event = CallInterruptedEvent(call_id=CALL_ID, seq=seq, at=AT, data=CallInterrupted(heard_ms=seq))
    return Stored(event, HEAD)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
async def events(shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Backlog]:
    monkeypatch.setattr(backlog, "RETRY_SECONDS", 0.01)

    async def tell() -> None:
        shelf.told.append(made.is_behind)

    made = Backlog(CALL_ID, shelf.write, tell, spool=EventSpool(tmp_path), clock=SystemClock())
    yield made
    await made.aclose()
    await made.aclose()


async def test_a_database_that_answers_keeps_nothing_waiting(events: Backlog, shelf: Shelf, tmp_path: Path):
    for seq in (1, 2):
        await events.store(stored(seq))
    await events.settled()
    assert (shelf.taken, shelf.told, events.is_behind) == ([(1, False), (2, False)], [], False)
    assert EventSpool(tmp_path).call_ids() == []


async def test_what_waited_is_stored_in_order_before_what_comes_later(events: Backlog, shelf: Shelf, tmp_path: Path):
    shelf.is_away = True
    for seq in (1, 2, 3):
        await events.store(stored(seq))
    assert [event.seq for event in EventSpool(tmp_path).read(CALL_ID)] == [1, 2, 3]
    shelf.is_away = False
    await events.settled()
    await events.store(stored(4))
    assert shelf.taken == [(1, True), (2, True), (3, True), (4, False)]
    assert shelf.told == [True, False]
    assert EventSpool(tmp_path).call_ids() == []


async def test_more_events_than_may_wait_are_refused(events: Backlog, shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(backlog, "MOST_EVENTS", 2)
    shelf.is_away = True
    for seq in (1, 2):
        await events.store(stored(seq))
    with pytest.raises(DatabaseUnreachableError):
        await events.store(stored(3))
    shelf.is_away = False
    await events.settled()
    assert [seq for seq, _ in shelf.taken] == [1, 2]


async def test_an_error_that_is_not_the_database_being_away_is_the_callers(events: Backlog, shelf: Shelf):
    shelf.is_away, shelf.fault = True, ValueError("a bug")
    with pytest.raises(ValueError, match="a bug"):
        await events.store(stored(1))
    assert not events.is_behind


async def test_a_write_that_takes_too_long_is_looked_up_later(
    events: Backlog, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(backlog, "PATIENCE_SECONDS", 0.01)
    answers = asyncio.Event()
    write = shelf.write

    async def slow(batch: Sequence[Stored], *, is_retry: bool) -> None:
        await answers.wait()
        await write(batch, is_retry=is_retry)

    monkeypatch.setattr(events, "_write", slow)
    await events.store(stored(1))
    assert events.is_behind
    answers.set()
    await events.settled()
    assert shelf.taken == [(1, False), (1, True)]
