"""From scores to probabilities that mean what they say; learned on texts the scorers had not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

Scores = npt.NDArray[np.float32]
"""One row a text, one column a category."""

_BINS = 15
"""Usual number of bins of the expected calibration error (Guo et al. 2017)."""


def softmax(scores: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Return probabilities row by row."""
    shifted = np.exp(scores.astype(np.float64) - scores.max(axis=1, keepdims=True))
    probabilities: npt.NDArray[np.float64] = shifted / shifted.sum(axis=1, keepdims=True)
    return probabilities


def surprise(probabilities: npt.NDArray[np.float64], labels: npt.NDArray[np.intp]) -> float:
    """Return how little the right categories were expected: the mean of their negative log probabilities."""
    return float(-np.log(np.maximum(probabilities[np.arange(len(labels)), labels], 1e-12)).mean())


def fit_pool(scores: Sequence[Scores], labels: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """Return one weight per scorer that makes the softmax of the weighted sum fit the labels best.

    Weights are not negative. With one scorer this is temperature scaling; with several it also decides how much
    each of them is worth.

    Args:
        scores: One matrix a scorer, for the same texts, from models that had not seen them.
        labels: Column of the right category, per text.
    """
    stacked = np.stack([matrix.astype(np.float64) for matrix in scores])
    rows = np.arange(len(labels))

    def loss(weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        probabilities = softmax(np.tensordot(weights, stacked, axes=1))
        likelihood = surprise(probabilities, labels)
        probabilities[rows, labels] -= 1
        return likelihood, (stacked * probabilities).sum(axis=(1, 2)) / len(labels)

    start = np.full(len(scores), 2.0 / len(scores))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0.0, 100.0)] * len(scores))
    weights: npt.NDArray[np.float64] = found.x
    return weights


@dataclass(frozen=True, slots=True)
class Sharpness:
    """By what scores are multiplied before the softmax: exp(base + slope * familiarity).

    A plain temperature (slope 0) is right for texts like the held-out ones. Callers who say what nobody has said
    before are right less often at the same score; how near the nearest known text is tells them apart.
    """

    base: float
    slope: float

    def apply(self, scores: npt.NDArray[np.float64], familiar: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        """Return scores whose softmax is calibrated, one row a text."""
        sharpened: npt.NDArray[np.float64] = scores * np.exp(self.base + self.slope * familiar)[:, None]
        return sharpened


def fit_sharpness(
    scores: npt.NDArray[np.float64], familiar: npt.NDArray[np.floating], labels: npt.NDArray[np.intp]
) -> Sharpness:
    """Return the sharpness that fits the labels best; without different familiarities its slope is 0.

    Args:
        scores: One row a text, from models that had not seen it.
        familiar: How near the nearest text was that they had seen, a cosine.
        labels: Column of the right category, per text.
    """
    rows = np.arange(len(labels))
    centre = float(familiar.mean())
    offsets = familiar.astype(np.float64) - centre

    def loss(free: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        sharp = np.exp(free[0] + free[1] * offsets)
        probabilities = softmax(scores * sharp[:, None])
        likelihood = surprise(probabilities, labels)
        probabilities[rows, labels] -= 1
        slopes = (scores * probabilities).sum(axis=1) * sharp
        return likelihood, np.array([slopes.mean(), (slopes * offsets).mean()])

    most = 5.0 if np.ptp(familiar) > 0 else 0.0
    found = minimize(loss, np.zeros(2), jac=True, method="L-BFGS-B", bounds=[(-5.0, 7.0), (-most, most)]).x
    return Sharpness(float(found[0] - found[1] * centre), float(found[1]))


def fit_threshold(confidences: npt.NDArray[np.float64], is_right: npt.NDArray[np.bool_], wanted: float) -> float:
    """Return the confidence from which on answers are right in at least a share `wanted` of the cases.

    The longest list of most confident answers that keeps the share decides; when even the best do not reach it,
    only certainty is let through.
    """
    order = np.argsort(-confidences, kind="stable")
    shares = np.cumsum(is_right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(shares >= wanted)
    return float(confidences[order][good[-1]]) if len(good) else 1.0


def expected_calibration_error(confidences: npt.NDArray[np.float64], is_right: npt.NDArray[np.bool_]) -> float:
    """Return the mean gap between confidence and share of right answers, over equal-width bins."""
    bins = np.minimum((confidences * _BINS).astype(int), _BINS - 1)
    members = [bins == number for number in range(_BINS)]
    gaps = [abs(is_right[m].mean() - confidences[m].mean()) * m.mean() for m in members if m.any()]
    return float(sum(gaps))
