"""Whisper on onnxruntime: a third less time than on ctranslate2 on the processors of office PCs (ADR 16)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from faster_whisper.utils import download_model

from kit.onnx import open_model
from speech.settings import Language, SpeechSettings
from speech.stt.beam_search import Candidates, beam_search
from speech.stt.model_file import read_model
from speech.stt.whisper_graph import WhisperShape, WhisperWeights, decoder_graph, encoder_graph
from speech.stt.whisper_model import find_model, unusable_model
from speech.stt.whisper_runtime import Decoded
from speech.stt.whisper_text import WhisperText

UNSEEN = np.float32(-1e9)
"""Added to what attention thinks of a token, or to a logit, this leaves nothing of it."""

MULTILINGUAL_VOCABULARY = 51_865
"""Tokens of the smallest model that knows other languages than English; one less means English only."""

OrtValue: TypeAlias = Any
"""`onnxruntime.OrtValue`, an array that stays where the engine put it; onnxruntime has no types."""
Heard: TypeAlias = Mapping[str, OrtValue]
"""Keys and values of the encoded window, by the name of the decoder's input."""


class OnnxRuntime:
    """Encoder and decoder made from a faster-whisper folder when they are loaded."""

    def __init__(self, settings: SpeechSettings) -> None:
        self._settings = settings
        self._loaded: _Loaded | None = None

    @property
    def text(self) -> WhisperText:
        """Tokens and spectrograms of the model."""
        return self._ready.text

    def load(self) -> None:
        """Build and load both graphs: two seconds for a model of 72 million weights.

        Raises:
            MisconfiguredError: The model is missing, no Whisper, or not whole.
        """
        if self._loaded is None:
            found = find_model(self._settings.model)
            try:
                self._loaded = _Loaded(_folder(found), self._settings)
            # Missing files, an unknown hub name, tokens that the model has not, a graph that the engine does not take.
            except (OSError, ValueError, LookupError, RuntimeError) as error:
                raise unusable_model(self._settings.model, error) from error

    def close(self) -> None:
        """Let go of both."""
        self._loaded = None

    def encode(self, features: npt.NDArray[np.float32]) -> Heard:
        """Read a spectrogram."""
        loaded = self._ready
        names = [f"heard_{name}" for name in loaded.shape.caches]
        with _engine_errors():
            made = loaded.encoder.run_with_ort_values(names, {"mel": _value(features)})
        return dict(zip(names, made, strict=True))

    def language_probabilities(self, encoded: Heard) -> dict[Language, float]:
        """Ask the model with a step of one token."""
        loaded = self._ready
        tokenizer = self.text.tokenizer(Language.CHINESE)
        logits = _Text(loaded, encoded).begin([tokenizer.sot], wanted=[0], count=1).logits[0]
        probabilities = _softmax(logits[loaded.language_ids])
        by_token = dict(zip(loaded.language_ids.tolist(), probabilities.tolist(), strict=True))
        ids = {language: self.text.tokenizer(language).language for language in (Language.CHINESE, Language.ENGLISH)}
        return {language: by_token.get(token, 0.0) for language, token in ids.items()}

    def decode(self, encoded: Heard, prompt: Sequence[int], *, beam_size: int, max_tokens: int) -> Decoded:
        """Write what was said."""
        loaded, tokenizer = self._ready, self.text.tokenizer(Language.CHINESE)
        text = _Text(loaded, encoded)
        count = 2 * beam_size
        start, last = prompt.index(tokenizer.sot), len(prompt) - 1
        first = text.begin(prompt, wanted=[start, last], count=count)
        hypotheses = beam_search(
            Candidates(first.scores[1:], first.choices[1:]),
            lambda tokens, parents: text.go_on(tokens, parents, count=count),
            beam_size=beam_size,
            max_tokens=min(max_tokens, loaded.shape.places - len(prompt)),
            end_token=tokenizer.eot,
        )
        return Decoded(hypotheses, float(_softmax(first.logits[0])[tokenizer.no_speech]))

    @property
    def _ready(self) -> _Loaded:
        if self._loaded is None:
            raise RuntimeError("the model is not loaded")
        return self._loaded


class _Loaded:
    """Both graphs and what the model's configuration says of its tokens."""

    def __init__(self, folder: Path, settings: SpeechSettings) -> None:
        weights, threads = WhisperWeights(read_model(folder / "model.bin")), settings.threads_per_worker
        self.shape: WhisperShape = weights.shape
        is_multilingual = self.shape.vocabulary >= MULTILINGUAL_VOCABULARY
        self.text = WhisperText.of_folder(folder, is_multilingual=is_multilingual, prompt=settings.prompt)
        self.encoder = _session(encoder_graph(weights), threads)
        self.decoder = _session(decoder_graph(weights), threads)
        configuration = json.loads((folder / "config.json").read_text("utf-8"))
        self.language_ids = np.array(configuration.get("lang_ids", []), np.int64)
        banned = configuration.get("suppress_ids", [])
        self.banned = self._bans(banned)
        self.banned_at_first = self._bans([*banned, *configuration.get("suppress_ids_begin", [])])
        self.nothing = _value(np.zeros((self.shape.heads, 0, self.shape.width // self.shape.heads), np.float32))

    def _bans(self, tokens: Sequence[int]) -> OrtValue:
        added = np.zeros(self.shape.vocabulary, np.float32)
        added[list(tokens)] = UNSEEN
        return _value(added)


class _First:
    """Answers to a prompt: (answers, count) twice, and (answers, vocabulary)."""

    def __init__(self, scores: OrtValue, choices: OrtValue, logits: OrtValue) -> None:
        self.scores: npt.NDArray[np.float32] = scores.numpy()
        self.choices: npt.NDArray[np.int64] = choices.numpy()
        self.logits: npt.NDArray[np.float32] = logits.numpy()


class _Text:
    """The decoder's memory of one window: a cache that only grows, and which text saw what of it."""

    def __init__(self, loaded: _Loaded, heard: Heard) -> None:
        self._loaded = loaded
        self._heard = dict(heard)
        self._cache = dict.fromkeys(loaded.shape.caches, loaded.nothing)
        self._seen = np.zeros((1, 0), np.float32)
        self._length = 0

    def begin(self, prompt: Sequence[int], *, wanted: Sequence[int], count: int) -> _First:
        """Read the prompt; answer after the tokens at `wanted`."""
        size = len(prompt)
        only_before = np.triu(np.full((size, size), UNSEEN, np.float32), 1)
        names = ["scores", "choices", "logits"]
        answers = self._run(names, prompt, range(size), only_before, wanted, self._loaded.banned_at_first, count)
        self._seen, self._length = only_before[-1:], size
        return _First(*answers)

    def go_on(self, tokens: Sequence[int], parents: Sequence[int], *, count: int) -> Candidates:
        """Put one token behind each of the texts `parents` and say what may follow it."""
        rows = len(tokens)
        only_itself = np.where(np.eye(rows, dtype=bool), np.float32(0), UNSEEN)
        self._seen = np.concatenate([self._seen[list(parents)], only_itself], axis=1)
        places = [self._length] * rows
        self._length += 1
        names = ["scores", "choices"]
        scores, choices = self._run(names, tokens, places, self._seen, range(rows), self._loaded.banned, count)
        return Candidates(scores.numpy(), choices.numpy())

    def _run(
        self,
        names: list[str],
        tokens: Sequence[int],
        places: Sequence[int],
        mask: npt.NDArray[np.float32],
        wanted: Sequence[int],
        banned: OrtValue,
        count: int,
    ) -> list[OrtValue]:
        whole = {"tokens": tokens, "positions": places, "wanted": wanted, "count": [count]}
        inputs = {name: _value(np.asarray(values, np.int64)) for name, values in whole.items()}
        inputs |= {"mask": _value(mask), "banned": banned, **self._heard}
        inputs |= {f"past_{name}": value for name, value in self._cache.items()}
        with _engine_errors():
            made = self._loaded.decoder.run_with_ort_values([*names, *self._cache], inputs)
        self._cache = dict(zip(self._cache, made[len(names) :], strict=True))
        return list(made[: len(names)])


def _session(model: onnx.ModelProto, threads: int) -> onnxruntime.InferenceSession:
    # Through a file: a session that is made from bytes keeps them, a second time the weights.
    with TemporaryDirectory(prefix="tingzhi-speech-") as folder:
        file = Path(folder) / "graph.onnx"
        file.write_bytes(model.SerializeToString())
        with _engine_errors():
            return open_model(file, threads=threads)


@contextmanager
def _engine_errors() -> Iterator[None]:
    try:
        yield
    except Exception as error:  # rejected: onnxruntime's errors have no common kind
        raise RuntimeError(f"onnxruntime: {error}") from error


def _value(array: npt.NDArray[Any]) -> OrtValue:
    """Hand an array over; it is shared, not copied."""
    return onnxruntime.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(array))


def _softmax(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    odds = np.exp(logits - logits.max())
    shares: npt.NDArray[np.float32] = odds / odds.sum()
    return shares


def _folder(found: str) -> Path:
    return Path(found) if Path(found).is_dir() else Path(download_model(found))
