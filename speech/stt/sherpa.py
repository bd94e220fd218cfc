"""sherpa-onnx (Apache-2.0): Moonshine, SenseVoice, Paraformer and transducers as next-gen Kaldi exports them.

Which of them a folder holds is told by its files. Run here with real weights: Moonshine (English). SenseVoice,
Paraformer and transducers are loaded by the same library from folders as its documentation describes them, and have not
been run here: no package registry holds their weights.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnx

from kit.errors import DependencyCategory, DependencyError, MisconfiguredError
from speech.settings import Language, SpeechSettings
from speech.stt.base import SAMPLE_RATE_HZ, Capabilities, Recognition, RecognitionRequest
from speech.stt.whisper_model import find_model, to_samples
from speech.text.script import written_language

TOKENS = "tokens.txt"
MOONSHINE_FILES = ("encoder_model.ort", "decoder_model_merged.ort")
SHORTEST_SAMPLES = SAMPLE_RATE_HZ // 10
"""Less audio holds no word, and some models fail on it."""
_SINGLE_MODELS = ("model.int8.onnx", "model.onnx")
_CODES = {"<|zh|>": Language.CHINESE, "<|yue|>": Language.CHINESE, "<|en|>": Language.ENGLISH}
"""How SenseVoice names what it heard."""


@dataclass(frozen=True, slots=True)
class SherpaModel:
    """A model folder.

    Attributes:
        kind: The library's constructor without its `from_`.
        files: Its file arguments by name.
    """

    kind: str
    files: Mapping[str, Path]


class SherpaRecognizer:
    """A model that sherpa-onnx runs; finals and partials cost the same, and it reports no confidence."""

    def __init__(self, settings: SpeechSettings) -> None:
        self._settings = settings
        self._recognizer: Any = None

    capabilities = Capabilities(
        name="sherpa_onnx", languages=frozenset(Language), max_window_ms=28_000, reports_confidence=False
    )

    def warm_up(self) -> None:
        """Load the model.

        Raises:
            MisconfiguredError: The folder holds none, or the library is missing or cannot load it.
        """
        if self._recognizer is not None:
            return
        model = model_in(Path(find_model(self._settings.model)))
        provider = "cpu" if self._settings.device == "cpu" else "cuda"
        arguments = {name: str(file) for name, file in model.files.items()}
        if model.kind == "sense_voice":
            arguments["language"] = self._settings.language.value
        try:
            self._recognizer = _constructor(model.kind)(
                **arguments, num_threads=self._settings.threads_per_worker, provider=provider
            )
        except (RuntimeError, ValueError) as error:
            raise _unusable(f"{model.kind}: {error}") from error

    def recognize(self, request: RecognitionRequest) -> Recognition:
        """Decode a window at once; the library cannot be stopped in between."""
        if self._recognizer is None:
            raise RuntimeError("recognize before warm_up")
        request.check_wanted()
        samples = to_samples(request.pcm)
        if len(samples) < SHORTEST_SAMPLES:
            return self._heard("", request, "")
        try:
            stream = self._recognizer.create_stream()
            stream.accept_waveform(SAMPLE_RATE_HZ, samples)
            self._recognizer.decode_stream(stream)
        except RuntimeError as error:
            raise DependencyError(
                "The speech recogniser failed.", category=DependencyCategory.REJECTED, retryable=False
            ) from error
        return self._heard(stream.result.text.strip(), request, stream.result.lang)

    def close(self) -> None:
        """Let go of the model."""
        self._recognizer = None

    def _heard(self, text: str, request: RecognitionRequest, code: str) -> Recognition:
        language = request.language
        if language is Language.AUTO:
            language = _CODES.get(code) or (written_language(text) if text else request.spoken or Language.CHINESE)
        confidence = 1.0 if text else 0.0
        return Recognition(text, confidence, 0.0, language, self.capabilities.name)


def model_in(folder: Path) -> SherpaModel:
    """Return the model of a folder.

    Raises:
        MisconfiguredError: There is none that this engine knows.
    """
    tokens = folder / TOKENS
    if not tokens.is_file():
        raise _unusable(f"{folder} has no {TOKENS}")
    moonshine = [folder / name for name in MOONSHINE_FILES]
    if all(file.is_file() for file in moonshine):
        return SherpaModel("moonshine_v2", {"encoder": moonshine[0], "decoder": moonshine[1], "tokens": tokens})
    parts = {name: _one_of(folder, f"{name}*.onnx") for name in ("encoder", "decoder", "joiner")}
    found = {name: file for name, file in parts.items() if file is not None}
    if len(found) == len(parts):
        return SherpaModel("transducer", {**found, "tokens": tokens})
    single = next((file for name in _SINGLE_MODELS if (file := folder / name).is_file()), None)
    if single is None:
        raise _unusable(f"{folder} holds no model that this engine knows")
    kind = _kind_of(single)
    return SherpaModel(kind, {"paraformer" if kind == "paraformer" else "model": single, "tokens": tokens})


def _one_of(folder: Path, pattern: str) -> Path | None:
    """Return a file of a part of a model, the eight-bit one where there are two."""
    found = sorted(folder.glob(pattern), key=lambda file: ("int8" not in file.name, file.name))
    return found[0] if found else None


def _kind_of(file: Path) -> str:
    try:
        known = onnx.load(str(file), load_external_data=False).metadata_props
    # Protobuf and onnx raise errors of their own for a file that is none of theirs.
    except Exception as error:
        raise _unusable(f"{file} is no ONNX model") from error
    kinds = {entry.key: entry.value for entry in known}
    model_type = kinds.get("model_type", "")
    if "sense_voice" in model_type:
        return "sense_voice"
    if "paraformer" in model_type:
        return "paraformer"
    raise _unusable(f"{file} says that it is of the kind {model_type!r}, which this engine does not know")


def _constructor(kind: str) -> Callable[..., Any]:
    # Imported where it is used: the library brings an onnxruntime of its own, which no other engine needs in memory.
    try:
        library = importlib.import_module("sherpa_onnx")
    except ImportError as error:
        raise MisconfiguredError(
            "SPEECH_ENGINE=sherpa_onnx needs the package sherpa-onnx, which is not installed; run: make setup",
            code="speech_model_unusable",
        ) from error
    constructor: Callable[..., Any] = getattr(library.OfflineRecognizer, f"from_{kind}")
    return constructor


def _unusable(reason: str) -> MisconfiguredError:
    return MisconfiguredError(
        f"The speech model cannot be loaded by sherpa-onnx: {reason}. Set SPEECH_MODEL to moonshine-tiny-en, or to a "
        f"folder with {TOKENS} and a Moonshine, SenseVoice, Paraformer or transducer model.",
        code="speech_model_unusable",
    )
