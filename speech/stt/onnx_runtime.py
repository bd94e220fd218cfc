"""Whisper on onnxruntime: a third less time than on ctranslate2 on the processors of office PCs (ADR 16)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
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
from speech.stt.whisper_graph import WhisperShape, WhisperWeights, decoder_graph, encoder_graph, output_graph
from speech.stt.whisper_model import find_model, unusable_model
from speech.stt.whisper_runtime import Decoded
from speech.stt.whisper_text import Prompt, WhisperText

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
        """Build and load the graphs: two seconds for a model of 72 million weights.

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
        """Let go of them."""
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
        hidden = _Text(loaded, encoded).begin([self.text.tokenizer(Language.CHINESE).sot], wanted=[0])
        _, logits = loaded.first[Language.CHINESE].candidates_and_logits(hidden, count=1)
        probabilities = _softmax(logits[0, loaded.language_ids])
        by_token = dict(zip(loaded.language_ids.tolist(), probabilities.tolist(), strict=True))
        ids = {language: self.text.tokenizer(language).language for language in (Language.CHINESE, Language.ENGLISH)}
        return {language: by_token.get(token, 0.0) for language, token in ids.items()}

    def decode(
        self, encoded: Heard, prompt: Prompt, *, beam_size: int, max_tokens: int, check_wanted: Callable[[], None]
    ) -> Decoded:
        """Write what was said."""
        loaded, tokenizer = self._ready, self.text.tokenizer(prompt.language)
        text, further, count = _Text(loaded, encoded), loaded.further[prompt.language], 2 * beam_size
        hidden = text.begin(prompt.tokens, wanted=[prompt.tokens.index(tokenizer.sot), len(prompt.tokens) - 1])
        first, logits = loaded.first[prompt.language].candidates_and_logits(hidden, count=count)

        def step(tokens: Sequence[int], parents: Sequence[int]) -> Candidates:
            check_wanted()
            return further.candidates(text.go_on(tokens, parents), count=count)

        hypotheses = beam_search(
            Candidates(first.scores[1:], first.tokens[1:]),
            step,
            beam_size=beam_size,
            max_tokens=min(max_tokens, loaded.shape.places - len(prompt.tokens)),
            end_token=tokenizer.eot,
        )
        return Decoded(hypotheses, float(_softmax(logits[0])[tokenizer.no_speech]))

    @property
    def _ready(self) -> _Loaded:
        if self._loaded is None:
            raise RuntimeError("the model is not loaded")
        return self._loaded


class _Loaded:
    """The graphs and what the model's configuration says of its tokens."""

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
        banned_at_first = [*banned, *configuration.get("suppress_ids_begin", [])]
        every = np.arange(self.shape.vocabulary)
        output = _session(output_graph(weights, every), threads)
        self.first = {Language.ENGLISH: _NextToken(output, every, banned_at_first)}
        self.further = {Language.ENGLISH: _NextToken(output, every, banned)}
        if is_multilingual:
            chinese = self.text.chinese_tokens()
            foreign = np.setdiff1d(every, chinese)
            self.first[Language.CHINESE] = _NextToken(output, every, [*banned_at_first, *foreign])
            output = _session(output_graph(weights, chinese), threads)
            self.further[Language.CHINESE] = _NextToken(output, chinese, banned)
        self.nothing = _value(np.zeros((self.shape.heads, 0, self.shape.width // self.shape.heads), np.float32))


class _NextToken:
    """An output layer: says which of its tokens follows a hidden vector of the decoder."""

    def __init__(
        self, output: onnxruntime.InferenceSession, tokens: npt.NDArray[np.int64], banned: Sequence[int]
    ) -> None:
        """Keep the layer.

        Args:
            output: Of `output_graph`.
            tokens: That the layer answers for.
            banned: Those of them that are never chosen.
        """
        self._output = output
        self._banned = _value(np.where(np.isin(tokens, banned), UNSEEN, np.float32(0)))

    def candidates(self, hidden: OrtValue, *, count: int) -> Candidates:
        """Return the likeliest tokens after each vector."""
        scores, tokens = self._run(["scores", "choices"], hidden, count)
        return Candidates(scores, tokens)

    def candidates_and_logits(self, hidden: OrtValue, *, count: int) -> tuple[Candidates, npt.NDArray[np.float32]]:
        """Return them with what the model thinks of all its tokens, (vectors, tokens), before any was banned."""
        scores, tokens, logits = self._run(["scores", "choices", "logits"], hidden, count)
        return Candidates(scores, tokens), logits

    def _run(self, names: list[str], hidden: OrtValue, count: int) -> list[npt.NDArray[Any]]:
        inputs = {"hidden": hidden, "banned": self._banned, "count": _value(np.array([count], np.int64))}
        with _engine_errors():
            return [made.numpy() for made in self._output.run_with_ort_values(names, inputs)]


class _Text:
    """The decoder's memory of one window: a cache that only grows, and which text saw what of it."""

    def __init__(self, loaded: _Loaded, heard: Heard) -> None:
        self._loaded = loaded
        self._heard = dict(heard)
        self._cache = dict.fromkeys(loaded.shape.caches, loaded.nothing)
        self._seen = np.zeros((1, 0), np.float32)
        self._length = 0

    def begin(self, prompt: Sequence[int], *, wanted: Sequence[int]) -> OrtValue:
        """Read the prompt; return the hidden vectors of the tokens at `wanted`."""
        size = len(prompt)
        only_before = np.triu(np.full((size, size), UNSEEN, np.float32), 1)
        hidden = self._run(prompt, range(size), only_before, wanted)
        self._seen, self._length = only_before[-1:], size
        return hidden

    def go_on(self, tokens: Sequence[int], parents: Sequence[int]) -> OrtValue:
        """Put one token behind each of the texts `parents`; return their hidden vectors."""
        rows = len(tokens)
        only_itself = np.where(np.eye(rows, dtype=bool), np.float32(0), UNSEEN)
        self._seen = np.concatenate([self._seen[list(parents)], only_itself], axis=1)
        places = [self._length] * rows
        self._length += 1
        return self._run(tokens, places, self._seen, range(rows))

    def _run(
        self, tokens: Sequence[int], places: Sequence[int], mask: npt.NDArray[np.float32], wanted: Sequence[int]
    ) -> OrtValue:
        whole = {"tokens": tokens, "positions": places, "wanted": wanted}
        inputs = {name: _value(np.asarray(values, np.int64)) for name, values in whole.items()}
        inputs |= {"mask": _value(mask), **self._heard}
        inputs |= {f"past_{name}": value for name, value in self._cache.items()}
        with _engine_errors():
            hidden, *cache = self._loaded.decoder.run_with_ort_values(["hidden", *self._cache], inputs)
        self._cache = dict(zip(self._cache, cache, strict=True))
        return hidden


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
