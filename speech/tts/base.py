"""What a voice is: one blocking call from text to samples, used by one thread at a time."""

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
    """A synthesiser and its model. `__init__` is light; the methods block and run in a worker's thread."""

    @property
    def capabilities(self) -> VoiceCapabilities:
        """What it can do; known where it is installed."""
        ...

    def check_installed(self) -> None:
        """Look whether the model and the program are there, without loading them.

        Raises:
            MisconfiguredError: `voice_missing`, `voice_program_missing`, `voice_unusable`: names what mends it.
        """
        ...

    def warm_up(self) -> None:
        """Load the model; calling it again does nothing.

        Raises:
            MisconfiguredError: The model or the program is missing or unusable; the message names what mends it.
            DependencyError: The program did not start.
        """
        ...

    def synthesise(self, text: str, *, voice: str, speed: float = 1.0) -> bytes:
        """Return mono signed 16-bit little-endian samples at the rate of the capabilities.

        Args:
            text: One clause; figures are written as words (`speech.tts.readout`).
            voice: One of `VoiceCapabilities.voices`.
            speed: 0.5 to 2; 1 is how the voice was trained.

        Raises:
            InvalidInputError: The text cannot be spoken, or the voice or the speed is unknown.
            DependencyError: The program died or did not answer.
        """
        ...

    def close(self) -> None:
        """Let go of the model; calling it again does nothing."""
        ...
