"""Any folder with `model.onnx` and `tokenizer.json` of the E5 kind, run by onnxruntime on the CPU."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from kb.search.embedders.base import EmbedderCapabilities, Vectors
from kit.errors import MisconfiguredError

MODEL_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"
_REMEMBERED_QUESTIONS = 256
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
        self._dimensions = 0
        self._remembered: OrderedDict[str, Vectors] = OrderedDict()

    @property
    def capabilities(self) -> EmbedderCapabilities:
        """Name, dimensions and batch size."""
        return EmbedderCapabilities(f"{self._folder.name}/{self._max_tokens}", self._dimensions, 16)

    def warm_up(self) -> None:
        """Load tokenizer and model."""
        with self._lock:
            if self._session is None:
                self._load()
        self._dimensions = self._dimensions or int(self.embed_passages(["暖"]).shape[1])

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
            made = self._embed([self._question_prefix + text for text in missing])
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
        return self._embed([self._passage_prefix + text for text in texts])

    def _embed(self, texts: Sequence[str]) -> Vectors:
        if self._session is None or self._tokenizer is None:
            self.warm_up()
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
            self._session = self._tokenizer = None
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
