"""Whisper as faster-whisper runs it: the yardstick of the short window, and on ctranslate2 its fall-back."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kit.errors import DependencyCategory, DependencyError
from speech.settings import Language
from speech.stt.auto_language import choose_language
from speech.stt.base import Capabilities, Recognition, RecognitionRequest
from speech.stt.whisper_model import LoadedWhisper, to_samples
from speech.stt.whisper_text import Samples

TEMPERATURES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
"""What `transcribe()` tries one after the other until it believes its own text."""


class StockWhisper:
    """`transcribe()` with its 30 s window; several times the cost, and free of the short window's loops."""

    capabilities = Capabilities(
        name="stock",
        languages=frozenset({Language.CHINESE, Language.ENGLISH}),
        max_window_ms=3_600_000,
        reports_confidence=True,
    )

    def __init__(
        self,
        whisper: LoadedWhisper,
        *,
        beam_size: int = 1,
        has_prompt: bool = True,
        temperatures: Sequence[float] = TEMPERATURES,
    ) -> None:
        self._whisper = whisper
        self._temperatures = list(temperatures)
        self._beam_size = beam_size
        self._has_prompt = has_prompt

    def warm_up(self) -> None:
        """Load the model."""
        self._whisper.load()

    def close(self) -> None:
        """Let go of the model."""
        self._whisper.close()

    def recognize(self, request: RecognitionRequest) -> Recognition:
        """Decode audio of any length."""
        samples = to_samples(request.pcm)
        try:
            return self._transcribe(samples, self._language(request, samples))
        except RuntimeError as error:
            raise DependencyError(
                "The speech recogniser failed.", category=DependencyCategory.REJECTED, retryable=False
            ) from error

    def _language(self, request: RecognitionRequest, samples: Samples) -> Language:
        if request.language is not Language.AUTO:
            return request.language
        _, _, ranked = self._whisper.model.detect_language(samples)
        probabilities = dict(ranked)
        return choose_language(request, chinese=probabilities.get("zh", 0.0), english=probabilities.get("en", 0.0))

    def _transcribe(self, samples: Samples, language: Language) -> Recognition:
        lazy, _ = self._whisper.model.transcribe(
            samples,
            language=language.value,
            beam_size=self._beam_size,
            temperature=self._temperatures,
            initial_prompt=self._whisper.text.initial_prompt(language) if self._has_prompt else None,
            condition_on_previous_text=False,
            without_timestamps=request_fits_one_window(samples),
        )
        segments = list(lazy)  # transcribe() decodes while it is iterated: here, in the worker's thread.
        seconds = sum(segment.end - segment.start for segment in segments)
        log_probability = sum(s.avg_logprob * (s.end - s.start) for s in segments) / seconds if seconds > 0 else 0.0
        return Recognition(
            text="".join(segment.text for segment in segments).strip(),
            confidence=math.exp(min(0.0, log_probability)) if segments else 0.0,
            no_speech=max((segment.no_speech_prob for segment in segments), default=1.0),
            language=language,
            engine=self.capabilities.name,
        )


def request_fits_one_window(samples: Samples) -> bool:
    """Whether time marks inside the text are unneeded: they only serve to move the 30 s window."""
    return len(samples) < 30 * 16_000
