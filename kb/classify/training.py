"""Learns a classifier from examples, and measures it on texts it has not seen while it learns."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.cluster import MiniBatchKMeans
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.preprocessing import normalize

from kb.classify.calibration import Calibration, fit_threshold
from kb.classify.classifier import CategoryClassifier
from kb.classify.examples import Example
from kb.classify.scorers import Floats, Rows, Splits, lexical_scorer, shared_parts, vector_scorer
from kb.classify.text import content_text, vector_text
from kb.measures import Quality, measure
from kb.search.embedders.base import Embedder
from kit.errors import InvalidInputError

FOLDS = 3
TEXTS_PER_CLUSTER = 100
"""Usual number of ways in which one question is put, in entries (variants) and in public sets of paraphrases."""
WANTED_ACCURACY = 0.7
"""Share of right answers among those that are not withheld, on texts held out in training."""

LOWEST_THRESHOLD, HIGHEST_THRESHOLD = 0.5, 0.7
"""Held-out texts are single sentences, so their threshold may ask too little or too much of a call. From .5 on 48 of 52
calls of tests/evals (as text) are ranked right, from .6 on 41 of 43; they were looked at for this number."""

BALANCE = 0.75
"""How far categories with few texts are made up for, from 0 (each text counts the same) to 1 (each category does): how
many wordings somebody wrote says little about how often callers ask. Held-out texts are right more often with it where
categories differ in size (docs/benchmarks.md); 0.5 to 1 differ by half a point."""
BALANCE_AT_MOST = 3.0
"""By how much the weight of one text grows, so that a category of a single entry is not learned by heart."""

NAMED_WHOLE = 0.5
"""Share of the groups with a name that are held out whole."""


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
    is_written: bool = False,
    holds_groups: bool = True,
) -> Trained:
    """Learn from examples; blocks for seconds, deterministic.

    Args:
        examples: Texts with their categories; of one text with two categories the later counts.
        embedder: Adds the scorer of meanings.
        known_vectors: Vectors of texts embedded before, by `vector_text`; spares their embedding.
        is_written: Texts to be ranked will be written as these are, not heard.
        holds_groups: Whether texts that say the same are held out together.

    Raises:
        InvalidInputError: There are no two categories to tell apart.
    """
    contents = ((content_text(example.text), example) for example in examples)
    by_text = {example.text if is_written else content: example for content, example in contents if content}
    texts, chosen = list(by_text), list(by_text.values())
    categories, labels = np.unique([example.category_id for example in chosen], return_inverse=True)
    if len(categories) < 2:
        message = "Two categories with texts are needed to learn from; import knowledge first."
        raise InvalidInputError(message, field="examples", code="too_few_categories")
    weights = balanced(labels, np.array([example.weight for example in chosen], dtype=np.float32))
    targets = shared_parts(categories.tolist())[labels]
    said = [content_text(text) for text in texts] if is_written else texts
    vectors = None if embedder is None else embed(said, embedder, known_vectors or {})
    splits = folds(labels, [example.group for example in chosen] if holds_groups else [], vectors)
    lexical, vector = lexical_scorer(is_written=is_written), None
    held_out = [lexical.fit(texts, targets, weights, splits)]
    if vectors is not None:
        vector = vector_scorer(len(vectors))
        held_out.append(vector.fit(vectors, targets, weights, splits))
    calibration = Calibration.fit(held_out, labels, is_stacked=is_written and bool(splits))
    probabilities = calibration.probabilities(held_out)
    if calibration.stack is not None:
        # It learned thousands of weights from these scores: it is measured on texts that it has not seen either.
        stacked = np.hstack(held_out)
        with warnings.catch_warnings():
            # A category whose texts were all held out together is missing then: it counts as wrong.
            warnings.simplefilter("ignore", RuntimeWarning)
            probabilities = cross_val_predict(calibration.stack, stacked, labels, cv=splits, method="predict_proba")
    confidences, answers = probabilities.max(axis=1), probabilities.argmax(axis=1)
    is_right = answers == labels
    wanted = fit_threshold(confidences, is_right, WANTED_ACCURACY)
    threshold = min(HIGHEST_THRESHOLD, max(LOWEST_THRESHOLD, wanted))
    classifier = CategoryClassifier(
        categories.tolist(), lexical, vector, calibration, threshold, embedder, is_written=is_written
    )
    quality = measure(categories[labels], categories[answers], confidences, threshold) if splits else None
    keys = [example_key(text, example.category_id) for text, example in by_text.items()]
    return Trained(classifier, HeldOut(np.array(keys, np.uint64), is_right), quality)


def fit_better(examples: Sequence[Example], *, embedder: Embedder | None = None) -> Trained:
    """Learn from texts as they are said and as they are written; keep what is right more often on held-out ones.

    Raises:
        InvalidInputError: As `fit`.
    """
    said, written = (fit(examples, embedder=embedder, is_written=is_written) for is_written in (False, True))
    if said.quality is None or written.quality is None or said.quality.accuracy >= written.quality.accuracy:
        return said
    return fit(examples, embedder=embedder, is_written=True, holds_groups=False)


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


def folds(labels: Rows, names: Sequence[str], vectors: Floats | None) -> Splits:
    """Return rows to learn from and rows to hold out, every row once; none when there are too few texts.

    Half of the entries are held out whole, the texts of the others one by one: callers ask what is known in words
    that are not, and ask what is not known at all. Groups that are only guessed leak: all of them
    are held out whole.

    Args:
        labels: Column of every text's category.
        names: Texts of one name say the same in other words; where a text has none, near vectors stand for names.
            Empty: every text alone.
        vectors: One a text.
    """
    if len(labels) < 2 * FOLDS or np.bincount(labels).max() < FOLDS:
        return []
    alone = np.arange(len(labels))
    groups = _groups(names, vectors)
    if groups is not None and all(names):
        is_whole = np.random.default_rng(0).random(groups.max() + 1)[groups] < NAMED_WHOLE
        # A category of one or two groups would be missing from what is learned while they are held out.
        pairs = np.unique(np.stack([labels, groups]), axis=1)[0]
        is_whole &= np.bincount(pairs, minlength=labels.max() + 1)[labels] >= FOLDS
        alone = np.where(is_whole, groups, groups.max() + 1 + alone)
    elif groups is not None:
        alone = groups
    return list(StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0).split(labels, labels, alone))


def _groups(names: Sequence[str], vectors: Floats | None) -> Rows | None:
    if not names:
        return None
    if all(names):
        return np.unique(names, return_inverse=True)[1]
    if vectors is None or len(vectors) < 2 * TEXTS_PER_CLUSTER:
        return None
    clusters = MiniBatchKMeans(len(vectors) // TEXTS_PER_CLUSTER, random_state=0, n_init=1, batch_size=2048)
    found: Rows = clusters.fit_predict(normalize(vectors - vectors.mean(axis=0)))
    return found


def embed(
    texts: Sequence[str],
    embedder: Embedder,
    known: Mapping[str, Floats],
    *,
    has_ended: Callable[[], bool] = lambda: False,
) -> Floats:
    """Return one vector a text, embedding only those that are not known; similar lengths go together.

    Raises:
        CancelledError: `has_ended` said so before a batch: the server stops, and nobody waits for the rest.
    """
    wanted = [vector_text(text) for text in texts]
    missing = sorted({text for text in wanted if text not in known}, key=lambda text: (len(text), text))
    size = embedder.capabilities.batch_size
    made = dict(known)
    for batch in (missing[at : at + size] for at in range(0, len(missing), size)):
        if has_ended():
            raise CancelledError
        made |= zip(batch, embedder.embed_questions(batch), strict=True)
    return np.stack([made[text] for text in wanted])
