from __future__ import annotations

import json
import os
import subprocess
import sys
import wave
from pathlib import Path

import pytest

from assist_api.calls.demo.catalog import load_demo_calls
from speech.recording import RecordingLimits, open_recording
from tests.fakes.assist_calls_audio import wav_bytes

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]


def tingzhi_replay(data_dir: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"ASSIST_DATA_DIR": str(data_dir), "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    environment.pop("ASSIST_DATABASE_URL", None)
    script = (
        "import sys, typer; from assist_api.cli import replay; from kit.errors import AssistError\n"
        "app = typer.Typer(pretty_exceptions_enable=False); app.command()(replay.replay)\n"
        "try: app()\n"
        "except AssistError as error: sys.stderr.write(f'error: {error.message}\\n'); raise SystemExit(2)\n"
    )
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "content", [b"", b"only words, no sound", wav_bytes(1_000, channels=3), wav_bytes(1_000)[:44], None]
)
def test_bad_files_are_one_line_and_leave_nothing(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "call.wav"
    if content is not None:
        file.write_bytes(content)
    done = tingzhi_replay(tmp_path / "data", file, "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "data").exists()


def first_seconds(source: Path, target: Path, seconds: int) -> None:
    """Write the first seconds of a demo call as a stereo WAV file."""
    recording = open_recording([source], limits=RecordingLimits())
    legs: list[bytearray] = [bytearray(), bytearray()]
    for leg, chunk in recording.chunks():
        if chunk.end_ms > seconds * 1_000:
            break
        legs[leg] += chunk.pcm
    with wave.open(str(target), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(recording.sample_rate_hz)
        length = min(map(len, legs))
        frames = (bytes(legs[0][at : at + 2] + legs[1][at : at + 2]) for at in range(0, length, 2))
        file.writeframes(b"".join(frames))


def test_a_real_recording_is_heard_and_answered(tmp_path: Path) -> None:
    demo = next(call for call in load_demo_calls() if call.script.demo_id == "power-outage")
    first_seconds(demo.path, tmp_path / "call.wav", 14)
    done = tingzhi_replay(tmp_path / "data", tmp_path / "call.wav", "--json")
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(set(event) == {"type", "call_id", "seq", "at", "data"} for event in events)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert (events[0]["type"], events[-1]["type"]) == ("call.answered", "call.ended")
    assert events[-1]["data"]["reason"] == "completed"
    finals = [event["data"] for event in events if event["type"] == "transcript.final"]
    assert {final["leg_role"] for final in finals} == {"customer", "agent"}
    assert "没电" in "".join(final["text"] for final in finals)
    shown = [event["data"] for event in events if event["type"] == "suggestion.shown"]
    assert shown
    assert len(shown[-1]["cards"]) <= 3
