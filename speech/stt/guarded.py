"""A recogniser that checks another one's text and falls back to a third; an adapter of the same protocol."""

from __future__ import annotations

from dataclasses import replace

import structlog

from speech import metrics
from speech.stt.base import Capabilities, Recognition, RecognitionRequest, Recognizer
from speech.stt.guards import SILENCE_SUSPICIONS, Suspicion, collapse_repetition, suspect

log = structlog.get_logger(__name__)


class GuardedRecognizer:
    """Believes the first recogniser unless its text is suspicious; then the second one is asked, for finals only."""

    def __init__(self, first: Recognizer, second: Recognizer, *, prompt: str) -> None:
        self._first = first
        self._second = second
        self._prompt = prompt

    @property
    def capabilities(self) -> Capabilities:
        """Those of the first."""
        return self._first.capabilities

    def warm_up(self) -> None:
        """Load both."""
        self._first.warm_up()
        self._second.warm_up()

    def close(self) -> None:
        """Let go of both."""
        self._first.close()
        self._second.close()

    def recognize(self, request: RecognitionRequest) -> Recognition:
        """Return a text that passed the guards; empty when none did."""
        recognition = self._first.recognize(request)
        suspicion = suspect(recognition, prompt=self._prompt)
        if suspicion is None:
            return self._with_believable_alternatives(recognition)
        metrics.REJECTED_TEXTS.labels(reason=suspicion.value).inc()
        if suspicion in SILENCE_SUSPICIONS or not request.is_final:
            return _settle(recognition, suspicion)
        request.check_wanted()
        log.debug("recognition_retried", reason=suspicion.value, duration_ms=request.duration_ms)
        second = self._second.recognize(request)
        return _settle(second, suspect(second, prompt=self._prompt))

    def _with_believable_alternatives(self, recognition: Recognition) -> Recognition:
        believable = (
            other
            for other in recognition.alternatives
            if suspect(replace(recognition, text=other.text, confidence=other.confidence), prompt=self._prompt) is None
        )
        return replace(recognition, alternatives=tuple(believable))


def _settle(recognition: Recognition, suspicion: Suspicion | None) -> Recognition:
    if suspicion is None or suspicion is Suspicion.LOW_PROBABILITY:
        # A mumbled sentence is worth reading; its confidence says how much.
        return replace(recognition, alternatives=())
    text = collapse_repetition(recognition.text) if suspicion is Suspicion.REPETITION else ""
    return replace(recognition, text=text, alternatives=())
