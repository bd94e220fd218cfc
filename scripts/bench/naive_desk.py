"""The naive side: wait for the end of the segment, stock `transcribe()`, Haystack's in-memory BM25.

It is spared everything that is not its own: the same voice activity detection and the same worker threads as ours, no
partials, no socket, no database, and it is told that callers speak Chinese.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from assist_api.calls.chunk_reader import read_chunks
from assist_api.calls.sources.recording import Pace
from assist_api.search.demo_knowledge import DEMO_PACKS
from kb.markdown import plain_text
from kb.packs.file_format import read_pack
from kb.packs.importing import find_pack_files
from kb.search.documents import SearchDocument
from kb.search.evaluation.evaluate import Search, naive_search, plain_document
from kit.clock import Clock, SystemClock
from kit.tasks import Overflow
from scripts.bench.delays import Delays
from speech.engine import SpeechEngine
from speech.events import TranscriptFinal
from speech.recording import RecordingLimits, open_recording
from speech.registry import make_naive_recognizer
from speech.settings import Language, SpeechSettings
from speech.transcriber import LegTranscriber

NEVER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class NaiveDesk:
    """Carries calls the naive way."""

    engine: SpeechEngine
    search: Search
    executor: ThreadPoolExecutor
    clock: Clock

    def cpu_seconds(self) -> float:
        """Return the CPU time that this process has used so far."""
        return time.process_time()

    async def carry(self, path: Path, heard_seconds: float | None) -> Delays:
        """Play a recording at its pace; stop it after `heard_seconds` unless that is None."""
        recording = open_recording([path], limits=RecordingLimits())
        rate = recording.sample_rate_hz
        legs = [
            self.engine.open_leg(uuid4(), sample_rate_hz=rate, overflow=Overflow.WAIT)
            for _number in range(recording.leg_count)
        ]
        delays = Delays()
        pace, began_at = Pace(self.clock, "1", 0), self.clock.monotonic()
        try:
            async with asyncio.TaskGroup() as group:
                for leg in legs:
                    group.create_task(self._listen(leg, began_at, delays))
                async with aclosing(read_chunks(recording, (0,) * len(legs), self.executor)) as chunks:
                    async for index, chunk in chunks:
                        if heard_seconds is not None and chunk.end_ms > heard_seconds * 1000:
                            break
                        await pace.wait_for(chunk.end_ms)
                        await legs[index].feed(chunk)
                        delays.audio_seconds = chunk.end_ms / 1000
                await asyncio.gather(*(leg.finish() for leg in legs))
        finally:
            await asyncio.gather(*(leg.aclose() for leg in legs))
        return delays

    async def _listen(self, leg: LegTranscriber, began_at: float, delays: Delays) -> None:
        async for event in leg.events():
            if isinstance(event, TranscriptFinal):
                spoken_ms = (self.clock.monotonic() - began_at) * 1000 - event.end_ms
                searched_at = self.clock.monotonic()
                await self.search(event.text)
                searched_ms = (self.clock.monotonic() - searched_at) * 1000
                delays.extend(Delays([spoken_ms], [searched_ms], [spoken_ms + searched_ms], [spoken_ms + searched_ms]))


@asynccontextmanager
async def running_naive_desk() -> AsyncIterator[NaiveDesk]:
    """Load the stock recogniser and the demo knowledge."""
    settings = SpeechSettings.load()
    patient = {"language": Language.CHINESE, "partial_interval": NEVER, "pause": settings.end_silence}
    clock = SystemClock()
    engine = SpeechEngine(settings.model_copy(update=patient), clock, recognizer_factory=make_naive_recognizer)
    with ThreadPoolExecutor(1, thread_name_prefix="naive") as executor:
        try:
            await engine.warm_up()
            yield NaiveDesk(engine, naive_search(list(_demo_documents())), executor, clock)
        finally:
            await engine.aclose()


def _demo_documents() -> Iterator[SearchDocument]:
    for path in find_pack_files([DEMO_PACKS]):
        for entry in read_pack(path).entries.values():
            text = " ".join([*entry.variants, plain_text(entry.answer), entry.script])
            yield plain_document(entry.key, entry.title, text)
