"""Voice activity detection: how likely is it that someone speaks in this frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class VADCapabilities:
    """What a detector takes.

    Attributes:
        name: Its name in `speech.registry`.
        sample_rate_hz: Rate of every frame.
        frame_samples: Exact length of a frame.
    """

    name: str
    sample_rate_hz: int
    frame_samples: int


class VADStream(Protocol):
    """The detector's memory of one leg; used by one thread at a time."""

    def probabilities(self, frames: Sequence[bytes]) -> list[float]:
        """Return the speech probability (0..1) of each frame.

        Args:
            frames: Contiguous PCM s16le mono frames of exactly `frame_samples`, oldest first. How they are grouped
                into calls does not change the result.
        """
        ...

    def reset(self) -> None:
        """Forget what was heard, after a hole in the audio."""
        ...


class VoiceActivityDetector(Protocol):
    """A detector; shared by all legs of a process."""

    @property
    def capabilities(self) -> VADCapabilities:
        """What it takes."""
        ...

    def warm_up(self) -> None:
        """Load what it needs; blocking.

        Raises:
            MisconfiguredError: A file is missing; the message names the fix.
        """
        ...

    def open(self, *, source_rate_hz: int) -> VADStream:
        """Begin a leg; only after `warm_up`.

        Args:
            source_rate_hz: Rate the audio came in; below the detector's own, the upper band of its frames is empty.
        """
        ...
