"""A decoder of Whisper on onnxruntime: what it thinks of texts, each of which it reads once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import onnxruntime

from speech.stt.beam_search import Candidates

UNSEEN = np.float32(-1e9)
"""Added to what attention thinks of a token, or to a logit, this leaves nothing of it."""

OrtValue: TypeAlias = Any
"""`onnxruntime.OrtValue`, an array that stays where the engine put it; onnxruntime has no types."""
Heard: TypeAlias = Mapping[str, OrtValue]
"""Keys and values of the encoded window, by the name of the decoder's input."""
Tokens: TypeAlias = tuple[int, ...]


def beginnings(text: Tokens) -> list[Tokens]:
    """Return what a text begins with, shortest first and itself last."""
    return [text[:end] for end in range(1, len(text) + 1)]


class NextToken:
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
        self._banned = value_of(np.where(np.isin(tokens, banned), UNSEEN, np.float32(0)))

    def candidates(self, hidden: OrtValue, *, count: int) -> Candidates:
        """Return the likeliest tokens after each vector."""
        scores, tokens = self._run(["scores", "choices"], hidden, count)
        return Candidates(scores, tokens)

    def candidates_and_logits(self, hidden: OrtValue, *, count: int) -> tuple[Candidates, npt.NDArray[np.float32]]:
        """Return them with what the model thinks of all its tokens, (vectors, tokens), before any was banned."""
        scores, tokens, logits = self._run(["scores", "choices", "logits"], hidden, count)
        return Candidates(scores, tokens), logits

    def _run(self, names: list[str], hidden: OrtValue, count: int) -> list[npt.NDArray[Any]]:
        inputs = {"hidden": hidden, "banned": self._banned, "count": value_of(np.array([count], np.int64))}
        with engine_errors():
            return [made.numpy() for made in self._output.run_with_ort_values(names, inputs)]


class ReadTexts:
    """What was read over one window: a prompt, and texts behind it that share their beginnings.

    Each token of each text is a row of one cache that only grows; a mask says which rows it sees. A row costs a tenth
    of a pass, so a draft that may be wrong is read together with the prompt: what of it holds is then known already.
    """

    def __init__(self, decoder: onnxruntime.InferenceSession, nothing: Mapping[str, OrtValue], heard: Heard) -> None:
        """Begin with nothing read.

        Args:
            decoder: Of `decoder_graph`.
            nothing: Empty caches by their names.
            heard: The window.
        """
        self._decoder = decoder
        self._heard = dict(heard)
        self._cache = dict(nothing)
        self.rows = 0
        """Tokens read so far."""
        self._prompt_size = 0
        self._seen: dict[Tokens, Tokens] = {(): ()}
        """Rows behind the prompt that each text sees, its own last."""

    def begin(self, prompt: Sequence[int], *, wanted: Sequence[int], draft: Tokens = ()) -> OrtValue:
        """Read the prompt and a draft behind it.

        Returns:
            Hidden vectors of the prompt's tokens at `wanted`, then of the draft's `beginnings`.
        """
        size, whole = len(prompt), len(prompt) + len(draft)
        only_before = np.triu(np.full((whole, whole), UNSEEN, np.float32), 1)
        hidden = self._run([*prompt, *draft], range(whole), only_before, [*wanted, *range(size, whole)])
        self._prompt_size = size
        self._seen |= {text: tuple(range(size, size + len(text))) for text in beginnings(draft)}
        return hidden

    def go_on(self, texts: Sequence[Tokens]) -> OrtValue:
        """Read the last token of each text, all before it having been read; return their hidden vectors."""
        mask = np.full((len(texts), self.rows + len(texts)), UNSEEN, np.float32)
        mask[:, : self._prompt_size] = 0
        for row, text in enumerate(texts):
            self._seen[text] = (*self._seen[text[:-1]], self.rows + row)
            mask[row, list(self._seen[text])] = 0
        places = [self._prompt_size + len(text) - 1 for text in texts]
        return self._run([text[-1] for text in texts], places, mask, range(len(texts)))

    def _run(
        self, tokens: Sequence[int], places: Sequence[int], mask: npt.NDArray[np.float32], wanted: Sequence[int]
    ) -> OrtValue:
        whole = {"tokens": tokens, "positions": places, "wanted": wanted}
        inputs = {name: value_of(np.asarray(values, np.int64)) for name, values in whole.items()}
        inputs |= {"mask": value_of(mask), **self._heard}
        inputs |= {f"past_{name}": value for name, value in self._cache.items()}
        with engine_errors():
            hidden, *cache = self._decoder.run_with_ort_values(["hidden", *self._cache], inputs)
        self._cache = dict(zip(self._cache, cache, strict=True))
        self.rows += len(tokens)
        return hidden


class Thoughts:
    """What may follow each text that was read; a text is read when it is first asked for."""

    def __init__(self, read: ReadTexts, layer: NextToken, *, count: int) -> None:
        """Answer with `count` tokens for each text."""
        self._read = read
        self._layer = layer
        self._count = count
        self._known: dict[Tokens, tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]] = {}

    def know(self, texts: Sequence[Tokens], hidden: OrtValue) -> None:
        """Take in texts that were read, with their hidden vectors."""
        if texts:
            candidates = self._layer.candidates(hidden, count=self._count)
            self._known |= zip(texts, zip(candidates.scores, candidates.tokens, strict=True), strict=True)

    def after(self, texts: Sequence[Tokens]) -> Candidates:
        """Return what may follow each of the texts; all but the last token of each was asked for before."""
        new = [text for text in texts if text not in self._known]
        if new:
            self.know(new, self._read.go_on(new))
        scores, tokens = zip(*(self._known[text] for text in texts), strict=True)
        return Candidates(np.stack(scores), np.stack(tokens))


@contextmanager
def engine_errors() -> Iterator[None]:
    """Raise what the engine raises as `RuntimeError`."""
    try:
        yield
    except Exception as error:  # rejected: onnxruntime's errors have no common kind
        raise RuntimeError(f"onnxruntime: {error}") from error


def value_of(array: npt.NDArray[Any]) -> OrtValue:
    """Hand an array over; it is shared, not copied."""
    return onnxruntime.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(array))
