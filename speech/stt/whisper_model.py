"""A Whisper model: found, and loaded as faster-whisper does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from faster_whisper import WhisperModel

from kit.artifacts import is_present, model_folder
from kit.errors import MisconfiguredError
from kit.settings import CACHE_DIR
from speech.models import SPEECH_MODELS
from speech.settings import SpeechSettings
from speech.stt.whisper_text import Samples, WhisperText


class LoadedWhisper:
    """One ctranslate2 model, as faster-whisper loads it, with its text; owned by one thread."""

    def __init__(self, settings: SpeechSettings) -> None:
        self._settings = settings
        self._model: Any = None
        self._text: WhisperText | None = None

    @property
    def model(self) -> Any:  # noqa: ANN401  # rejected: faster-whisper has no types
        """The faster-whisper model; only after `load`."""
        if self._model is None:
            raise RuntimeError("the model is not loaded")
        return self._model

    @property
    def text(self) -> WhisperText:
        """Its tokenizer, spectrogram and prompt; only after `load`."""
        if self._text is None:
            raise RuntimeError("the model is not loaded")
        return self._text

    def load(self) -> None:
        """Load the model where it is not loaded yet.

        Raises:
            MisconfiguredError: It is missing or unusable.
        """
        if self._model is not None:
            return
        try:
            model = WhisperModel(
                find_model(self._settings.model),
                device=self._settings.device,
                compute_type=self._settings.compute_type,
                cpu_threads=self._settings.threads_per_worker,
                num_workers=1,
            )
        # A missing folder, an unknown hub name, a compute type this machine lacks: each library raises its own.
        except (OSError, RuntimeError, ValueError) as error:
            raise unusable_model(self._settings.model, error) from error
        self._text = WhisperText(
            model.hf_tokenizer,
            model.feature_extractor,
            is_multilingual=model.model.is_multilingual,
            prompt=self._settings.prompt,
        )
        self._model = model

    def close(self) -> None:
        """Let go of the memory."""
        self._model = self._text = None


def unusable_model(name: str, error: Exception) -> MisconfiguredError:
    """Return what to tell whoever named a model that no library can load."""
    return MisconfiguredError(
        f"The speech model {name!r} cannot be loaded: {error}. "
        "Set SPEECH_MODEL to a faster-whisper folder or hub name, or run `tingzhi models fetch`.",
        code="speech_model_unusable",
    )


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
