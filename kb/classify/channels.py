"""Views of a text, each a sparse vector: words, characters, how it sounds, and how it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from kb.search.question.analysis.sounds import similar_sounds, sounds
from kb.search.question.analysis.terms import words

Floats = npt.NDArray[np.float32]

MAX_TERMS = 150_000
LARGE_CORPUS = 5_000
"""From this many texts on a term must stand in two of them to count."""

_EDGE = "\n"


def _word_terms(text: str) -> list[str]:
    found = ["<", *(span.text for span in words(text)), ">"]
    return [*found[1:-1], *(f"{first} {second}" for first, second in zip(found, found[1:], strict=False))]


def _grams(text: str, shortest: int, longest: int) -> Iterator[str]:
    # The edges are part of the text: how a caller begins says more than the same characters in the middle.
    edged = f"{_EDGE}{text}{_EDGE}"
    for size in range(shortest, longest + 1):
        yield from (edged[at : at + size] for at in range(len(edged) - size + 1))


def _character_terms(text: str) -> list[str]:
    return list(_grams(text, 1, 4))


def _sound_terms(text: str) -> list[str]:
    return list(_grams(similar_sounds(sounds(text)), 2, 3))


def _writing_terms(text: str) -> list[str]:
    return list(_grams(text, 1, 4))


ANALYZERS: dict[str, Callable[[str], list[str]]] = {
    "words": _word_terms,
    "characters": _character_terms,
    "sounds": _sound_terms,
    "writing": _writing_terms,
}
"""Term makers by channel. `writing` takes the text as it was written, the others as `content_text` returns it."""

PLAIN = frozenset({"writing"})
"""Channels in which a term stands or does not: their machine weighs terms by itself (`kb.classify.lexical`)."""


class Channel:
    """One view: learns its vocabulary once, then turns texts into unit vectors."""

    def __init__(self, name: str, vectorizer: TfidfVectorizer) -> None:
        self.name = name
        self._vectorizer = vectorizer

    @classmethod
    def fit(cls, name: str, texts: Sequence[str]) -> tuple[Channel, csr_matrix]:
        """Learn the vocabulary of the texts; returns their vectors too."""
        vectorizer = _vectorizer(name, min_df=2 if len(texts) >= LARGE_CORPUS else 1, max_features=MAX_TERMS)
        features = vectorizer.fit_transform(texts)
        if name in PLAIN:
            vectorizer.idf_ = np.ones_like(vectorizer.idf_)
            # What it would return from now on, without reading the texts a second time.
            features.data[:] = 1
            features = normalize(features, copy=False)
        return cls(name, vectorizer), features

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        """Return one row a text; a text without a known term gives an empty row."""
        return self._vectorizer.transform(texts)

    def state(self) -> tuple[list[str], Floats]:
        """Return the terms in column order and their weights, for storage."""
        return list(self._vectorizer.get_feature_names_out()), self._vectorizer.idf_.astype(np.float32)

    @classmethod
    def restore(cls, name: str, terms: Sequence[str], weights: Floats) -> Channel:
        """Rebuild a channel from its stored state."""
        vectorizer = _vectorizer(name, vocabulary={term: column for column, term in enumerate(terms)})
        vectorizer.idf_ = weights
        return cls(name, vectorizer)


def _vectorizer(name: str, **options: Any) -> TfidfVectorizer:  # noqa: ANN401  # rejected: passed through
    is_plain = name in PLAIN
    return TfidfVectorizer(
        analyzer=ANALYZERS[name], binary=is_plain, sublinear_tf=not is_plain, dtype=np.float32, **options
    )
