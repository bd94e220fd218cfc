"""What a recogniser is: one blocking call from samples to text, used by one thread at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from speech.events import Alternative, TextChange
from speech.settings import Language

SAMPLE_RATE_HZ = 16_000
"""Every recogniser takes this rate; legs are resampled once, where they enter."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a recogniser can do; callers branch on this, never on the class.

    Attributes:
        name: Its name in `speech.registry` and in `TranscriptFinal.engine`.
        languages: Languages it can tell apart or be told.
        max_window_ms: The longest audio of one call.
        reports_confidence: Whether `Recognition.confidence` is measured rather than 1.
    """

    name: str
    languages: frozenset[Language]
    max_window_ms: int
    reports_confidence: bool


class AbandonedError(Exception):
    """Nobody wants the text of this window any more."""


def always_wanted() -> bool:
    """Say that a text is still wanted."""
    return True


@dataclass(frozen=True, slots=True)
class RecognitionRequest:
    """One window of speech.

    Attributes:
        pcm: Signed 16-bit little-endian mono samples at `SAMPLE_RATE_HZ`.
        language: The language, or `AUTO`.
        is_final: Whether the text will stay; a partial is not worth a second attempt.
        spoken: For `AUTO`: what the leg has spoken so far; None at its beginning.
        is_wanted: Whether the text still is; asked now and then, from the recogniser's thread.
        draft: `Recognition.tokens` of less of the same speech, from a recogniser of the same kind: a beginning that may
            hold. Changes how soon a text is there, not which.
    """

    pcm: bytes
    language: Language
    is_final: bool
    spoken: Language | None = None
    is_wanted: Callable[[], bool] = field(default=always_wanted, compare=False)
    draft: tuple[int, ...] = ()

    @property
    def duration_ms(self) -> int:
        """Length of the window."""
        return len(self.pcm) // 2 * 1000 // SAMPLE_RATE_HZ

    def check_wanted(self) -> None:
        """Raise `AbandonedError` if the text is not wanted any more."""
        if not self.is_wanted():
            raise AbandonedError


@dataclass(frozen=True, slots=True)
class Recognition:
    """What was heard.

    Attributes:
        text: As the model wrote it until `speech.text` has finished it; empty when nothing was said.
        confidence: 0..1, the geometric mean of the token probabilities.
        no_speech: 0..1, how sure the model is that nobody spoke; 0 where it cannot tell.
        language: `zh` or `en`.
        engine: The path that produced it.
        alternatives: Other texts that the decoder thought of, likeliest first; of a final only, and only where the
            engine can tell.
        tokens: What the engine wrote, in its own alphabet: a draft for more of the same speech. Empty where it takes
            none.
        changes: What `speech.text` changed in the text, and what it writes otherwise; empty until it has finished it.
    """

    text: str
    confidence: float
    no_speech: float
    language: Language
    engine: str
    alternatives: tuple[Alternative, ...] = ()
    tokens: tuple[int, ...] = ()
    changes: tuple[TextChange, ...] = ()


class Recognizer(Protocol):
    """A recogniser and its model. `__init__` is light; everything here blocks and runs in a worker's thread."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        ...

    def warm_up(self) -> None:
        """Load the model; calling it again does nothing.

        Raises:
            MisconfiguredError: The model is missing or unusable; the message names the variable and the command.
        """
        ...

    def recognize(self, request: RecognitionRequest) -> Recognition:
        """Turn one window into text; nothing lazy is returned.

        Raises:
            DependencyError: The engine failed.
            AbandonedError: The text is not wanted any more; how soon that is noticed is the engine's affair.
        """
        ...

    def close(self) -> None:
        """Let go of the model; calling it again does nothing."""
        ...
