"""What goes into a Whisper and comes out of it beside numbers: spectrograms, tokens, and the prompt."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tokenizers
from faster_whisper.feature_extractor import FeatureExtractor
from faster_whisper.tokenizer import Tokenizer

from speech.settings import Language
from speech.stt.base import SAMPLE_RATE_HZ

Samples = npt.NDArray[np.float32]

LONGEST_PROMPT_TOKENS = 223
"""Half of what Whisper's decoder holds, less the mark before it: what it was trained with."""
LONGEST_WINDOW_SECONDS = 30.0
_NOT_CHINESE = re.compile(r"[A-Za-z]{4}|[^\W\d_A-Za-z\u3400-\u4dbf\u4e00-\u9fff]")
"""Words of more than three Latin letters, and letters that are neither Latin nor Han. What is no letter stays, and the
pieces of characters of which a character is put together."""
TOKENIZER_FILE, FEATURES_FILE = "tokenizer.json", "preprocessor_config.json"


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a decoder is given before its first word.

    Attributes:
        language: That is to be written.
        tokens: Sentences to lean on, if any, and the marks of the task.
    """

    language: Language
    tokens: tuple[int, ...]


class WhisperText:
    """The tokenizer and the spectrogram of one model; owned by one thread."""

    def __init__(self, tokenizer: Any, features: Any, *, is_multilingual: bool, prompt: str) -> None:  # noqa: ANN401  # rejected: faster-whisper has no types
        self.is_multilingual = is_multilingual
        self.prompt = prompt
        self._tokenizer = tokenizer
        self._features = features
        self._by_language: dict[Language, Any] = {}
        tokens = self.tokenizer(Language.CHINESE).encode(" " + prompt) if prompt else []
        self._prompt_tokens = tokens[-LONGEST_PROMPT_TOKENS:]

    @classmethod
    def of_folder(cls, folder: Path, *, is_multilingual: bool, prompt: str) -> WhisperText:
        """Read them as faster-whisper does.

        Raises:
            OSError: There is no tokenizer.
            ValueError: A file is malformed.
        """
        file = folder / FEATURES_FILE
        options = json.loads(file.read_text("utf-8")) if file.is_file() else {}
        known = signature(FeatureExtractor.__init__).parameters
        features = FeatureExtractor(**{name: value for name, value in options.items() if name in known})
        return cls(_read_tokenizer(folder / TOKENIZER_FILE), features, is_multilingual=is_multilingual, prompt=prompt)

    def tokenizer(self, language: Language) -> Any:  # noqa: ANN401  # rejected: faster-whisper has no types
        """Return the tokenizer of a language."""
        if language not in self._by_language:
            self._by_language[language] = Tokenizer(
                self._tokenizer, self.is_multilingual, task="transcribe", language=language.value
            )
        return self._by_language[language]

    def prompt_for(self, language: Language, *, leans: bool = True) -> Prompt:
        """Return what the decoder is given before its first word; the sentences to lean on cost a tenth of a decode."""
        tokenizer = self.tokenizer(language)
        before = [tokenizer.sot_prev, *self._prompt_tokens] if leans and self._leans(language) else []
        return Prompt(language, (*before, *tokenizer.sot_sequence, tokenizer.no_timestamps))

    def chinese_tokens(self) -> npt.NDArray[np.int64]:
        """Return the tokens that Chinese text is made of, and the end mark: a fifth of those that the model knows.

        Whole English words are not among them (`Netflix` is put together from pieces), nor other scripts.
        """
        end = self.tokenizer(Language.CHINESE).eot
        texts = self._tokenizer.decode_batch([[token] for token in range(end)])
        return np.array([token for token, text in enumerate(texts) if not _NOT_CHINESE.search(text)] + [end], np.int64)

    def initial_prompt(self, language: Language) -> str | None:
        """Return the sentence to lean on, for the stock path."""
        return self.prompt if self._leans(language) else None

    def spectrogram(self, samples: Samples, shortest_seconds: float, padding_seconds: float) -> Samples:
        """Return the log-mel spectrogram (bands, frames) of the speech and the silence after it, of an even length."""
        seconds = len(samples) / SAMPLE_RATE_HZ
        window_seconds = min(LONGEST_WINDOW_SECONDS, max(shortest_seconds, seconds + padding_seconds))
        padded = np.zeros(int(window_seconds * SAMPLE_RATE_HZ), dtype=np.float32)
        padded[: len(samples)] = samples[: len(padded)]
        features = self._features(padded, padding=0)
        return np.ascontiguousarray(features[:, : features.shape[1] // 2 * 2], dtype=np.float32)

    def _leans(self, language: Language) -> bool:
        return bool(self._prompt_tokens) and language is Language.CHINESE


def _read_tokenizer(file: Path) -> tokenizers.Tokenizer:
    text = file.read_text("utf-8")
    try:
        return tokenizers.Tokenizer.from_str(text)
    except Exception as error:  # rejected: the library raises no other kind
        raise ValueError(f"{file} is no tokenizer: {error}") from error
