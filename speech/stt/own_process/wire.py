"""What a server and a process that recognises for it say to each other, pickled, over one connection.

Errors are packed: those of `kit.errors` cannot be pickled. The first message is the `SpeechSettings`; it is answered by
`Loaded` or `Misconfigured`, each `Window` by an `Answered`, `Unwanted` by nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from kit.errors import DependencyCategory, DependencyError, MisconfiguredError
from speech.stt.base import Recognition, RecognitionRequest, always_wanted


@dataclass(frozen=True, slots=True)
class Loaded:
    """The model is in memory."""


@dataclass(frozen=True, slots=True)
class Misconfigured:
    """The model is missing or unusable."""

    message: str
    code: str

    @classmethod
    def of(cls, error: MisconfiguredError) -> Misconfigured:
        """Pack an error."""
        return cls(error.message, error.error_code)

    def unpacked(self) -> MisconfiguredError:
        """Return the error."""
        return MisconfiguredError(self.message, code=self.code)


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


@dataclass(frozen=True, slots=True)
class Abandoned:
    """The window was given up."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The engine failed at the window."""

    message: str
    category: DependencyCategory
    retryable: bool

    @classmethod
    def of(cls, error: DependencyError) -> Failed:
        """Pack an error."""
        return cls(error.message, error.category, error.retryable)

    def unpacked(self) -> DependencyError:
        """Return the error."""
        return DependencyError(self.message, category=self.category, retryable=self.retryable)


Answer = Recognition | Abandoned | Failed


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of the window of this number: nobody's words may be taken for another's."""

    number: int
    answer: Answer
