"""Hears sound files as a call would sound: the recogniser of calls at the rate of telephones."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from assist_api.transcripts.dictation import WAIT_SECONDS, speech_not_ready
from kit.tasks import Overflow
from speech.audio import AudioChunk
from speech.engine import SpeechEngine
from speech.events import TranscriptFinal
from speech.recording import Recording, RecordingLimits, open_recording
from speech.resampler import StreamResampler
from speech.transcriber import LegTranscriber

RATE_HZ = 8000
LIMITS = RecordingLimits(max_duration=timedelta(minutes=2))
"""One thing that a caller says."""


async def heard_in(engine: SpeechEngine, file: Path) -> str:
    """Return what is understood of a sound file; empty where nothing is.

    Raises:
        InvalidInputError: The file is no sound that can be read, or too long.
        DependencyError: `speech_not_ready`: models are loading, or the recogniser is too slow.
    """
    recording = await asyncio.to_thread(open_recording, [file], limits=LIMITS)
    if not engine.is_ready:
        raise speech_not_ready("The models of the recogniser are still loading; try again in a moment.")
    leg = engine.open_leg(uuid4(), sample_rate_hz=RATE_HZ, overflow=Overflow.WAIT)
    try:
        async with asyncio.timeout(WAIT_SECONDS), asyncio.TaskGroup() as tasks:
            words = tasks.create_task(_words(leg), name="ivr.hear")
            for chunk in at_telephone_rate(recording):
                await leg.feed(chunk)
            await leg.finish()
        return "".join(words.result())
    except TimeoutError as error:
        raise speech_not_ready("The recogniser is busy; try again in a moment.") from error
    finally:
        await leg.aclose()


def at_telephone_rate(recording: Recording) -> Iterator[AudioChunk]:
    """Yield the first leg of a recording at 8 kHz."""
    resampler = StreamResampler(recording.sample_rate_hz, RATE_HZ)
    sample = 0
    pieces = (resampler.feed(chunk.pcm) for leg, chunk in recording.chunks() if leg == 0)
    for pcm in pieces:
        if pcm:
            yield AudioChunk(pcm, RATE_HZ, sample)
            sample += len(pcm) // 2
    if rest := resampler.flush():
        yield AudioChunk(rest, RATE_HZ, sample)


async def _words(leg: LegTranscriber) -> list[str]:
    return [event.text async for event in leg.events() if isinstance(event, TranscriptFinal)]
