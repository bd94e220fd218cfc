"""How well and at what cost speech is recognised, on anyone's labelled audio.

Layout of a data folder: `manifest.tsv` with a header and the columns `file16k`, `file8k_ulaw` (paths below the folder)
and `text`. The naive path (stock `transcribe()`, beam 5, no prompt) runs beside ours in the same process.
"""

from __future__ import annotations

import asyncio
import csv
import re
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from rapidfuzz.distance import Levenshtein

from kit.errors import InvalidInputError
from kit.tasks import Overflow
from speech.engine import SpeechEngine
from speech.events import TranscriptEvent, TranscriptFinal
from speech.recording import Recording, RecordingLimits, open_recording
from speech.registry import make_naive_recognizer
from speech.resampler import StreamResampler
from speech.settings import SpeechSettings
from speech.stt.base import SAMPLE_RATE_HZ, RecognitionRequest
from speech.stt.stock_whisper import StockWhisper
from speech.text.simplify import simplify

BANDS = {"16k": "file16k", "8k": "file8k_ulaw"}
OURS, STOCK = "tingzhi", "stock"
_NOT_COUNTED = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class ClipScore:
    """One clip on one path: the reference and what was heard, both normalised."""

    clip: str
    band: str
    path: str
    reference: str
    heard: str
    errors: int


@dataclass(frozen=True, slots=True)
class PathTotal:
    """One path on one band.

    Attributes:
        band: `16k` or `8k`.
        path: `tingzhi` or `stock`.
        characters: In the references.
        errors: Substitutions, deletions and insertions.
        audio_seconds: Heard.
        cpu_seconds: Spent by the whole process.
    """

    band: str
    path: str
    characters: int
    errors: int
    audio_seconds: float
    cpu_seconds: float

    @property
    def error_rate(self) -> float:
        """Character error rate, 0..."""
        return self.errors / self.characters if self.characters else 0.0

    @property
    def cpu_per_audio_second(self) -> float:
        """CPU seconds for one second of audio."""
        return self.cpu_seconds / self.audio_seconds if self.audio_seconds else 0.0


@dataclass(frozen=True, slots=True)
class TranscriptionReport:
    """Everything measured."""

    clips: tuple[ClipScore, ...]
    totals: tuple[PathTotal, ...]


@dataclass(frozen=True, slots=True)
class _Clip:
    name: str
    text: str
    recording: Recording


async def evaluate_transcription(
    folder: Path,
    engine: SpeechEngine,
    settings: SpeechSettings,
    *,
    has_stock: bool = True,
    say: Callable[[str], None] = lambda _line: None,
) -> TranscriptionReport:
    """Transcribe every clip of a folder on both bands and both paths.

    Args:
        folder: Holds `manifest.tsv`.
        engine: Warmed up.
        settings: For the model of the stock path.
        has_stock: Whether the naive path runs too.
        say: Told what is going on.

    Raises:
        InvalidInputError: The folder has not the layout described, or names a file that cannot be read.
    """
    clips: list[ClipScore] = []
    totals: list[PathTotal] = []
    stock = make_naive_recognizer(settings)
    executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="evaluate")
    loop = asyncio.get_running_loop()
    try:
        if has_stock:
            await loop.run_in_executor(executor, stock.warm_up)
        for band, column in BANDS.items():
            batch = await loop.run_in_executor(executor, _read_manifest, folder, column)
            say(f"{band}: {len(batch)} clips")
            started_at = time.process_time()
            heard = [await transcribe(engine, clip.recording) for clip in batch]
            _score(clips, totals, batch, heard, band, OURS, time.process_time() - started_at)
            if has_stock:
                started_at = time.process_time()
                heard = await loop.run_in_executor(executor, _stock_texts, stock, settings, batch)
                _score(clips, totals, batch, heard, band, STOCK, time.process_time() - started_at)
    finally:
        executor.shutdown()
    return TranscriptionReport(tuple(clips), tuple(totals))


def error_count(reference: str, heard: str) -> int:
    """Return the Levenshtein distance in characters."""
    return Levenshtein.distance(reference, heard)


def normalise(text: str) -> str:
    """Return what is counted: Simplified, lower case, no punctuation, numerals as written."""
    return _NOT_COUNTED.sub("", simplify(text)).lower()


def _read_manifest(folder: Path, column: str) -> list[_Clip]:
    manifest = folder / "manifest.tsv"
    if not manifest.is_file():
        raise InvalidInputError(f"{manifest} does not exist.", field="dir", code="evaluation_layout")
    with manifest.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    if not rows or not {column, "text"} <= rows[0].keys():
        raise InvalidInputError(
            f"{manifest} needs the columns {column} and text, and a row.", field="dir", code="evaluation_layout"
        )
    return [_Clip(row[column], row["text"], _open(folder / row[column])) for row in rows]


def _open(path: Path) -> Recording:
    if not path.is_file():
        raise InvalidInputError(f"{path} does not exist.", field="dir", code="evaluation_layout")
    return open_recording([path], limits=RecordingLimits())


async def transcribe(engine: SpeechEngine, recording: Recording) -> str:
    """Return what the engine hears on the first leg of a recording, its finals joined by spaces."""
    return " ".join(final.text for final in await hear(engine, recording))


async def hear(engine: SpeechEngine, recording: Recording) -> list[TranscriptFinal]:
    """Return the finals of the first leg of a recording."""
    leg = engine.open_leg(uuid4(), sample_rate_hz=recording.sample_rate_hz, overflow=Overflow.WAIT)
    try:
        async with asyncio.TaskGroup() as tasks:
            finals = tasks.create_task(_finals(leg.events()), name="evaluate.read")
            for number, chunk in recording.chunks():
                if number == 0:
                    await leg.feed(chunk)
            await leg.finish()
        return finals.result()
    finally:
        await leg.aclose()


async def _finals(events: AsyncIterator[TranscriptEvent]) -> list[TranscriptFinal]:
    return [event async for event in events if isinstance(event, TranscriptFinal)]


def _stock_texts(stock: StockWhisper, settings: SpeechSettings, clips: Sequence[_Clip]) -> list[str]:
    return [stock_text(stock, settings, clip.recording) for clip in clips]


def stock_text(stock: StockWhisper, settings: SpeechSettings, recording: Recording) -> str:
    """Return what stock `transcribe()` hears on the first leg of a whole recording; blocks."""
    resampler = StreamResampler(recording.sample_rate_hz, SAMPLE_RATE_HZ)
    parts = [resampler.feed(chunk.pcm) for leg, chunk in recording.chunks() if leg == 0]
    pcm = b"".join([*parts, resampler.flush()])
    return stock.recognize(RecognitionRequest(pcm, settings.language, is_final=True)).text


def _score(
    clips: list[ClipScore],
    totals: list[PathTotal],
    batch: Sequence[_Clip],
    heard: Sequence[str],
    band: str,
    path: str,
    cpu_seconds: float,
) -> None:
    scores = []
    for clip, text in zip(batch, heard, strict=True):
        reference, found = normalise(clip.text), normalise(text)
        scores.append(ClipScore(clip.name, band, path, reference, found, error_count(reference, found)))
    clips += scores
    characters, errors = sum(len(s.reference) for s in scores), sum(s.errors for s in scores)
    seconds = sum(clip.recording.duration_ms for clip in batch) / 1000
    totals.append(PathTotal(band, path, characters, errors, seconds, cpu_seconds))
