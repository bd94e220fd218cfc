"""A leg fed with plain PCM, and the shapes of the fixtures that make engines and legs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from speech.audio import AudioChunk
from speech.engine import SpeechEngine
from speech.events import TranscriptEvent
from speech.transcriber import LegTranscriber


@dataclass
class Leg:
    """A leg under test, fed with plain PCM."""

    transcriber: LegTranscriber
    sample_rate_hz: int
    next_sample: int = 0

    async def feed(self, pcm: bytes) -> None:
        step = 2 * self.sample_rate_hz // 50
        for at in range(0, len(pcm), step):
            chunk = AudioChunk(pcm[at : at + step], self.sample_rate_hz, self.next_sample)
            self.next_sample = chunk.end_sample
            await self.transcriber.feed(chunk)

    async def finish(self) -> list[TranscriptEvent]:
        await self.transcriber.finish()
        return [event async for event in self.transcriber.events()]


MakeEngine = Callable[..., Awaitable[SpeechEngine]]
OpenLeg = Callable[..., Leg]
