"""Any folder with `model.onnx` and `tokenizer.json` of a cross-encoder (BGE-reranker, MiniLM, …), on the CPU."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from kb.search.rerankers.base import Logits
from kit.errors import MisconfiguredError
from kit.onnx import open_model

MODEL_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"


class OnnxReranker:
    """ONNX cross-encoder; takes `input_ids`, and `attention_mask` and `token_type_ids` where the graph wants them.

    One output a pair is the log-odds; of two, the second class is "answers it".
    """

    def __init__(self, folder: Path, *, threads: int = 1, max_tokens: int = 256, batch_size: int = 8) -> None:
        self._folder = folder
        self._threads = threads
        self._max_tokens = max_tokens
        self._batch_size = batch_size
        self._lock = threading.Lock()
        self._loaded: tuple[Tokenizer, onnxruntime.InferenceSession] | None = None

    @property
    def batch_size(self) -> int:
        """Passages a call handles best."""
        return self._batch_size

    def warm_up(self) -> None:
        """Load tokenizer and model, and judge one pair, so that a wrong graph stops the start."""
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
        self.judge("问", ["答"])

    def _load(self) -> tuple[Tokenizer, onnxruntime.InferenceSession]:
        for name in (MODEL_FILE, TOKENIZER_FILE):
            if not (self._folder / name).is_file():
                raise _unusable(f"{self._folder} has no {name}")
        try:
            tokenizer = Tokenizer.from_file(str(self._folder / TOKENIZER_FILE))
            session = open_model(self._folder / MODEL_FILE, threads=self._threads)
        except Exception as error:  # debt: both libraries raise bare or private exception classes
            raise _unusable(f"the model in {self._folder} cannot be read") from error
        # The passage is cut, never the question.
        tokenizer.enable_truncation(self._max_tokens, strategy="only_second")
        if tokenizer.padding is None:
            tokenizer.enable_padding()
        return tokenizer, session

    def judge(self, question: str, passages: Sequence[str]) -> Logits:
        """Return one log-odds a passage."""
        loaded = self._loaded
        if loaded is None:
            raise _unusable("the re-ranker is not loaded")
        tokenizer, session = loaded
        encodings = tokenizer.encode_batch([(question[: self._max_tokens // 3], passage) for passage in passages])
        known = {
            "input_ids": np.array([encoding.ids for encoding in encodings], np.int64),
            "attention_mask": np.array([encoding.attention_mask for encoding in encodings], np.int64),
            "token_type_ids": np.array([encoding.type_ids for encoding in encodings], np.int64),
        }
        wanted = [spec.name for spec in session.get_inputs()]
        if unknown := set(wanted) - set(known):
            raise _unusable(f"the model in {self._folder} wants the unknown inputs {', '.join(sorted(unknown))}")
        output = np.asarray(session.run(None, {name: known[name] for name in wanted})[0], np.float64)
        return _log_odds(output, len(passages))

    def close(self) -> None:
        """Free the model."""
        with self._lock:
            self._loaded = None


def _log_odds(output: Logits, count: int) -> Logits:
    rows = output.reshape(count, -1) if output.size % count == 0 else output[:0].reshape(0, 0)
    if rows.shape[1:] not in ((1,), (2,)):
        raise _unusable(f"the model gives {output.shape} for {count} pairs instead of one or two numbers a pair")
    odds: Logits = rows[:, -1] - (rows[:, 0] if rows.shape[1] == 2 else 0.0)
    return odds


def _unusable(problem: str) -> MisconfiguredError:
    return MisconfiguredError(
        f"The re-ranker cannot be used: {problem}. Point KB_RERANKER at a folder with model.onnx and tokenizer.json of "
        "a cross-encoder, or set it to none.",
        code="reranker_unusable",
    )
