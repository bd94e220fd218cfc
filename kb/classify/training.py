"""Learns a classifier from examples, and measures it on texts it has not seen while it learns."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kb.classify.calibration import fit_threshold
from kb.classify.classifier import CategoryClassifier, prefixed
from kb.classify.examples import Example
from kb.classify.folds import Rows, folds, group_numbers, of_rows
from kb.classify.heads import Head, make_heads
from kb.classify.judge import fit_judge
from kb.classify.lexical import SPEECH, WRITING, LexicalView
from kb.classify.opinions import fit_opinions
from kb.classify.quality import Quality, measure
from kb.classify.text import content_text, vector_text
from kb.classify.vectors import VectorView, centred
from kb.search.embedders.base import Embedder
from kit.errors import InvalidInputError

WANTED_ACCURACY = 0.7
"""Share of right answers among those that are not withheld, on texts held out in training."""

LOWEST_THRESHOLD, HIGHEST_THRESHOLD = 0.6, 0.7
"""Held-out texts are single sentences, so their threshold may ask too little or too much of a call: from 0.6 on, 16 of
the 17 invented calls above it were ranked right (tests/integration/kb_classify); the spoken calls of tests/evals were
looked at as well (20 of 21), so neither set is a held-out one for this number."""

BALANCE = 0.75
"""How far categories with few texts are made up for, from 0 (each text counts the same) to 1 (each category does): how
many wordings somebody wrote says little about how often callers ask. Held-out texts are right more often with it where
categories differ in size (docs/benchmarks.md); 0.5 to 1 differ by half a point."""
BALANCE_AT_MOST = 3.0
"""By how much the weight of one text grows, so that a category of a single entry is not learned by heart."""

Floats = npt.NDArray[np.float32]
Say = Callable[[str], None]


def say_nothing(_line: str) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Which examples a model got right while it had not seen them.

    Attributes:
        keys: `example_key` of every example that was held out once.
        is_right: Whether its first category was the right one.
    """

    keys: npt.NDArray[np.uint64]
    is_right: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Trained:
    """A classifier with what was learned about it on the way.

    Attributes:
        classifier: Fitted on all examples.
        held_out: Example by example.
        quality: In figures; None when no text could be held out.
    """

    classifier: CategoryClassifier
    held_out: HeldOut
    quality: Quality | None


def example_key(text: str, category_id: str) -> int:
    """Return a number that stands for a text (as `content_text` gives it) with its category."""
    return int.from_bytes(hashlib.blake2b(f"{category_id}\x1f{text}".encode(), digest_size=8).digest(), "little")


def fit(
    examples: Sequence[Example],
    *,
    embedder: Embedder | None = None,
    known_vectors: Mapping[str, Floats] | None = None,
    wanted_accuracy: float = WANTED_ACCURACY,
    is_written: bool = False,
    say: Say = say_nothing,
) -> Trained:
    """Learn from examples; blocks for seconds, deterministic.

    Args:
        examples: Texts with their categories; of one text with two categories the later counts.
        embedder: Adds the view by meaning.
        known_vectors: Vectors of texts embedded before, by `vector_text`; spares their embedding.
        wanted_accuracy: Share of right answers wanted among those that are not withheld.
        is_written: Texts to be ranked will be written as these are, not heard: adds the view of the writing.
        say: Told how far it is.

    Raises:
        InvalidInputError: There are no two categories to tell apart.
    """
    by_text: dict[str, tuple[str, Example]] = {}
    for example in examples:
        if content := content_text(example.text):
            by_text[example.text if is_written else content] = (content, example)
    texts, chosen = [content for content, _ in by_text.values()], [example for _, example in by_text.values()]
    categories = sorted({example.category_id for example in chosen})
    if len(categories) < 2:
        message = "Two categories with texts are needed to learn from; import knowledge first."
        raise InvalidInputError(message, field="examples", code="too_few_categories")
    column = {category: number for number, category in enumerate(categories)}
    labels = np.array([column[example.category_id] for example in chosen], dtype=np.intp)
    weights = balanced(labels, np.array([example.weight for example in chosen], dtype=np.float32))
    vectors = None if embedder is None else embed(texts, embedder, known_vectors or {}, say)
    spread = None if vectors is None else centred(vectors, vectors.mean(axis=0))
    names = [example.group for example in chosen]
    splits = list(folds(labels, group_numbers(names, spread), None if all(names) else spread))
    written = [example.text for example in chosen] if is_written else None
    parts = _Parts(texts, written, labels, weights, splits, make_heads(categories))
    return _fit(parts, categories, vectors, embedder, wanted_accuracy, say)


def balanced(labels: Rows, weights: Floats) -> Floats:
    """Return more weight for texts whose category weighs less than the average, and less where it weighs more.

    Args:
        labels: Column of every text's category; each column has a text.
        weights: Of every text, above 0.
    """
    totals = np.bincount(labels, weights)
    factors = np.minimum(BALANCE_AT_MOST, (totals.mean() / totals) ** BALANCE)
    balance: Floats = weights * factors[labels].astype(np.float32)
    return balance


def fit_better(examples: Sequence[Example], *, embedder: Embedder | None = None, say: Say = say_nothing) -> Trained:
    """Learn from texts as they are said and as they are written; keep what is right more often on held-out ones.

    Raises:
        InvalidInputError: As `fit`.
    """
    ways = [fit(examples, embedder=embedder, is_written=is_written, say=say) for is_written in (False, True)]
    return max(ways, key=lambda trained: 0.0 if trained.quality is None else trained.quality.accuracy)


@dataclass(frozen=True, slots=True)
class _Parts:
    texts: Sequence[str]
    written: Sequence[str] | None
    labels: Rows
    weights: Floats
    splits: Sequence[tuple[Rows, Rows]]
    heads: Sequence[Head]

    @property
    def rows(self) -> Rows:
        """Texts that were held out once."""
        held_out = [part for _train, part in self.splits]
        return np.concatenate(held_out) if held_out else np.zeros(0, np.intp)

    @property
    def held_out_together(self) -> list[Rows]:
        """Places in `rows` of the texts that were held out from the same fit."""
        ends = np.cumsum([len(part) for _train, part in self.splits])
        return np.split(np.arange(len(self.rows)), ends[:-1]) if len(ends) else []


def _fit(
    parts: _Parts,
    categories: Sequence[str],
    vectors: Floats | None,
    embedder: Embedder | None,
    wanted_accuracy: float,
    say: Say,
) -> Trained:
    say(f"learning words, characters and sounds of {len(parts.texts)} texts")
    lexical, unseen = LexicalView.fit(
        SPEECH, parts.texts, parts.labels, parts.heads, weights=parts.weights, splits=parts.splits
    )
    named = prefixed(lexical.name, unseen)
    vector, familiar = None, np.zeros(len(parts.texts), np.float32)
    if vectors is not None:
        say("learning meanings")
        vector, unseen, familiar = VectorView.fit(
            vectors, parts.labels, parts.heads, weights=parts.weights, splits=parts.splits
        )
        named |= prefixed(vector.name, unseen)
    writing = None
    if parts.written is not None:
        writing, unseen = LexicalView.fit(
            WRITING, parts.written, parts.labels, parts.heads, weights=parts.weights, splits=parts.splits
        )
        named |= prefixed(writing.name, unseen)
    rows = parts.rows
    if not len(rows):
        rows = np.arange(len(parts.texts))
    labels = parts.labels[rows]
    held_out = of_rows(named, rows)
    meant = {name: scores for name, scores in held_out.items() if name.startswith(f"{VectorView.name}.")}
    said = {name: scores for name, scores in held_out.items() if name not in meant}
    opinions, probabilities = fit_opinions(said, meant, familiar[rows], labels)
    judge, probabilities = fit_judge(
        held_out,
        probabilities,
        labels,
        parts.weights[rows],
        parts.held_out_together,
    )
    is_right = probabilities.argmax(axis=1) == labels
    wanted = fit_threshold(probabilities.max(axis=1), is_right, wanted_accuracy)
    threshold = min(HIGHEST_THRESHOLD, max(LOWEST_THRESHOLD, wanted))
    classifier = CategoryClassifier(categories, lexical, vector, opinions, threshold, embedder, writing, judge)
    names = np.array(categories)
    answered = names[probabilities.argmax(axis=1)]
    quality = measure(names[labels], answered, probabilities.max(axis=1), threshold) if len(parts.rows) else None
    keys = np.array([example_key(parts.texts[row], categories[parts.labels[row]]) for row in rows], np.uint64)
    return Trained(classifier, HeldOut(keys, is_right), quality)


def embed(texts: Sequence[str], embedder: Embedder, known: Mapping[str, Floats], say: Say = say_nothing) -> Floats:
    """Return one vector a text, embedding only those that are not known; similar lengths go together."""
    wanted = [vector_text(text) for text in texts]
    missing = sorted({text for text in wanted if text not in known}, key=lambda text: (len(text), text))
    size = embedder.capabilities.batch_size
    made = dict(known)
    for number, batch in enumerate(_batches(missing, size)):
        made |= zip(batch, embedder.embed_questions(batch), strict=True)
        if number % 100 == 99:
            say(f"embedded {(number + 1) * size} of {len(missing)} texts")
    return np.stack([made[text] for text in wanted])


def _batches(texts: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    yield from (texts[at : at + size] for at in range(0, len(texts), size))
