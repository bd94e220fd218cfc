"""Scores the categories of a text twice: by the terms that stand in it, and by its sentence vector."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags
from sklearn.base import BaseEstimator
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import Ridge
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MultiLabelBinarizer, Normalizer, StandardScaler
from sklearn.svm import LinearSVC

from kb.search.question.analysis.sounds import similar_sounds, sounds
from kb.search.question.analysis.terms import words
from kb.taxonomy.tree import split_category_id

MAX_TERMS = 150_000
MAX_LANDMARKS = 1_000
"""Known texts that all others are compared with; a straight regression on vectors is 1.5 points worse on 41 topics."""
KERNEL_GAMMA = 0.5
"""Of the Gaussian kernel between unit vectors; 1.25 was half a point worse there."""

NEVER_SEEN = -2.0
"""Margin of a category that no text has; a wrong category's usual margin is about -1."""

Rows = npt.NDArray[np.intp]
Floats = npt.NDArray[np.floating]
Splits = Sequence[tuple[Rows, Rows]]


def _grams(text: str, shortest: int, longest: int) -> Iterator[str]:
    # The edges are part of the text: how a caller begins says more than the same characters in the middle.
    edged = f"\n{text}\n"
    for size in range(shortest, longest + 1):
        yield from (edged[at : at + size] for at in range(len(edged) - size + 1))


def written_terms(text: str) -> list[str]:
    """Return runs of characters as somebody wrote them, brackets and case included."""
    return list(_grams(text, 1, 4))


def spoken_terms(text: str) -> list[str]:
    """Return words, runs of characters, and runs of syllables in which words that sound alike are the same."""
    found = ["<", *(span.text for span in words(text)), ">"]
    pairs = (f"{first} {second}" for first, second in zip(found, found[1:], strict=False))
    heard = _grams(similar_sounds(sounds(text)), 2, 3)
    return [*(f"w:{term}" for term in (*found[1:-1], *pairs)), *written_terms(text), *(f"s:{term}" for term in heard)]


def shared_parts(categories: Sequence[str]) -> Floats:
    """Return for every two categories the share of their parts that is the same, 1 for a category with itself.

    Most of two hundred categories have a dozen texts to learn from, but every complaint helps to know a complaint, and
    every gas text to know gas. Labels without parts share nothing.
    """
    has_parts = all("/" in category and "." in category for category in categories)
    parts = MultiLabelBinarizer().fit_transform([_parts(each) if has_parts else [each] for each in categories])
    shared: Floats = (parts @ parts.T / parts.sum(axis=1, keepdims=True)).astype(np.float32)
    return shared


def _parts(category_id: str) -> list[str]:
    business_type, situation = split_category_id(category_id)
    return [business_type, situation, f"{situation.rpartition('.')[0]}.", f"{situation.partition('.')[0]}:"]


@dataclass(frozen=True, slots=True)
class Scorer:
    """One view of texts with its regression: the score of a category is the share of its parts that a text has.

    Attributes:
        features: Turns inputs (texts, or sentence vectors) into features; a scikit-learn transformer.
        machine: Regression on the features; a scikit-learn estimator.
    """

    features: Any
    machine: Any

    def fit(self, inputs: Any, targets: Floats, weights: Floats, splits: Splits) -> Floats:  # noqa: ANN401  # rejected: texts or vectors
        """Learn from inputs; returns the scores of texts that were held out.

        Args:
            inputs: What `features` takes, one a text.
            targets: Share of parts that each text's category has in common with every category.
            weights: What each text counts.
            splits: Rows learned from and rows held out; empty when there are too few texts.
        """
        made = self.features.fit_transform(inputs)
        held_out = (
            cross_val_predict(self.machine, made, targets, cv=splits, params={"sample_weight": weights})
            if splits
            else None
        )
        self.machine.fit(made, targets, sample_weight=weights)
        scores: Floats = self.machine.predict(made) if held_out is None else held_out
        return scores

    def scores(self, inputs: Any) -> Floats:  # noqa: ANN401  # rejected: texts or vectors
        """Return one row a text, one column a category."""
        scores: Floats = self.machine.predict(self.features.transform(inputs))
        return scores


class RatioMachines(BaseEstimator):  # type: ignore[misc]  # debt: scikit-learn has no types
    """One support vector machine a category, each on terms weighed by how usual they are in the category's texts.

    The weight is the log of how much more usual a term is there than in all others (Wang and Manning 2012). On 14
    trades of written questions .774 are right by it, .765 by rarity.
    """

    def fit(self, features: csr_matrix, targets: Floats, sample_weight: Floats | None = None) -> RatioMachines:
        """Learn from texts; a target of 1 is the text's own category."""
        self.slopes_ = np.zeros((features.shape[1], targets.shape[1]), np.float32)
        self.biases_ = np.full(targets.shape[1], NEVER_SEEN, np.float32)
        for column in np.flatnonzero((targets == 1).any(axis=0)):
            is_answer = targets[:, column] == 1
            inside = 1.0 + features[is_answer].getnnz(axis=0)
            outside = 1.0 + features[~is_answer].getnnz(axis=0)
            ratios = np.log((inside / inside.sum()) / (outside / outside.sum())).astype(np.float32)
            weighed = features @ diags(ratios)
            machine = LinearSVC(C=1.0, random_state=0).fit(weighed, is_answer, sample_weight=sample_weight)
            self.slopes_[:, column], self.biases_[column] = ratios * machine.coef_[0], machine.intercept_[0]
        return self

    def predict(self, features: csr_matrix) -> Floats:
        """Return margins: one row a text, one column a category."""
        margins: Floats = np.asarray(features @ self.slopes_ + self.biases_)
        return margins


def lexical_scorer(*, is_written: bool) -> Scorer:
    """Return the scorer that sees what stands there; it is given texts."""
    if is_written:
        plain = TfidfVectorizer(
            analyzer=written_terms, min_df=2, max_features=MAX_TERMS, binary=True, use_idf=False, dtype=np.float32
        )
        return Scorer(plain, RatioMachines())
    rare = TfidfVectorizer(analyzer=spoken_terms, min_df=2, max_features=MAX_TERMS, sublinear_tf=True, dtype=np.float32)
    return Scorer(rare, Ridge(alpha=1.0, solver="sparse_cg", tol=1e-3))


def vector_scorer(count: int) -> Scorer:
    """Return the scorer that sees what is meant; it is given unit vectors of so many texts."""
    landmarks = Nystroem(gamma=KERNEL_GAMMA, n_components=min(MAX_LANDMARKS, count), random_state=0)
    # All vectors of such encoders lie in one corner: their mean is taken off first.
    return Scorer(make_pipeline(StandardScaler(with_std=False), Normalizer(), landmarks), Ridge(alpha=0.3))
