"""Any folder with `model.onnx` and `tokenizer.json` of a sentence encoder, run by onnxruntime on the CPU."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from kb.search.embedders.base import MODEL_FILE, TOKENIZER_FILE, EmbedderCapabilities, Vectors
from kb.search.embedders.centred import ORDINARY_VERSION, CentredVectors, Prefixes
from kit.errors import MisconfiguredError
from kit.onnx import open_model

E5_PREFIXES = Prefixes("query: ", "passage: ")
Pooling = Literal["mean", "first"]
"""How token vectors become one: their mean (E5, GTE), or the first token's (BGE)."""

_INPUT_MASK = ("mask", "attention_mask")


class OnnxEmbedder:
    """ONNX sentence encoder with vectors of any length.

    Inputs are recognised by name: `ids` or `input_ids`, `mask` or `attention_mask`, optionally `positions` and
    `token_type_ids`. An output of three axes is pooled over the tokens, one of two axes is taken as it is.
    """

    def __init__(
        self,
        folder: Path,
        *,
        threads: int = 1,
        max_tokens: int = 256,
        prefixes: Prefixes = E5_PREFIXES,
        pooling: Pooling = "mean",
    ) -> None:
        self._folder = folder
        self._threads = threads
        self._max_tokens = max_tokens
        self._pooling: Pooling = pooling
        self._name = _name(folder, max_tokens, prefixes, pooling)
        self._lock = threading.Lock()
        self._session: onnxruntime.InferenceSession | None = None
        self._tokenizer: Tokenizer | None = None
        # In a batch the short ones are padded to the longest, and int8 vectors move a little.
        self._centred = CentredVectors(self._embed, prefixes, at_once=1)

    @property
    def capabilities(self) -> EmbedderCapabilities:
        """Name, dimensions and batch size."""
        return EmbedderCapabilities(self._name, self._centred.dimensions, 16)

    def warm_up(self) -> None:
        """Load tokenizer and model."""
        with self._lock:
            if self._session is None:
                self._load()
        self._centred.measure()

    def _load(self) -> None:
        for name in (MODEL_FILE, TOKENIZER_FILE):
            if not (self._folder / name).is_file():
                raise MisconfiguredError(
                    f"The embedding model is missing: {self._folder} has no {name}. Run `tingzhi models fetch` or "
                    "point KB_EMBEDDER at a folder with model.onnx and tokenizer.json.",
                    code="embedding_model_missing",
                )
        try:
            tokenizer = Tokenizer.from_file(str(self._folder / TOKENIZER_FILE))
            session = open_model(self._folder / MODEL_FILE, threads=self._threads)
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
        # Loaded, and what is common measured in batches, before anything is embedded by itself.
        self.warm_up()
        return self._centred.questions(texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a passage."""
        self.warm_up()
        return self._centred.passages(texts)

    def _embed(self, texts: Sequence[str]) -> Vectors:
        session, tokenizer = self._session, self._tokenizer
        if session is None or tokenizer is None:
            raise MisconfiguredError("The embedder was closed.", code="embedding_model_missing")
        encodings = tokenizer.encode_batch(list(texts))
        ids = np.array([encoding.ids for encoding in encodings], np.int64)
        mask = np.array([encoding.attention_mask for encoding in encodings], np.int64)
        feeds = {spec.name: _feed(spec.name, ids, mask) for spec in session.get_inputs()}
        output = session.run(None, feeds)[0]
        return _pooled(output, mask, self._pooling)

    def close(self) -> None:
        """Free the model."""
        with self._lock:
            self._session = self._tokenizer = None
        self._centred.forget()


def _feed(name: str, ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
    if name in _INPUT_MASK:
        return mask
    if name == "positions":
        return np.arange(ids.shape[1], dtype=np.int64)
    return np.zeros_like(ids) if name == "token_type_ids" else ids


def _pooled(output: np.ndarray, mask: np.ndarray, pooling: Pooling) -> Vectors:
    if output.ndim == 2:
        return output.astype(np.float32)
    if pooling == "first":
        first: Vectors = output[:, 0].astype(np.float32)
        return first
    weights = mask[:, :, None].astype(np.float32)
    pooled: Vectors = (output * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1)
    return pooled


def _name(folder: Path, max_tokens: int, prefixes: Prefixes, pooling: Pooling) -> str:
    """Return the identity of the vectors; the usual way of using a model is not spelled out."""
    name = f"{folder.name}/{max_tokens}/{ORDINARY_VERSION}"
    if (prefixes, pooling) == (E5_PREFIXES, "mean"):
        return name
    way = hashlib.blake2b(repr((prefixes, pooling)).encode(), digest_size=4).hexdigest()
    return f"{name}/{way}"
