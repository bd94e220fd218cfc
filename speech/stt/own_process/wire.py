"""What a server and a process that recognises for it say to each other, pickled, over one connection.

The first message is the `SpeechSettings`; it is answered by `Loaded` or by a `MisconfiguredError`, each `Window` by an
`Answered`, `Unwanted` by nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from kit.errors import DependencyError
from speech.stt.base import AbandonedError, Recognition, RecognitionRequest, always_wanted


@dataclass(frozen=True, slots=True)
class Loaded:
    """The model is in memory."""


@dataclass(frozen=True, slots=True)
class Window:
    """A window to recognise.

    Attributes:
        number: Counts up.
        attempt: Which of the recognisers of `speech.registry.make_attempts` is asked.
        request: What it is asked; `Unwanted` says that it no longer is.
    """

    number: int
    attempt: int
    request: RecognitionRequest

    @classmethod
    def of(cls, request: RecognitionRequest, *, number: int, attempt: int) -> Window:
        """Pack a request."""
        return cls(number, attempt, replace(request, is_wanted=always_wanted))


@dataclass(frozen=True, slots=True)
class Unwanted:
    """Nobody wants the text of this window any more."""

    number: int


Answer = Recognition | AbandonedError | DependencyError


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of the window of this number: nobody's words may be taken for another's."""

    number: int
    answer: Answer
