"""Whisper on ctranslate2: on a GPU, and with models that the other runtime does not read."""

from __future__ import annotations

import ctranslate2
import numpy as np
import numpy.typing as npt

from speech.settings import Language
from speech.stt.beam_search import Hypothesis
from speech.stt.whisper_model import LoadedWhisper
from speech.stt.whisper_runtime import Decoded, Writing
from speech.stt.whisper_text import Prompt, WhisperText


class Ctranslate2Runtime:
    """encode + generate of the model that faster-whisper loaded."""

    def __init__(self, whisper: LoadedWhisper) -> None:
        self._whisper = whisper

    @property
    def text(self) -> WhisperText:
        """Tokens and spectrograms of the model."""
        return self._whisper.text

    def load(self) -> None:
        """Load the model."""
        self._whisper.load()

    def close(self) -> None:
        """Let go of the model."""
        self._whisper.close()

    def encode(self, features: npt.NDArray[np.float32]) -> ctranslate2.StorageView:
        """Read a spectrogram."""
        return self._whisper.model.model.encode(ctranslate2.StorageView.from_array(features[None]))

    def language_probabilities(self, encoded: ctranslate2.StorageView) -> dict[Language, float]:
        """Ask the model, which costs a tenth of a decode."""
        ranked = dict(self._whisper.model.model.detect_language(encoded)[0])
        return {language: ranked.get(f"<|{language}|>", 0.0) for language in (Language.CHINESE, Language.ENGLISH)}

    def decode(self, encoded: ctranslate2.StorageView, prompt: Prompt, writing: Writing) -> Decoded:
        """Write what was said; what has begun cannot be stopped, and nothing can be read ahead."""
        result = self._whisper.model.model.generate(
            encoded,
            [list(prompt.tokens)],
            beam_size=writing.beam_size,
            # The whole beam costs nothing more: 0.63 CPU seconds for one text or five (85 segments), the same first.
            num_hypotheses=writing.beam_size,
            max_length=len(prompt.tokens) + writing.max_tokens,
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        texts = zip(result.sequences_ids, result.scores, strict=True)
        return Decoded(tuple(Hypothesis(tuple(ids), score) for ids, score in texts), result.no_speech_prob)
