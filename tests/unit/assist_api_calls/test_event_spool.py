from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from assist_api.calls.events import CallEvent, CallInterrupted, CallInterruptedEvent
from assist_api.calls.spool import EventSpool

pytestmark = pytest.mark.unit


def event(call_id: UUID, seq: int) -> CallEvent:
    at = datetime(2026, 11, 27, 9, 0, seq, tzinfo=UTC)
    return CallInterruptedEvent(call_id=call_id, seq=seq, at=at, data=CallInterrupted(heard_ms=seq))


def test_events_come_back_in_order_and_by_call(tmp_path: Path):
    spool, one, other = EventSpool(tmp_path / "spool"), uuid4(), uuid4()
    assert spool.call_ids() == []
    kept = [event(one, 1), event(other, 1), event(one, 4)]
    assert [spool.keep(item) for item in kept] == [True, True, True]
    assert spool.read(one) == [kept[0], kept[2]]
    assert sorted(spool.call_ids()) == sorted([one, other])
    spool.forget(one)
    spool.forget(one)
    assert (spool.read(one), spool.call_ids()) == ([], [other])


def test_a_line_that_was_cut_short_costs_itself_alone(tmp_path: Path):
    spool, call_id = EventSpool(tmp_path), uuid4()
    for seq in (1, 2):
        spool.keep(event(call_id, seq))
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-20])
    assert spool.read(call_id) == [event(call_id, 1)]


def test_a_disk_that_takes_nothing_is_no_error(tmp_path: Path):
    (tmp_path / "spool").write_text("a file where the folder should be")
    spool = EventSpool(tmp_path / "spool")
    assert spool.keep(event(uuid4(), 1)) is False


def test_other_files_are_left_alone(tmp_path: Path):
    (tmp_path / "notes.jsonl").write_text("mine")
    assert EventSpool(tmp_path).call_ids() == []


def test_only_the_owner_may_look_into_the_folder(tmp_path: Path):
    spool = EventSpool(tmp_path / "spool")
    spool.keep(event(uuid4(), 1))
    assert (tmp_path / "spool").stat().st_mode & 0o077 == 0
