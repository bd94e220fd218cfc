"""The contract of a voice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class VoiceCapabilities:
    """What a synthesiser can do; callers branch on this, never on the class.

    Attributes:
        languages: ISO 639-1 codes it reads.
        voices: Names `synthesise` accepts.
        sample_rate_hz: Rate of what it returns.
    """

    languages: frozenset[str]
    voices: tuple[str, ...]
    sample_rate_hz: int


class Synthesiser(Protocol):
    """Turns text into audio, one clause at a time. Blocking: call it from an executor."""

    @property
    def capabilities(self) -> VoiceCapabilities:
        """What this backend can do; known before `warm_up`."""
        ...

    def warm_up(self) -> None:
        """Load the model.

        Raises:
            MisconfiguredError: The model is not there; the message names the command that fetches it.
        """
        ...

    def synthesise(self, text: str, *, voice: str, speed: float = 1.0) -> bytes:
        """Return mono s16le PCM at `capabilities.sample_rate_hz`.

        Args:
            text: One clause or sentence.
            voice: One of `capabilities.voices`.
            speed: 0.5 to 2.0, 1.0 as recorded.

        Raises:
            InvalidInputError: Unknown voice, speed out of range, or nothing in the text that can be spoken.
        """
        ...
