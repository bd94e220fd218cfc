"""What a server and a process that recognises for it say to each other (`kit.worker_process`).

The first message holds the settings; it is answered by `loaded` or by what is misconfigured, each window by an answer,
`unwanted` by nothing. Windows have numbers that count up, and answers name theirs: nobody's words may be taken for
another's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

from kit.errors import DependencyCategory, DependencyError, MisconfiguredError
from kit.worker_process import Head, Message
from speech.events import Alternative, TextChange
from speech.settings import Language, SpeechSettings
from speech.stt.base import AbandonedError, Recognition, RecognitionRequest

LOADED: Head = {"say": "loaded"}
"""The model is in memory."""

Answer = Recognition | AbandonedError | DependencyError


@dataclass(frozen=True, slots=True)
class Window:
    """A window to recognise.

    Attributes:
        number: Counts up.
        attempt: Which of the recognisers of `speech.registry.make_attempts` is asked.
        request: What it is asked; whether it still is wanted is for the receiver to find out.
    """

    number: int
    attempt: int
    request: RecognitionRequest

    def to_wire(self) -> tuple[Head, bytes]:
        """Return head and body of its message."""
        asked = self.request
        return {
            "say": "window",
            "number": self.number,
            "attempt": self.attempt,
            "language": asked.language,
            "is_final": asked.is_final,
            "spoken": asked.spoken,
            "draft": asked.draft,
        }, asked.pcm

    @classmethod
    def from_wire(cls, message: Message, is_wanted: Callable[[int], bool]) -> Window:
        """Return the window of a message; `is_wanted` tells by its number whether it still is."""
        head = message.head
        number, spoken = head["number"], head["spoken"]
        request = RecognitionRequest(
            message.body,
            Language(head["language"]),
            is_final=head["is_final"],
            spoken=None if spoken is None else Language(spoken),
            is_wanted=lambda: is_wanted(number),
            draft=tuple(head["draft"]),
        )
        return cls(number, head["attempt"], request)


def settings_to_wire(settings: SpeechSettings) -> Head:
    """Return the first message."""
    return {"say": "settings", "settings": settings.model_dump(mode="json")}


def settings_from_wire(message: Message) -> SpeechSettings:
    """Return the settings of the first message, whatever the environment says."""
    return SpeechSettings(**message.head["settings"])


def unwanted(number: int) -> Head:
    """Say that nobody wants the text of this window any more."""
    return {"say": "unwanted", "number": number}


def misconfigured_to_wire(error: MisconfiguredError) -> Head:
    """Say why the model cannot be loaded."""
    return {"say": "misconfigured", "code": error.error_code, "message": error.message, "details": error.details}


def misconfigured_from_wire(message: Message) -> MisconfiguredError | None:
    """Return why the model could not be loaded; None where the message says something else."""
    head = message.head
    if head.get("say") != "misconfigured":
        return None
    return MisconfiguredError(head["message"], code=head["code"], **head["details"])


def answer_to_wire(number: int, answer: Answer) -> Head:
    """Return the message of what became of a window."""
    if isinstance(answer, Recognition):
        return {"say": "recognition", "number": number, "recognition": asdict(answer)}
    if isinstance(answer, AbandonedError):
        return {"say": "abandoned", "number": number}
    return {
        "say": "failed",
        "number": number,
        "code": answer.error_code,
        "message": answer.message,
        "details": answer.details,
        "category": answer.category,
        "retryable": answer.retryable,
    }


def answer_from_wire(message: Message) -> Answer:
    """Return what became of a window."""
    head = message.head
    if head["say"] == "abandoned":
        return AbandonedError()
    if head["say"] == "failed":
        return DependencyError(
            head["message"],
            category=DependencyCategory(head["category"]),
            retryable=head["retryable"],
            code=head["code"],
            **head["details"],
        )
    raw = dict(head["recognition"])
    raw["language"] = Language(raw["language"])
    raw["alternatives"] = tuple(Alternative(**alternative) for alternative in raw["alternatives"])
    raw["tokens"] = tuple(raw["tokens"])
    raw["changes"] = tuple(TextChange(**change) for change in raw["changes"])
    return Recognition(**raw)
