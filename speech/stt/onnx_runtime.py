"""Whisper on onnxruntime: a third less time than on ctranslate2 on the processors of office PCs (ADR 16)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from faster_whisper.utils import download_model

from kit.onnx import open_model
from speech.settings import Language, SpeechSettings
from speech.stt.beam_search import Candidates, beam_search
from speech.stt.model_file import read_model
from speech.stt.onnx_decoder import Heard, NextToken, ReadTexts, Thoughts, Tokens, beginnings, engine_errors, value_of
from speech.stt.whisper_graph import WhisperShape, WhisperWeights, decoder_graph, encoder_graph, output_graph
from speech.stt.whisper_model import find_model, unusable_model
from speech.stt.whisper_runtime import Decoded, Writing
from speech.stt.whisper_text import Prompt, WhisperText

MULTILINGUAL_VOCABULARY = 51_865
"""Tokens of the smallest model that knows other languages than English; one less means English only."""


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
        with engine_errors():
            made = loaded.encoder.run_with_ort_values(names, {"mel": value_of(features)})
        return dict(zip(names, made, strict=True))

    def language_probabilities(self, encoded: Heard) -> dict[Language, float]:
        """Ask the model with a step of one token."""
        loaded = self._ready
        hidden = loaded.read(encoded).begin([self.text.tokenizer(Language.CHINESE).sot], wanted=[0])
        _, logits = loaded.first[Language.CHINESE].candidates_and_logits(hidden, count=1)
        probabilities = _softmax(logits[0, loaded.language_ids])
        by_token = dict(zip(loaded.language_ids.tolist(), probabilities.tolist(), strict=True))
        ids = {language: self.text.tokenizer(language).language for language in (Language.CHINESE, Language.ENGLISH)}
        return {language: by_token.get(token, 0.0) for language, token in ids.items()}

    def decode(self, encoded: Heard, prompt: Prompt, writing: Writing) -> Decoded:
        """Write what was said."""
        loaded, tokenizer = self._ready, self.text.tokenizer(prompt.language)
        read, count = loaded.read(encoded), 2 * writing.beam_size
        most = min(writing.max_tokens, loaded.shape.places - len(prompt.tokens))
        draft = writing.draft[:most]
        wanted = [prompt.tokens.index(tokenizer.sot), len(prompt.tokens) - 1]
        hidden = read.begin(prompt.tokens, wanted=wanted, draft=draft).numpy()
        first, logits = loaded.first[prompt.language].candidates_and_logits(
            value_of(hidden[: len(wanted)]), count=count
        )
        thoughts = Thoughts(read, loaded.further[prompt.language], count=count)
        thoughts.know(beginnings(draft), value_of(hidden[len(wanted) :]))

        def step(texts: Sequence[Tokens]) -> Candidates:
            writing.check_wanted()
            return thoughts.after(texts)

        hypotheses = beam_search(
            Candidates(first.scores[1:], first.tokens[1:]),
            step,
            beam_size=writing.beam_size,
            max_tokens=most,
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
        self._decoder = _session(decoder_graph(weights), threads)
        configuration = json.loads((folder / "config.json").read_text("utf-8"))
        self.language_ids = np.array(configuration.get("lang_ids", []), np.int64)
        banned = configuration.get("suppress_ids", [])
        banned_at_first = [*banned, *configuration.get("suppress_ids_begin", [])]
        every = np.arange(self.shape.vocabulary)
        output = _session(output_graph(weights, every), threads)
        self.first = {Language.ENGLISH: NextToken(output, every, banned_at_first)}
        self.further = {Language.ENGLISH: NextToken(output, every, banned)}
        if is_multilingual:
            chinese = self.text.chinese_tokens()
            foreign = np.setdiff1d(every, chinese)
            self.first[Language.CHINESE] = NextToken(output, every, [*banned_at_first, *foreign])
            output = _session(output_graph(weights, chinese), threads)
            self.further[Language.CHINESE] = NextToken(output, chinese, banned)
        nothing = value_of(np.zeros((self.shape.heads, 0, self.shape.width // self.shape.heads), np.float32))
        self._nothing = dict.fromkeys(self.shape.caches, nothing)

    def read(self, heard: Heard) -> ReadTexts:
        """Return what has been read over a window so far: nothing."""
        return ReadTexts(self._decoder, self._nothing, heard)


def _session(model: onnx.ModelProto, threads: int) -> onnxruntime.InferenceSession:
    # Through a file: a session that is made from bytes keeps them, a second time the weights.
    with TemporaryDirectory(prefix="tingzhi-speech-") as folder:
        file = Path(folder) / "graph.onnx"
        file.write_bytes(model.SerializeToString())
        with engine_errors():
            return open_model(file, threads=threads)


def _softmax(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    odds = np.exp(logits - logits.max())
    shares: npt.NDArray[np.float32] = odds / odds.sum()
    return shares


def _folder(found: str) -> Path:
    return Path(found) if Path(found).is_dir() else Path(download_model(found))
