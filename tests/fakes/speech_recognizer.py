"""A recogniser that follows a script, and a detector that reads loudness; both satisfy the real protocols."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np

from speech.settings import Language
from speech.stt.base import SAMPLE_RATE_HZ, Capabilities, Recognition, RecognitionRequest

Answer = Callable[[RecognitionRequest], str]


def say_duration(request: RecognitionRequest) -> str:
    """The default script: the text is how many tenths of a second were heard."""
    return f"听到{request.duration_ms // 100}"


class FakeRecognizer:
    """Answers by a script; `gate`, when given, holds every decode until it is set."""

    capabilities = Capabilities("fake", frozenset(Language), 28_000, reports_confidence=True)

    def __init__(self, answer: Answer = say_duration, *, gate: threading.Event | None = None) -> None:
        self._answer = answer
        self._gate = gate
        self._is_loaded = False
        self.requests: list[RecognitionRequest] = []
        self.threads: set[str] = set()

    def warm_up(self) -> None:
        self._is_loaded = True

    def close(self) -> None:
        self._is_loaded = False

    def recognize(self, request: RecognitionRequest) -> Recognition:
        if not self._is_loaded:
            raise RuntimeError("recognize before warm_up")
        self.requests.append(request)
        self.threads.add(threading.current_thread().name)
        if self._gate is not None:
            self._gate.wait()
        request.check_wanted()
        language = Language.CHINESE if request.language is Language.AUTO else request.language
        text = self._answer(request) if any(request.pcm) else ""
        tokens = tuple(map(ord, text))
        return Recognition(text, 0.9 if text else 0.0, 0.0, language, self.capabilities.name, tokens=tokens)


def tone(duration_ms: int, *, sample_rate_hz: int = SAMPLE_RATE_HZ, level: float = 0.3) -> bytes:
    """Loud audio, which the energy detector takes for speech."""
    at = np.arange(sample_rate_hz * duration_ms // 1000) / sample_rate_hz
    return (np.sin(at * 2 * np.pi * 440) * level * 32767).astype("<i2").tobytes()


def silence(duration_ms: int, *, sample_rate_hz: int = SAMPLE_RATE_HZ) -> bytes:
    """Digital silence."""
    return bytes(2 * (sample_rate_hz * duration_ms // 1000))
