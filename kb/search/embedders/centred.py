"""Centres the vectors of a model: subtracts the mean vector of many texts, which all texts share.

Vectors of one model all point roughly the same way. The mean of ordinary sentences (`ordinary.txt`) is subtracted. It
spreads the cosines, so that they can be added to BM25 and mean the same in a collection of ten documents and of a
million (MRR@10 of e5's vectors alone on a 10 k development set with simulated recognition noise: .618 plain, .637 so;
the collection's own means gave .641).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from importlib.resources import files

import numpy as np

from kb.search.embedders.base import Vectors

ORDINARY_VERSION = "ordinary-1"
"""Part of the vectors' name; raise it when `ordinary.txt` changes."""
_REMEMBERED_QUESTIONS = 256

Embed = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True)
class Prefixes:
    """Prefixes that the model expects before a question and before a passage."""

    question: str
    passage: str


class CentredVectors:
    """Turns raw vectors into centred unit vectors, and remembers those of recent questions. Thread-safe."""

    def __init__(self, embed: Embed, prefixes: Prefixes, *, at_once: int | None = None) -> None:
        """Keep the parts.

        Args:
            embed: Returns one raw vector a text.
            prefixes: Put before each text.
            at_once: So many questions are embedded in one run of the model; None for all that are asked together.
        """
        self._at_once = at_once
        self._embed = embed
        self._prefixes = prefixes
        self._lock = threading.Lock()
        self._common: tuple[Vectors, Vectors] | None = None
        self._remembered: OrderedDict[str, Future[Vectors]] = OrderedDict()

    @property
    def dimensions(self) -> int:
        """Length of a vector, 0 before `measure`."""
        return 0 if self._common is None else self._common[0].shape[0]

    def measure(self, embed: Embed | None = None) -> tuple[Vectors, Vectors]:
        """Return what questions and what passages have in common, measured once.

        Questions take the middle between ordinary questions and passages: measured better than either alone.
        """
        common = self._common
        if common is None:
            lines = (files("kb.search.embedders") / "ordinary.txt").read_text(encoding="utf-8").splitlines()
            questions = [line[2:] for line in lines if line.startswith("? ")]
            answers = [line[2:] for line in lines if line.startswith("= ")]
            use = embed or self._embed
            passage = unit(use([self._prefixes.passage + text for text in questions + answers])).mean(axis=0)
            question = unit(use([self._prefixes.question + text for text in questions])).mean(axis=0)
            common = self._common = ((question + passage) / 2, passage)
        return common

    def questions(self, texts: Sequence[str], embed: Embed | None = None) -> Vectors:
        """Return one unit vector a question, from memory when it was asked lately."""
        asked: dict[str, Future[Vectors]] = {}
        while mine := self._claim(texts, asked):
            self._make(mine, embed)
        return np.stack([asked[text].result() for text in texts])

    def _claim(self, texts: Sequence[str], asked: dict[str, Future[Vectors]]) -> dict[str, Future[Vectors]]:
        """Return those of the texts that the caller is to embed next; `asked` gains them and those of other callers.

        Entries and cases are searched side by side for the same questions: they share the work and wait for each other.
        """
        with self._lock:
            asked |= {text: self._remembered[text] for text in texts if text not in asked and text in self._remembered}
            new = [text for text in dict.fromkeys(texts) if text not in asked][: self._at_once]
            mine = {text: Future[Vectors]() for text in new}
            asked |= mine
            self._remembered.update(mine)
            while len(self._remembered) > _REMEMBERED_QUESTIONS:
                self._remembered.popitem(last=False)
        return mine

    def _make(self, missing: dict[str, Future[Vectors]], embed: Embed | None) -> None:
        try:
            centre = self.measure(embed)[0]
            raw = (embed or self._embed)([self._prefixes.question + text for text in missing])
        except BaseException as error:
            with self._lock:
                for text in missing:
                    self._remembered.pop(text, None)
            for future in missing.values():
                future.set_exception(error)
            raise
        for future, vector in zip(missing.values(), unit(unit(raw) - centre), strict=True):
            future.set_result(vector)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a passage."""
        centre = self.measure()[1]
        return unit(unit(self._embed([self._prefixes.passage + text for text in texts])) - centre)

    def forget(self) -> None:
        """Free the memory."""
        with self._lock:
            self._common = None
            self._remembered.clear()


def unit(vectors: Vectors) -> Vectors:
    """Return the rows at unit length."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    made: Vectors = (vectors / np.maximum(norms, 1e-12)).astype(np.float32)
    return made
