from __future__ import annotations

import asyncio
import io
import os
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from assist_api.calls.events import (
    CallAnsweredEvent,
    CallEndedEvent,
    CallEvent,
    CallInterruptedEvent,
    TranscriptFinalEvent,
)
from assist_api.calls.recordings import IncomingFile
from assist_api.calls.reducer import empty_snapshot, fold
from assist_api.calls.repository import CallRepository
from assist_api.calls.viewer import COMMAND_LINE
from tests.fakes.assist_calls_audio import wav_bytes
from tests.fakes.assist_calls_desk import OUTAGE_MS, Desk, add_agent, open_desk

pytestmark = pytest.mark.module


async def leave_mid_call(desk: Desk) -> list[CallEvent]:
    """Begin a call at the pace of speech and go away when its first final came; return what was told."""
    agent = await add_agent(desk.database)
    call_id = uuid4()
    told = []
    async with desk.hub.watch(call_id) as events:
        await desk.begin(agent, speed="1", call_id=call_id)
        async for event in events:
            told.append(event)
            if isinstance(event, TranscriptFinalEvent):
                return told
    raise AssertionError("the call ended early")


async def stored_events(desk: Desk, call_id: object) -> list[CallEvent]:
    return (await desk.calls.archive.events(call_id, after=0, limit=1_000)).items  # type: ignore[arg-type]


async def test_a_graceful_stop_interrupts_and_the_next_start_goes_on(sqlite_url: str, tmp_path: Path) -> None:
    async with open_desk(sqlite_url, tmp_path) as desk:
        told = await leave_mid_call(desk)
    call_id = told[0].call_id
    async with open_desk(sqlite_url, tmp_path) as desk:
        assert (await desk.calls.snapshot(call_id)).data.call.state == "interrupted"
        await desk.calls.recover()
        await desk.ended(call_id)
        events = await stored_events(desk, call_id)
        again = desk.engine.legs
    kinds = [type(event) for event in events]
    assert kinds.count(CallInterruptedEvent) == 1
    assert kinds[-1] is CallEndedEvent
    assert [event.data.resumed_at_ms for event in events if isinstance(event, CallAnsweredEvent)] == [0, 0]
    assert [event.seq for event in events] == sorted({event.seq for event in events})
    texts = [event.data.text for event in events if isinstance(event, TranscriptFinalEvent)]
    assert len(texts) == len(set(texts)) == 5
    assert [leg.start_ms for leg in again] == [0, 900]


async def test_a_snapshot_has_the_number_of_what_is_committed_while_it_is_read(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_desk(sqlite_url, tmp_path) as desk, open_desk(sqlite_url, tmp_path) as elsewhere:
        call_id = await desk.begin(await add_agent(desk.database), speed="1")
        read_events = CallRepository.events

        async def end_before_reading(self: CallRepository, *args: Any, **options: Any) -> list[CallEvent]:  # noqa: ANN401
            if desk.calls.is_carried_here(call_id):
                await desk.calls.stop(COMMAND_LINE, call_id)
                await desk.ended(call_id)
            return await read_events(self, *args, **options)

        monkeypatch.setattr(CallRepository, "events", end_before_reading)
        snapshot = await elsewhere.calls.snapshot(call_id)
        assert snapshot.data.call.state == "ended"
        assert snapshot.seq == (await elsewhere.calls.snapshot(call_id)).seq


async def test_a_live_process_keeps_its_calls(sqlite_url: str, tmp_path: Path) -> None:
    async with open_desk(sqlite_url, tmp_path) as first, open_desk(sqlite_url, tmp_path) as second:
        call_id = await first.begin(await add_agent(first.database), speed="1")
        await second.calls.recover()
        assert not second.calls.is_carried_here(call_id)
        assert (await second.calls.snapshot(call_id)).data.call.state == "answered"
        await first.calls.stop(COMMAND_LINE, call_id)
        await first.ended(call_id)


async def test_a_call_of_a_dead_command_line_ends_as_failed(sqlite_url: str, tmp_path: Path) -> None:
    async with open_desk(sqlite_url, tmp_path) as desk:
        agent = await add_agent(desk.database)
        files = [IncomingFile("a.wav", io.BytesIO(wav_bytes(OUTAGE_MS)))]
        call_id = await desk.calls.start_replay(agent, files, speed="1", source="cli")
    async with open_desk(sqlite_url, tmp_path) as desk:
        await desk.calls.recover()
        await desk.ended(call_id)
        call = (await desk.calls.snapshot(call_id)).data.call
    assert (call.end_reason, call.end_code) == ("failed", "call_abandoned")


async def test_a_call_whose_recording_is_gone_ends_as_failed(sqlite_url: str, tmp_path: Path) -> None:
    async with open_desk(sqlite_url, tmp_path) as desk:
        told = await leave_mid_call(desk)
    call_id = told[0].call_id
    for file in (tmp_path / "recordings" / str(call_id)).iterdir():
        file.unlink()
    async with open_desk(sqlite_url, tmp_path) as desk:
        await desk.calls.recover()
        await desk.ended(call_id)
        snapshot = (await desk.calls.snapshot(call_id)).data
    assert (snapshot.call.end_reason, snapshot.call.end_code) == ("failed", "recording_missing")
    assert snapshot.utterances


async def test_what_was_shown_before_stays_after_a_restart(sqlite_url: str, tmp_path: Path) -> None:
    async with open_desk(sqlite_url, tmp_path) as desk:
        call_id = (await desk.run(await add_agent(desk.database)))[0].call_id
        before = await desk.calls.snapshot(call_id)
    async with open_desk(sqlite_url, tmp_path) as desk:
        await desk.calls.recover()
        after = await desk.calls.snapshot(call_id)
        events = await stored_events(desk, call_id)
    assert after.data == before.data
    assert (after.seq, before.seq) == (events[-1].seq, events[-1].seq)
    assert fold(empty_snapshot(after.data.call), events) == after.data


async def test_half_taken_uploads_of_dead_processes_are_swept(sqlite_url: str, tmp_path: Path) -> None:
    async with open_desk(sqlite_url, tmp_path) as desk:
        call_id = (await desk.run(await add_agent(desk.database)))[0].call_id
        dead, orphan = tmp_path / "recordings" / ".incoming" / str(uuid4()), tmp_path / "recordings" / str(uuid4())
        for folder in (dead, orphan):
            folder.mkdir(parents=True)
            (folder / "source-0.wav").write_bytes(b"RIFF")
        young = orphan.with_name(str(uuid4()))
        young.mkdir()
        _age(orphan, hours=1)
        await desk.calls.recover()
        assert not dead.exists()
        assert not orphan.exists()
        assert young.exists()
        assert (tmp_path / "recordings" / str(call_id)).exists()


def _age(path: Path, *, hours: int) -> None:
    then = time.time() - hours * 3_600
    os.utime(path, (then, then))


async def test_a_client_that_goes_away_leaves_a_whole_call(desk: Desk) -> None:
    agent = await add_agent(desk.database)
    call_id = uuid4()
    request = asyncio.create_task(desk.begin(agent, call_id=call_id))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    await desk.ended(call_id)
    assert (await desk.calls.archive.audio(agent, call_id)).is_file()
