"""Says how far probabilities can be trusted: calibration error, and accuracy against coverage. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BINS = 15
"""Usual number of bins of the expected calibration error (Guo et al. 2017)."""
COVERAGES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Where the risk-coverage curve is read: shares of the answers, the most confident first."""

Confidences = npt.NDArray[np.floating]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What answering only the most confident share of the questions gives.

    Attributes:
        coverage: The share that is answered, 0..1.
        accuracy: Share of right answers among them; the risk is what is missing to 1.
        confidence: Lowest confidence that is still answered.
    """

    coverage: float
    accuracy: float
    confidence: float


def calibration_error(confidences: Confidences, is_right: Flags) -> float:
    """Return the expected calibration error: the mean gap between confidence and accuracy over equal-width bins."""
    bins = np.minimum((confidences * BINS).astype(int), BINS - 1)
    members = [bins == number for number in range(BINS)]
    return float(sum(abs(is_right[m].mean() - confidences[m].mean()) * m.mean() for m in members if m.any()))


def risk_coverage(confidences: Confidences, is_right: Flags) -> tuple[CurvePoint, ...]:
    """Return the accuracy of the most confident answers for every share of `COVERAGES`; needs one answer at least."""
    order = np.argsort(-confidences, kind="stable")
    accuracies = np.cumsum(is_right[order]) / np.arange(1, len(order) + 1)
    places = [max(1, round(coverage * len(order))) - 1 for coverage in COVERAGES]
    return tuple(
        CurvePoint(coverage, float(accuracies[place]), float(confidences[order[place]]))
        for coverage, place in zip(COVERAGES, places, strict=True)
    )
