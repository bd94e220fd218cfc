"""Makes probabilities of scores that mean what they say; learned on texts that the scorers had not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from kb.classify.scorers import Floats, Rows, Splits

SHARES = (0.4, 0.6)
"""What terms and meanings have to say in the mean; on `bank_topic` .4 to .6 differ by .005 of accuracy; the less
terms say, the better it is calibrated (docs/benchmarks.md)."""


class GivenScores(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # debt: scikit-learn has no types
    """A classifier whose inputs are scores already: scikit-learn's calibration works on top of one."""

    def fit(self, scores: Floats, labels: Rows) -> GivenScores:
        """Note the columns."""
        self.classes_ = np.arange(scores.shape[1])
        return self

    def decision_function(self, scores: Floats) -> Floats:
        """Return the scores; of two categories their difference, as scikit-learn wants it."""
        return scores[:, 1] - scores[:, 0] if scores.shape[1] == 2 else scores

    def predict(self, scores: Floats) -> Rows:
        """Return the columns with the highest scores."""
        columns: Rows = scores.argmax(axis=1)
        return columns


def temperature(scores: Floats, labels: Rows) -> CalibratedClassifierCV:
    """Return scikit-learn's temperature scaling of scores that were held out, one row a text."""
    rows = np.arange(len(labels))
    given = FrozenEstimator(GivenScores().fit(scores, labels))
    return CalibratedClassifierCV(given, method="temperature", cv=[(rows, rows)]).fit(scores, labels)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Two scores become one probability: the mean of what each alone says, made to fit held-out texts.

    Terms and meanings are wrong about different texts; a mean is sure only where both are.

    Attributes:
        views: Temperature scaling of each scorer.
        whole: Temperature scaling of their mean.
    """

    views: Sequence[CalibratedClassifierCV]
    whole: CalibratedClassifierCV

    @classmethod
    def fit(cls, held_out: Sequence[Floats], labels: Rows) -> Calibration:
        """Learn from the scores of texts that the scorers had not seen.

        Args:
            held_out: One matrix a scorer, the lexical one first: one row a text, one column a category.
            labels: Column of the right category, per text.
        """
        views = [temperature(scores, labels) for scores in held_out]
        return cls(views, temperature(_mean(views, held_out), labels))

    def probabilities(self, scores: Sequence[Floats]) -> Floats:
        """Return calibrated probabilities: one row a text, one column a category."""
        probabilities: Floats = self.whole.predict_proba(_mean(self.views, scores))
        return probabilities


@dataclass(frozen=True, slots=True)
class Stack:
    """All scores of all categories, read together by a regression: what is near one trade may speak for another.

    It has two weights for every two categories, so it needs many texts of few categories.

    Attributes:
        regression: Multinomial regression on standardised scores.
    """

    regression: Pipeline

    @classmethod
    def fit(cls, held_out: Sequence[Floats], labels: Rows, splits: Splits) -> tuple[Stack, Floats]:
        """Learn as `Calibration.fit`; also returns the probabilities of texts that the regression had not seen."""
        features = np.hstack(held_out)
        regression = make_pipeline(StandardScaler(), LogisticRegression(C=0.03, max_iter=200))
        unseen = cross_val_predict(regression, features, labels, cv=splits, method="predict_proba")
        return cls(regression.fit(features, labels)), unseen

    def probabilities(self, scores: Sequence[Floats]) -> Floats:
        """Return probabilities: one row a text, one column a category."""
        probabilities: Floats = self.regression.predict_proba(np.hstack(scores))
        return probabilities


def _mean(views: Sequence[CalibratedClassifierCV], scores: Sequence[Floats]) -> Floats:
    said = [view.predict_proba(matrix) for view, matrix in zip(views, scores, strict=True)]
    mean = np.average(said, axis=0, weights=SHARES[: len(said)])
    logarithms: Floats = np.log(np.maximum(mean, 1e-12))
    return logarithms


def fit_threshold(confidences: Floats, is_right: npt.NDArray[np.bool_], wanted: float) -> float:
    """Return the confidence from which on answers are right in at least a share `wanted` of the cases.

    The longest list of most confident answers that keeps the share decides; when even the best do not reach it,
    only certainty is let through.
    """
    order = np.argsort(-confidences, kind="stable")
    shares = np.cumsum(is_right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(shares >= wanted)
    return float(confidences[order][good[-1]]) if len(good) else 1.0
