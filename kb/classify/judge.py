"""A second look: what all scorers say of all categories, read together.

The pool adds up what the scorers say of one category. It cannot know that two trades share a question bank, so that a
near text of the one speaks for the other as well; a regression over every score of every category can. It needs many
texts, and where whole groups of texts were held out it only learns the groups: it is kept when texts that neither it
nor the scorers had seen are more likely by both together than by the pool alone, and right as often. (It learns to
doubt as well: that alone may make right categories likelier, and wrong ones first.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from kb.classify.calibration import softmax, surprise
from kb.classify.folds import Rows, of_rows

FEWEST_TEXTS = 1_000
MOST_CATEGORIES = 50
"""Its weights grow with the square of the categories; at fifty it learns in seconds."""
PENALTY = 0.03
"""Inverse strength of regularisation. On 14 trades .01 and .03 are alike, .003 is half a point worse."""
_ROUNDS = 200

Scores = npt.NDArray[np.float32]
Probabilities = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """A multinomial regression over scores; immutable.

    Attributes:
        scorers: Names of the scorers it reads, in order.
        shift: Taken off every score; one number a scorer and category.
        scale: Then divided by.
        weights: Of every score (rows) for every category (columns).
        bias: Of every category.
    """

    scorers: tuple[str, ...]
    shift: Scores
    scale: Scores
    weights: Scores
    bias: Scores

    @classmethod
    def fit(cls, named: Mapping[str, Scores], labels: Rows, weights: Scores) -> Judge:
        """Learn from scores of texts that the scorers had not seen; every category needs one."""
        scorers = tuple(sorted(named))
        features = _features(named, scorers)
        shift, scale = features.mean(axis=0), features.std(axis=0) + np.float32(1e-6)
        regression = LogisticRegression(C=PENALTY, max_iter=_ROUNDS)
        regression.fit((features - shift) / scale, labels, sample_weight=weights)
        slopes, bias = regression.coef_.T, regression.intercept_
        if len(regression.classes_) == 2:
            slopes, bias = np.hstack([-slopes, slopes]) / 2, np.concatenate([-bias, bias]) / 2
        return cls(scorers, shift, scale, slopes.astype(np.float32), bias.astype(np.float32))

    def probabilities(self, named: Mapping[str, Scores]) -> Probabilities:
        """Return one row a text, one column a category."""
        standard = (_features(named, self.scorers) - self.shift) / self.scale
        return softmax(standard @ self.weights + self.bias)


def agreed(pooled: Probabilities, judged: Probabilities) -> Probabilities:
    """Return what the pool and the judge say together."""
    return (pooled + judged) / 2


def fit_judge(
    named: Mapping[str, Scores], pooled: Probabilities, labels: Rows, weights: Scores, parts: Sequence[Rows]
) -> tuple[Judge | None, Probabilities]:
    """Learn a judge, and keep it when it helps.

    Args:
        named: Scores of held-out texts by scorer.
        pooled: What the pool makes of them.
        labels: Column of the right category, per text.
        weights: How much each text counts.
        parts: Rows that were held out together.

    Returns:
        The judge or None, and the probabilities of the held-out texts by what is kept.
    """
    everything = np.arange(len(labels))
    if len(labels) < FEWEST_TEXTS or pooled.shape[1] > MOST_CATEGORIES or len(parts) < 2:
        return None, pooled
    unseen = pooled.copy()
    for part in parts:
        others = np.setdiff1d(everything, part)
        if len(np.unique(labels[others])) < pooled.shape[1]:
            return None, pooled
        judge = Judge.fit(of_rows(named, others), labels[others], weights[others])
        unseen[part] = agreed(pooled[part], judge.probabilities(of_rows(named, part)))
    if surprise(unseen, labels) >= surprise(pooled, labels) or _right(unseen, labels) < _right(pooled, labels):
        return None, pooled
    return Judge.fit(named, labels, weights), unseen


def _right(probabilities: Probabilities, labels: Rows) -> int:
    return int((probabilities.argmax(axis=1) == labels).sum())


def _features(named: Mapping[str, Scores], scorers: Sequence[str]) -> Scores:
    return np.hstack([named[name] for name in scorers])
