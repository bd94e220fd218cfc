"""Writes down one short recording of one voice, such as a learner's spoken answer; keeps nothing."""

from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import Iterable
from uuid import uuid4

from kit.errors import DependencyCategory, DependencyError, InvalidInputError
from kit.tasks import Overflow
from speech.audio import AudioChunk
from speech.engine import SpeechEngine
from speech.events import TranscriptFinal
from speech.transcriber import LegTranscriber

LONGEST_SECONDS = 60
MOST_BYTES = 48_000 * 2 * LONGEST_SECONDS + 4_096
CHUNK_SECONDS = 0.5
WAIT_SECONDS = 60.0
"""A minute of speech takes 20 s on a busy machine of two cores."""


async def written_down(engine: SpeechEngine, file: bytes) -> str:
    """Return what is said in a WAV file of one channel.

    Raises:
        InvalidInputError: `audio_unreadable`, or `audio_too_long`.
        DependencyError: `speech_not_ready`: models are loading, or the recogniser is too slow.
    """
    pcm, rate = _samples(file)
    size = 2 * int(rate * CHUNK_SECONDS)
    chunks = (AudioChunk(pcm[at : at + size], rate, at // 2) for at in range(0, len(pcm), size))
    return await words_in(engine, chunks, rate)


async def words_in(engine: SpeechEngine, chunks: Iterable[AudioChunk], rate_hz: int) -> str:
    """Return what is said in the sound of one voice; empty where nothing is.

    Raises:
        DependencyError: As `finals_in`.
    """
    return "".join(final.text for final in await finals_in(engine, chunks, rate_hz))


async def finals_in(engine: SpeechEngine, chunks: Iterable[AudioChunk], rate_hz: int) -> list[TranscriptFinal]:
    """Return the segments of the sound of one voice, with what else each may have been.

    Raises:
        DependencyError: `speech_not_ready`: models are loading, or the recogniser is too slow.
    """
    if not engine.is_ready:
        raise _not_ready("The models of the recogniser are still loading; try again in a moment.")
    leg = engine.open_leg(uuid4(), sample_rate_hz=rate_hz, overflow=Overflow.WAIT)
    try:
        async with asyncio.timeout(WAIT_SECONDS), asyncio.TaskGroup() as tasks:
            words = tasks.create_task(_finals(leg), name="dictation.words")
            for chunk in chunks:
                await leg.feed(chunk)
            await leg.finish()
        return words.result()
    except TimeoutError as error:
        raise _not_ready("The recogniser is busy; try again in a moment, or type.") from error
    finally:
        await leg.aclose()


async def _finals(leg: LegTranscriber) -> list[TranscriptFinal]:
    return [event async for event in leg.events() if isinstance(event, TranscriptFinal)]


def _samples(file: bytes) -> tuple[bytes, int]:
    try:
        with wave.open(io.BytesIO(file)) as sound:
            kind = (sound.getnchannels(), sound.getsampwidth())
            rate, frames = sound.getframerate(), sound.getnframes()
            if kind != (1, 2) or not 8_000 <= rate <= 48_000:
                message = "Send a WAV file of one channel with 16 bits and 8 to 48 kHz."
                raise InvalidInputError(message, field="audio", code="audio_unreadable")
            if frames > LONGEST_SECONDS * rate:
                message = f"An answer takes at most {LONGEST_SECONDS} seconds."
                raise InvalidInputError(message, field="audio", code="audio_too_long")
            return sound.readframes(frames), rate
    except (wave.Error, EOFError) as error:
        raise InvalidInputError("This is no WAV file.", field="audio", code="audio_unreadable") from error


def _not_ready(message: str) -> DependencyError:
    return DependencyError(message, code="speech_not_ready", category=DependencyCategory.OVERLOADED, retryable=True)
