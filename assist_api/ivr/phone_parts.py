"""What a dialogue on the telephone needs of the recogniser, of the voice, and of whoever understands words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol
from uuid import UUID

from assist_api.ivr.intents import IntentRanking
from kit.tasks import Overflow
from speech.audio import AudioChunk
from speech.events import Alternative, TranscriptEvent


class RecognisedLeg(Protocol):
    """The part of `speech.transcriber.LegTranscriber` that a dialogue needs."""

    @property
    def behind_ms(self) -> int:
        """How far the sound fed so far is ahead of the words that came for it."""
        ...

    async def feed(self, chunk: AudioChunk) -> None:
        """Take in the next sound."""
        ...

    async def finish(self) -> None:
        """Say that no more sound comes; `events` ends after the last words."""
        ...

    def events(self) -> AsyncIterator[TranscriptEvent]:
        """Yield what is recognised."""
        ...

    async def aclose(self) -> None:
        """Abandon the leg."""
        ...


class Recogniser(Protocol):
    """The part of `speech.engine.SpeechEngine` that a dialogue needs."""

    async def ready(self) -> None:
        """Wait until the models are loaded."""
        ...

    def open_leg(self, leg_id: UUID, *, sample_rate_hz: int, overflow: Overflow, has_partials: bool) -> RecognisedLeg:
        """Begin to recognise a voice."""
        ...


class Speaker(Protocol):
    """The part of `assist_api.ivr.prompts.Prompts` that a dialogue needs."""

    def pieces(self, text: str) -> AsyncIterator[bytes]:
        """Yield the sound of a text as 16-bit PCM at 8 kHz."""
        ...


class Understanding(Protocol):
    """The part of `assist_api.ivr.live_flows.LiveFlows` that a dialogue needs."""

    def understand(self, text: str, alternatives: Sequence[Alternative] = ()) -> IntentRanking:
        """Return what a caller's words want."""
        ...

    def is_dangerous(self, text: str) -> bool:
        """Tell whether a caller's words tell of a danger."""
        ...
