"""Hears sound files as a call would sound: the recogniser of calls at the rate of telephones."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from functools import reduce
from pathlib import Path

from assist_api.ivr.readings import Spoken
from assist_api.transcripts.dictation import finals_in
from speech.audio import AudioChunk
from speech.engine import SpeechEngine
from speech.recording import Recording, RecordingLimits, open_recording
from speech.resampler import StreamResampler

RATE_HZ = 8000
LIMITS = RecordingLimits(max_duration=timedelta(minutes=2))
"""One thing that a caller says."""


async def heard_in(engine: SpeechEngine, file: Path, limits: RecordingLimits = LIMITS) -> Spoken:
    """Return what is understood of a sound file, with what else it may have been; empty where nothing is.

    Raises:
        InvalidInputError: The file is no sound that can be read, or too long.
        DependencyError: `speech_not_ready`: models are loading, or the recogniser is too slow.
    """
    recording = await asyncio.to_thread(open_recording, [file], limits=limits)
    finals = await finals_in(engine, at_telephone_rate(recording), RATE_HZ)
    spoken = (Spoken(final.text, final.alternatives) for final in finals if final.text)
    return reduce(Spoken.and_then, spoken, Spoken(""))


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
