"""Any folder with `model.onnx` and `tokenizer.json` of the E5 kind, run by onnxruntime on the CPU.

Vectors of this kind all point roughly the same way. What every question and every passage has in common is taken
away: the mean of ordinary sentences (`ordinary.txt`). It spreads the cosines, so that they can be added to BM25 and
mean the same in a collection of ten documents and of a million (MRR@10 of vectors alone on a 10 k development set
with simulated recognition noise: .618 plain, .637 so; the collection's own means gave .641).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from kb.search.embedders.base import MODEL_FILE, TOKENIZER_FILE, EmbedderCapabilities, Vectors
from kit.errors import MisconfiguredError

_REMEMBERED_QUESTIONS = 256
_ORDINARY_VERSION = "ordinary-1"
"""Part of the vectors' name; raise it when `ordinary.txt` changes."""

_INPUT_MASK = ("mask", "attention_mask")


class OnnxEmbedder:
    """Mean-pooled or ready-pooled ONNX encoder with the E5 prefixes.

    Inputs are recognised by name: `ids` or `input_ids`, `mask` or `attention_mask`, optionally `positions` and
    `token_type_ids`. An output of three axes is pooled over the mask, one of two axes is taken as it is.
    """

    def __init__(
        self,
        folder: Path,
        *,
        threads: int = 1,
        max_tokens: int = 256,
        question_prefix: str = "query: ",
        passage_prefix: str = "passage: ",
    ) -> None:
        self._folder = folder
        self._threads = threads
        self._max_tokens = max_tokens
        self._question_prefix = question_prefix
        self._passage_prefix = passage_prefix
        self._lock = threading.Lock()
        self._session: onnxruntime.InferenceSession | None = None
        self._tokenizer: Tokenizer | None = None
        self._common: tuple[Vectors, Vectors] | None = None
        self._remembered: OrderedDict[str, Vectors] = OrderedDict()

    @property
    def capabilities(self) -> EmbedderCapabilities:
        """Name, dimensions and batch size."""
        name = f"{self._folder.name}/{self._max_tokens}/{_ORDINARY_VERSION}"
        return EmbedderCapabilities(name, 0 if self._common is None else self._common[0].shape[0], 16)

    def warm_up(self) -> None:
        """Load tokenizer and model."""
        with self._lock:
            if self._session is None:
                self._load()
        if self._common is None:
            self._common = self._measure_common()

    def _measure_common(self) -> tuple[Vectors, Vectors]:
        """Return what questions and what passages have in common.

        Questions take the middle between ordinary questions and passages: measured better than either alone.
        """
        lines = (files("kb.search.embedders") / "ordinary.txt").read_text(encoding="utf-8").splitlines()
        questions = [line[2:] for line in lines if line.startswith("? ")]
        answers = [line[2:] for line in lines if line.startswith("= ")]
        passage = self._embed([self._passage_prefix + text for text in questions + answers]).mean(axis=0)
        question = self._embed([self._question_prefix + text for text in questions]).mean(axis=0)
        return (question + passage) / 2, passage

    def _load(self) -> None:
        for name in (MODEL_FILE, TOKENIZER_FILE):
            if not (self._folder / name).is_file():
                raise MisconfiguredError(
                    f"The embedding model is missing: {self._folder} has no {name}. Run `tingzhi models fetch` or "
                    "point KB_EMBEDDER at a folder with model.onnx and tokenizer.json.",
                    code="embedding_model_missing",
                )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            tokenizer = Tokenizer.from_file(str(self._folder / TOKENIZER_FILE))
            session = onnxruntime.InferenceSession(
                str(self._folder / MODEL_FILE), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # debt: both libraries raise bare or private exception classes
            raise MisconfiguredError(
                f"The embedding model in {self._folder} cannot be read. Delete the folder and run "
                "`tingzhi models fetch`, or point KB_EMBEDDER at another one.",
                code="embedding_model_unreadable",
            ) from error
        tokenizer.enable_truncation(self._max_tokens)
        if tokenizer.padding is None:
            tokenizer.enable_padding()
        self._tokenizer, self._session = tokenizer, session

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a question, from memory when it was asked lately."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._remembered]
        if missing:
            made = self._spread([self._question_prefix + text for text in missing], 0)
            with self._lock:
                self._remembered.update(zip(missing, made, strict=True))
                rows = [self._remembered[text] for text in texts]
                while len(self._remembered) > _REMEMBERED_QUESTIONS:
                    self._remembered.popitem(last=False)
            return np.stack(rows)
        with self._lock:
            return np.stack([self._remembered[text] for text in texts])

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a passage."""
        return self._spread([self._passage_prefix + text for text in texts], 1)

    def _spread(self, texts: Sequence[str], side: int) -> Vectors:
        self.warm_up()
        if self._common is None:
            raise MisconfiguredError("The embedder was closed.", code="embedding_model_missing")
        return _unit(self._embed(texts) - self._common[side])

    def _embed(self, texts: Sequence[str]) -> Vectors:
        session, tokenizer = self._session, self._tokenizer
        if session is None or tokenizer is None:
            raise MisconfiguredError("The embedder was closed.", code="embedding_model_missing")
        encodings = tokenizer.encode_batch(list(texts))
        ids = np.array([encoding.ids for encoding in encodings], np.int64)
        mask = np.array([encoding.attention_mask for encoding in encodings], np.int64)
        feeds = {spec.name: _feed(spec.name, ids, mask) for spec in session.get_inputs()}
        output = session.run(None, feeds)[0]
        return _unit(_pooled(output, mask))

    def close(self) -> None:
        """Free the model."""
        with self._lock:
            self._session = self._tokenizer = self._common = None
            self._remembered.clear()


def _feed(name: str, ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
    if name in _INPUT_MASK:
        return mask
    if name == "positions":
        return np.arange(ids.shape[1], dtype=np.int64)
    return np.zeros_like(ids) if name == "token_type_ids" else ids


def _pooled(output: np.ndarray, mask: np.ndarray) -> Vectors:
    if output.ndim == 2:
        return output.astype(np.float32)
    weights = mask[:, :, None].astype(np.float32)
    pooled: Vectors = (output * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1)
    return pooled


def _unit(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = (vectors / np.maximum(norms, 1e-12)).astype(np.float32)
    return unit
