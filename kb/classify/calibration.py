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
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from kb.classify.scorers import Floats, Rows


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
    """Two scores become one probability, learned on texts that were held out.

    What is heard is ranked by the mean of both scorers' probabilities: terms and meanings are wrong about different
    texts, and the mean is sure only where both are. For what is written a regression reads all scores of all categories
    together; it has two weights for every two categories, so it needs many texts of few categories.

    Attributes:
        views: Temperature scaling of each scorer; empty with a regression.
        stack: The regression; None without one.
    """

    views: Sequence[CalibratedClassifierCV] = ()
    stack: Pipeline | None = None

    @classmethod
    def fit(cls, held_out: Sequence[Floats], labels: Rows, *, is_stacked: bool) -> Calibration:
        """Learn from the scores of texts that the scorers had not seen.

        Args:
            held_out: One matrix a scorer: one row a text, one column a category.
            labels: Column of the right category, per text.
            is_stacked: Whether a regression reads them together.
        """
        if not is_stacked:
            return cls([temperature(scores, labels) for scores in held_out])
        stack = make_pipeline(StandardScaler(), LogisticRegression(C=0.03, max_iter=200))
        return cls(stack=stack.fit(np.hstack(held_out), labels))

    def probabilities(self, scores: Sequence[Floats]) -> Floats:
        """Return calibrated probabilities: one row a text, one column a category."""
        probabilities: Floats
        if self.stack is not None:
            probabilities = self.stack.predict_proba(np.hstack(scores))
        else:
            views = zip(self.views, scores, strict=True)
            probabilities = np.mean([view.predict_proba(matrix) for view, matrix in views], axis=0)
        return probabilities


def fit_threshold(confidences: Floats, is_right: npt.NDArray[np.bool_], wanted: float) -> float:
    """Return the confidence from which on answers are right in at least a share `wanted` of the cases.

    The longest list of most confident answers that keeps the share decides; when even the best do not reach it,
    only certainty is let through.
    """
    order = np.argsort(-confidences, kind="stable")
    shares = np.cumsum(is_right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(shares >= wanted)
    return float(confidences[order][good[-1]]) if len(good) else 1.0
