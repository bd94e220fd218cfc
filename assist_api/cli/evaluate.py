"""`tingzhi evaluate`: how good the product is on labelled data, one command for each kind of data.

Every command prints a table, or with `--json` one JSON object on standard output; what is going on is said on
standard error. Data that is not as described ends with one line that names file and line, and exit code 2.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console, RenderableType

from assist_api.cli.console import prepare_logging
from assist_api.evaluation import tables
from assist_api.evaluation.calls import CallsReport, evaluate_calls
from assist_api.evaluation.figures import as_json
from assist_api.evaluation.layouts import read_call_set
from assist_api.evaluation.stage import open_stage
from assist_api.settings import AssistSettings
from kit.clock import SystemClock
from speech.engine import SpeechEngine
from speech.evaluate import TranscriptionReport, evaluate_transcription
from speech.settings import SpeechSettings

app = typer.Typer(help="Measure quality on labelled data.", no_args_is_help=True)
_errors = Console(stderr=True, highlight=False)

JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object instead of tables.")]
LimitOption = Annotated[int | None, typer.Option(min=1, help="Take only so many, spread evenly.")]


class Speed(StrEnum):
    """How calls are played."""

    REAL = "1"
    MAX = "max"


@app.command("calls")
def calls(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Holds manifest.yaml and the recordings it names.")],
    speed: Annotated[Speed, typer.Option(help="1 also measures delays as a caller meets them.")] = Speed.MAX,
    packs: Annotated[
        list[Path] | None, typer.Option("--pack", help="Knowledge to use instead of the demo knowledge; repeatable.")
    ] = None,
    as_object: JsonOption = False,
) -> None:
    """Replay labelled calls through the whole product: cards, category, transcript, delays.

    The manifest is that of the demo calls: a list `calls` with `demo_id`, `title`, `title_en`, `sector`, `file`,
    `duration_ms`, `expected_entry` (key in the pack), `expected_category` and `lines` of `role` and `text`. The
    object of `--json` is `assist_api.evaluation.calls.CallsReport`, properties included.
    """
    _prepare()
    report = asyncio.run(_calls(folder, speed, packs or []))
    _show(report, tables.calls_tables(report), is_json=as_object)


async def _calls(folder: Path, speed: Speed, packs: Sequence[Path]) -> CallsReport:
    scripts = read_call_set(folder)
    async with open_stage(packs, _say) as services:
        return await evaluate_calls(scripts, services, speed=speed.value, say=_say)


@app.command("transcription")
def transcription(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Holds manifest.tsv and the clips it names.")],
    stock: Annotated[bool, typer.Option("--stock/--no-stock", help="Measure stock transcribe() beside it.")] = True,
    as_object: JsonOption = False,
) -> None:
    """Transcribe labelled clips at 16 kHz and on the telephone band, beside stock `transcribe()`.

    The manifest has a header with `file16k`, `file8k_ulaw` and `text`. The object of `--json` is
    `speech.evaluate.TranscriptionReport`, properties included.
    """
    _prepare()
    report = asyncio.run(_transcription(folder, has_stock=stock))
    _show(report, tables.transcription_tables(report), is_json=as_object)


async def _transcription(folder: Path, *, has_stock: bool) -> TranscriptionReport:
    settings = SpeechSettings.load()
    async with _engine(settings) as engine:
        return await evaluate_transcription(folder, engine, settings, has_stock=has_stock, say=_say)


@asynccontextmanager
async def _engine(settings: SpeechSettings) -> AsyncIterator[SpeechEngine]:
    engine = SpeechEngine(settings, SystemClock())
    try:
        _say("loading the speech model")
        await engine.warm_up()
        yield engine
    finally:
        await engine.aclose()


def _prepare() -> None:
    prepare_logging(AssistSettings.load())


def _say(line: str) -> None:
    _errors.print(f"» {line}", markup=False)


def _show(report: object, shown: Sequence[RenderableType], *, is_json: bool) -> None:
    if is_json:
        document: dict[str, Any] = as_json(report)
        sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
        return
    console = Console(highlight=False)
    for table in shown:
        console.print(table)
