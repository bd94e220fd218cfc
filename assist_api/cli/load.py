"""`tingzhi load`: a load test of the exchange with our own test telephones."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import orjson
import typer

from assist_api.cli.console import prepare_logging
from assist_api.cli.pbx import local_settings
from assist_api.cli.phone import read_pcm
from assist_api.settings import AssistSettings
from cti_adapter.phone.load import LoadPlan, LoadReport, LoadTest
from kit.errors import InvalidInputError

_TONE = b"\x00\x00\x10\x27\x00\x00\xf0\xd8" * 2000
"""One second of a 2 kHz tone of amplitude 10,000, 8 kHz s16le."""
_MINUTE_SECONDS = 60.0
_GOAL_SETUPS, _GOAL_EVENT_MS = 20, 150


def load(
    calls: Annotated[int, typer.Option(min=1, max=500, help="Calls at the same time.")] = 10,
    minutes: Annotated[float, typer.Option(min=0.05, max=600, help="How long callers keep calling.")] = 1.0,
    talk: Annotated[float, typer.Option(min=1, max=600, help="Seconds that one conversation lasts.")] = 10.0,
    number: Annotated[str | None, typer.Option(help="Number to call; that of the plan by default.")] = None,
    tap: Annotated[bool, typer.Option(help="Receive the audio of every leg as well, as the server does.")] = False,
    audio: Annotated[Path | None, typer.Option(help="What both sides say: any audio file; a tone by default.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Call and answer with many test telephones on the exchange of this machine, and report what callers would notice.

    Agents are the desk telephones of the plan; with fewer agents than calls the others wait in the queue.
    """
    prepare_logging(AssistSettings.load())
    settings, plan = local_settings()
    agents = [phone for phone in plan.agents if not phone.is_browser] if plan is not None else []
    if plan is None or not agents or not plan.numbers:
        text = f"No exchange with desk telephones and a number is set up in {settings.data_dir}. Run tingzhi pbx run."
        raise InvalidInputError(text, field="CTI_DATA_DIR")
    # The server beside us has the ports for audio and routing; this command needs neither.
    settings = settings.model_copy(update={"tap_port": 0, "agi_port": 0})
    pcm = _TONE if audio is None else read_pcm(audio)
    wanted = LoadPlan(number or plan.numbers[0].number, calls, minutes * _MINUTE_SECONDS, talk, pcm, tap)
    report = asyncio.run(LoadTest(settings, agents).run(wanted))
    sys.stdout.write(_json(report) if as_json else _text(report))


def _json(report: LoadReport) -> str:
    values = asdict(report) | {
        "setups_per_second": round(report.setups_per_second, 2),
        "event_p95_ms": report.event_p95_ms and round(report.event_p95_ms, 1),
        "tapped_seconds": round(report.tapped_seconds, 1),
    }
    del values["event_ms"]
    return orjson.dumps(values).decode() + "\n"


def _text(report: LoadReport) -> str:
    p95 = "–" if report.event_p95_ms is None else f"{report.event_p95_ms:.0f} ms"
    return (
        f"{report.answered} of {report.begun} calls answered, {report.failed} failed\n"
        f"{report.setups_per_second:.1f} set-ups a second through the queue (goal {_GOAL_SETUPS})\n"
        f"{report.late_frames} of {report.frames} voice frames more than 100 ms late (goal 0)\n"
        f"95 % of answers known here within {p95} (goal {_GOAL_EVENT_MS} ms)\n"
    )
