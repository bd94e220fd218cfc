from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest

from assist_api.calls.events import CallAnsweredEvent, CallEndedEvent, CallInterruptedEvent, TranscriptFinalEvent
from assist_api.calls.reducer import empty_snapshot, fold
from tests.fakes.assist_calls_desk import OUTAGE_CALL, open_desk

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]


def kill_after_first_final(database_url: str, data_dir: Path) -> UUID:
    """Run a process that carries a call and kill it with signal 9; return the call."""
    command = [sys.executable, "-m", "tests.fakes.assist_calls_victim", database_url, str(data_dir)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as victim:
        assert victim.stdout is not None
        for line in victim.stdout:
            event = json.loads(line)
            if event["type"] == "transcript.final" and event["data"]["leg_role"] == "customer":
                victim.kill()
                return UUID(event["call_id"])
    raise AssertionError("the victim ended by itself")


async def test_a_killed_call_keeps_its_transcript_and_goes_on(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'calls.sqlite'}"
    call_id = kill_after_first_final(url, tmp_path)
    async with open_desk(url, tmp_path) as desk:
        left = (await desk.calls.archive.events(call_id, after=0, limit=1_000)).items
        assert (await desk.calls.snapshot(call_id)).data.call.state == "answered"
        await desk.calls.recover()
        await desk.ended(call_id)
        events = (await desk.calls.archive.events(call_id, after=0, limit=1_000)).items
        snapshot = (await desk.calls.snapshot(call_id)).data
    assert events[: len(left)] == left
    after = events[len(left) :]
    assert [type(event) for event in after[:2]] == [CallInterruptedEvent, CallAnsweredEvent]
    assert isinstance(after[-1], CallEndedEvent)
    assert after[-1].data.reason == "completed"
    assert [event.seq for event in events] == sorted({event.seq for event in events})
    spoken = [event.data.text for event in events if isinstance(event, TranscriptFinalEvent)]
    assert sorted(spoken) == sorted(line.text for line in OUTAGE_CALL)
    assert snapshot == fold(empty_snapshot(snapshot.call), events)
    assert [card.entry_id for card in snapshot.suggestions.cards]
