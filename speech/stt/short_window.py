"""Whisper over a short window: some five times cheaper than `transcribe()`, for single utterances.

`transcribe()` pads every input to 30 s of mel, and the encoder is 80 % of its cost. The encoder accepts less. Padding
the *audio* with silence to `max(8 s, duration + 2 s)` keeps the accuracy; shorter padding, or padding the mel with
zeros, makes the decoder loop (docs/adr, measured on 33 utterances: 1.34 → 0.28 CPU seconds each at equal CER).
"""

from __future__ import annotations

import math
from typing import Generic

from kit.errors import DependencyCategory, DependencyError
from speech.events import Alternative
from speech.settings import Language
from speech.stt.auto_language import choose_language
from speech.stt.base import SAMPLE_RATE_HZ, Capabilities, Recognition, RecognitionRequest
from speech.stt.whisper_model import to_samples
from speech.stt.whisper_runtime import Encoded, WhisperRuntime, Writing
from speech.stt.whisper_text import LONGEST_WINDOW_SECONDS

SHORTEST_WINDOW_SECONDS = 8.0
"""As good as ten (ADR 16); with six, or with less behind the speech, real clips lose a point and more."""
SHORTEST_PARTIAL_WINDOW_SECONDS = 6.0
"""A partial is read for a second and then replaced: a fifth of its cost, for a loop now and then that a guard cuts."""
PADDING_SECONDS = 2.0
TOKENS_PER_SECOND = 8
TOKENS_SPARE = 12
"""The cap on tokens: the fastest Mandarin stays below 8 tokens a second, a loop does not."""


class ShortWindowWhisper(Generic[Encoded]):
    """encode + decode on a window as long as the speech needs."""

    def __init__(
        self, runtime: WhisperRuntime[Encoded], *, beam_size: int = 1, shortest_seconds: float = SHORTEST_WINDOW_SECONDS
    ) -> None:
        """Decode with a model.

        Args:
            runtime: Of the model; several recognisers of one thread may share it.
            beam_size: Texts tried side by side for a final.
            shortest_seconds: Window of a final, where the speech is no longer.
        """
        self._runtime = runtime
        self._beam_size = beam_size
        self._shortest_seconds = shortest_seconds
        is_short = shortest_seconds < LONGEST_WINDOW_SECONDS
        self.capabilities = Capabilities(
            name="short_window" if is_short else "whole_window",
            languages=frozenset({Language.CHINESE, Language.ENGLISH}),
            max_window_ms=int((LONGEST_WINDOW_SECONDS - PADDING_SECONDS) * 1000),
            reports_confidence=True,
        )

    def warm_up(self) -> None:
        """Load the model and run it once, so that the first caller does not wait for lazy allocations."""
        self._runtime.load()
        self.recognize(RecognitionRequest(bytes(2 * SAMPLE_RATE_HZ), Language.CHINESE, is_final=False))

    def close(self) -> None:
        """Let go of the model."""
        self._runtime.close()

    def recognize(self, request: RecognitionRequest) -> Recognition:
        """Decode one window; partials, which the next one replaces, with beam 1."""
        shortest = self._shortest_seconds if request.is_final else SHORTEST_PARTIAL_WINDOW_SECONDS
        try:
            samples = to_samples(request.pcm)
            encoded = self._runtime.encode(self._runtime.text.spectrogram(samples, shortest, PADDING_SECONDS))
            request.check_wanted()
            return self._decode(encoded, self._language(request, encoded), request)
        except RuntimeError as error:
            raise DependencyError(
                "The speech recogniser failed.", category=DependencyCategory.REJECTED, retryable=False
            ) from error

    def _language(self, request: RecognitionRequest, encoded: Encoded) -> Language:
        if request.language is not Language.AUTO:
            return request.language
        if not self._runtime.text.is_multilingual:
            return Language.ENGLISH
        if not request.is_final and request.spoken is not None:
            return request.spoken  # The final is asked.
        probabilities = self._runtime.language_probabilities(encoded)
        chinese, english = probabilities[Language.CHINESE], probabilities[Language.ENGLISH]
        return choose_language(request, chinese=chinese, english=english)

    def _decode(self, encoded: Encoded, language: Language, request: RecognitionRequest) -> Recognition:
        writing = Writing(
            beam_size=self._beam_size if request.is_final else 1,
            max_tokens=TOKENS_PER_SECOND * request.duration_ms // 1000 + TOKENS_SPARE,
            check_wanted=request.check_wanted,
            draft=request.draft,
        )
        # A partial is replaced soon: as few characters are wrong without sentences to lean on, for a fourth less.
        prompt = self._runtime.text.prompt_for(language, leans=request.is_final)
        decoded = self._runtime.decode(encoded, prompt, writing)
        tokenizer = self._runtime.text.tokenizer(language)
        best, *others = (
            Alternative(tokenizer.decode(list(text.tokens)).strip(), math.exp(min(0.0, text.score)))
            for text in decoded.hypotheses
        )
        return Recognition(
            text=best.text,
            confidence=best.confidence,
            no_speech=decoded.no_speech,
            language=language,
            engine=self.capabilities.name,
            alternatives=tuple(others),
            tokens=decoded.hypotheses[0].tokens,
        )
