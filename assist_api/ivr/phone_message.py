"""A message that a caller leaves on the telephone: its sound, and its words as far as they come in time."""

from __future__ import annotations

import asyncio
from uuid import uuid4

from assist_api.ivr.phone_parts import RecognisedLeg, Recogniser
from cti_adapter.audiosocket import BYTES_PER_SAMPLE, SAMPLE_RATE_HZ
from kit.tasks import Overflow
from speech.audio import AudioChunk
from speech.events import TranscriptFinal

DRAIN_SECONDS = 20.0
"""How long a caller waits at most for the words of the message; later ones are recognised from the kept sound."""
_FEWEST_VOICED_FRAMES = 40
"""Frames of 20 ms with a voice, 0.8 s, from which a sound without words is kept for a person to listen to."""


class PhoneMessage:
    """One message, from the tone to the key that ends it; it has a leg of its own, so that its last words are flushed.

    Attributes:
        pcm: The sound: 16-bit PCM at 8 kHz.
        words: What was recognised so far.
        is_drained: Whether the recogniser said that no more words come.
    """

    def __init__(self, recogniser: Recogniser) -> None:
        self.pcm = bytearray()
        self.words: list[str] = []
        self.is_drained = False
        self._voiced_frames = 0
        leg = recogniser.open_leg(
            uuid4(), sample_rate_hz=SAMPLE_RATE_HZ, overflow=Overflow.DROP_OLDEST, has_partials=False
        )
        self._leg: RecognisedLeg = leg
        self._reading = asyncio.ensure_future(self._read())

    @property
    def seconds(self) -> int:
        """Length of the sound in whole seconds."""
        return len(self.pcm) // (BYTES_PER_SAMPLE * SAMPLE_RATE_HZ)

    @property
    def is_worth_keeping(self) -> bool:
        """Whether words were recognised, or a voice was heard whose words a person may understand."""
        return bool(self.words) or self._voiced_frames >= _FEWEST_VOICED_FRAMES

    async def take(self, pcm: bytes, *, is_voice: bool) -> None:
        """Take the next sound of the caller."""
        chunk = AudioChunk(pcm, SAMPLE_RATE_HZ, len(self.pcm) // BYTES_PER_SAMPLE)
        self.pcm += pcm
        self._voiced_frames += is_voice
        await self._leg.feed(chunk)

    async def end(self) -> None:
        """Wait until the recogniser has given every word, at most `DRAIN_SECONDS`."""
        await self._leg.finish()
        await asyncio.wait({self._reading}, timeout=DRAIN_SECONDS)
        await self.aclose()

    async def aclose(self) -> None:
        """Let go of the recogniser; safe to call twice."""
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        await self._leg.aclose()

    async def _read(self) -> None:
        async for event in self._leg.events():
            if isinstance(event, TranscriptFinal) and event.text:
                self.words.append(event.text)
        self.is_drained = True
