"""What runs a Whisper: encode a window, tell its language, write what was said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from speech.settings import Language
from speech.stt.beam_search import Hypothesis
from speech.stt.whisper_text import Prompt, WhisperText

Encoded = TypeVar("Encoded")
"""A window as the decoder reads it; each runtime has its own kind, and nobody else looks inside."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a decoder wrote.

    Attributes:
        hypotheses: Texts as tokens, best first; at least one.
        no_speech: 0..1, probability that nobody spoke.
    """

    hypotheses: tuple[Hypothesis, ...]
    no_speech: float


@dataclass(frozen=True, slots=True)
class Writing:
    """How a decoder is to write.

    Attributes:
        beam_size: Texts that are tried side by side.
        max_tokens: At most so many.
        check_wanted: A runtime that is asked for each token calls this before it, and lets through what it raises.
        draft: What may well be written, as tokens; what of it is wrong costs a little time, what is right saves some.
    """

    beam_size: int
    max_tokens: int
    check_wanted: Callable[[], None] = field(default=lambda: None)
    draft: tuple[int, ...] = ()


class WhisperRuntime(Protocol[Encoded]):
    """One model in memory, used by one thread; everything blocks. A failure of the engine is a `RuntimeError`."""

    @property
    def text(self) -> WhisperText:
        """Tokens and spectrograms of the model; only after `load`."""
        ...

    def load(self) -> None:
        """Load the model where it is not loaded yet.

        Raises:
            MisconfiguredError: It is missing or unusable.
        """
        ...

    def close(self) -> None:
        """Let go of the memory."""
        ...

    def encode(self, features: npt.NDArray[np.float32]) -> Encoded:
        """Read a log-mel spectrogram (bands, an even number of frames)."""
        ...

    def language_probabilities(self, encoded: Encoded) -> dict[Language, float]:
        """Return the probability of Chinese and of English among all languages that the model knows."""
        ...

    def decode(self, encoded: Encoded, prompt: Prompt, writing: Writing) -> Decoded:
        """Write what was said behind a prompt."""
        ...
