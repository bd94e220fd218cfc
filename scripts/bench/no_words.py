"""Counts the words heard where nobody speaks: `python -m scripts.bench.no_words [MINUTES] [SOUND…]`.

Each sound is generated, 8 kHz as on a telephone, and goes down the path of a live leg as fast as it is heard.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from kit.clock import SystemClock
from kit.tasks import Overflow
from speech.audio import CHUNK_MS, AudioChunk
from speech.engine import SpeechEngine
from speech.events import TranscriptEvent, TranscriptFinal
from speech.settings import SpeechSettings

RATE_HZ = 8_000
DEFAULT_MINUTES = 30
BLOCK_SECONDS = 60
Samples = NDArray[np.float64]
Seconds = Samples
"""Times of the samples of a block, from the beginning of the sound."""
_ROWS, _COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477)


def silence(at: Seconds, chance: np.random.Generator) -> Samples:
    """Return the noise of a quiet line, 60 dB below full scale."""
    return chance.normal(0.0, 0.001, at.size)


def ring_back(at: Seconds, chance: np.random.Generator) -> Samples:
    """Return the ring-back tone of Chinese exchanges: 450 Hz, one second on, four off."""
    return np.sin(2 * np.pi * 450 * at) * 0.2 * (at % 5 < 1) + silence(at, chance)


def keys(at: Seconds, chance: np.random.Generator) -> Samples:
    """Return DTMF: one key a second, 150 ms long."""
    key = chance.integers(0, 12, at.size // RATE_HZ + 1)[np.arange(at.size) // RATE_HZ]
    row, column = np.take(_ROWS, key // 3), np.take(_COLUMNS, key % 3)
    tone = np.sin(2 * np.pi * row * at) + np.sin(2 * np.pi * column * at)
    return tone * 0.2 * (at % 1 < 0.15) + silence(at, chance)


def hold_music(at: Seconds, chance: np.random.Generator) -> Samples:
    """Return a melody of plucked notes with overtones over a bass, two notes a second."""
    notes = 261.63 * 2 ** (np.array([0, 2, 4, 7, 9, 12, 14, 16]) / 12)
    note = notes[chance.integers(0, notes.size, 2 * BLOCK_SECONDS + 1)][(np.arange(at.size) * 2) // RATE_HZ]
    fade = np.exp(-3 * (at % 0.5))
    melody = sum(np.sin(2 * np.pi * note * part * at) / part for part in (1, 2, 3))
    return 0.15 * melody * fade + 0.08 * np.sin(2 * np.pi * note / 4 * at) + silence(at, chance)


def babble(at: Seconds, chance: np.random.Generator) -> Samples:
    """Return what many far voices sound like: noise in the band of speech, swelling at the pace of syllables."""
    noise = np.fft.rfft(chance.normal(0.0, 1.0, at.size))
    band = np.fft.rfftfreq(at.size, 1 / RATE_HZ)
    shaped = np.fft.irfft(noise * (band > 150) / np.maximum(band, 400), at.size)
    swell = sum(1 + np.sin(2 * np.pi * (pace * at + chance.random())) for pace in (2.7, 3.9, 5.1)) / 6
    return shaped / np.abs(shaped).max() * 0.3 * swell


SOUNDS: Mapping[str, Callable[[Seconds, np.random.Generator], Samples]] = {
    "silence": silence,
    "ring_back": ring_back,
    "dtmf": keys,
    "hold_music": hold_music,
    "babble": babble,
}


async def heard_in(engine: SpeechEngine, name: str, minutes: int) -> tuple[list[str], int]:
    """Return the texts heard in a sound, and how many segments were taken for speech."""
    leg = engine.open_leg(uuid4(), sample_rate_hz=RATE_HZ, overflow=Overflow.WAIT)
    chance = np.random.default_rng(22)
    size = RATE_HZ * CHUNK_MS // 1000
    try:
        async with asyncio.TaskGroup() as tasks:
            finals = tasks.create_task(_finals(leg.events()))
            for block in range(minutes * 60 // BLOCK_SECONDS):
                first = block * BLOCK_SECONDS * RATE_HZ
                at = np.arange(first, first + BLOCK_SECONDS * RATE_HZ) / RATE_HZ
                pcm = (np.clip(SOUNDS[name](at, chance), -1, 1) * 32767).astype("<i2")
                for start in range(0, pcm.size, size):
                    await leg.feed(AudioChunk(pcm[start : start + size].tobytes(), RATE_HZ, first + start))
            await leg.finish()
        return [final.text for final in finals.result() if final.text], len(finals.result())
    finally:
        await leg.aclose()


async def _finals(events: AsyncIterator[TranscriptEvent]) -> list[TranscriptFinal]:
    return [event async for event in events if isinstance(event, TranscriptFinal)]


async def main(minutes: int, names: list[str]) -> None:
    """Print a line for each sound."""
    engine = SpeechEngine(SpeechSettings.load(), SystemClock())
    await engine.warm_up()
    try:
        for name in names:
            began = time.monotonic()
            texts, segments = await heard_in(engine, name, minutes)
            took = time.monotonic() - began
            print(
                f"{name}: {minutes} min, {segments} segments, {len(texts)} texts {texts[:5]}, {took:.0f} s", flush=True
            )
    finally:
        await engine.aclose()


if __name__ == "__main__":
    given = sys.argv[1:]
    duration = int(given.pop(0)) if given and given[0].isdigit() else DEFAULT_MINUTES
    asyncio.run(main(duration, given or list(SOUNDS)))
