"""Measures answers with probabilities: accuracy, calibration error, accuracy against coverage, confusions. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BINS = 15
"""Usual number of bins of the expected calibration error (Guo et al. 2017)."""
COVERAGES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Where the risk-coverage curve is read: shares of the answers, the most confident first."""

CONFUSIONS = 10

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


@dataclass(frozen=True, slots=True)
class Confusion:
    """Two categories that are taken for one another."""

    right: str
    answered: str
    count: int


@dataclass(frozen=True, slots=True)
class Quality:
    """Quality on texts that were not learned from.

    Attributes:
        count: Texts asked.
        accuracy: Share of texts whose first category is right.
        macro_f1: Mean F1 over categories.
        calibration_error: Expected calibration error over 15 bins.
        coverage: Share of texts on which it did not abstain.
        covered_accuracy: Accuracy on those; None when it always abstained.
        curve: Accuracy at fixed coverages.
        confusions: The most frequent mistakes, most frequent first.
    """

    count: int
    accuracy: float
    macro_f1: float
    calibration_error: float
    coverage: float
    covered_accuracy: float | None
    curve: tuple[CurvePoint, ...]
    confusions: tuple[Confusion, ...]


def measure(
    right: npt.NDArray[np.str_],
    answered: npt.NDArray[np.str_],
    confidences: npt.NDArray[np.float64],
    threshold: float,
) -> Quality:
    """Compare answers with what is right.

    Args:
        right: The right category of every text, at least one.
        answered: The first category given.
        confidences: Its probability.
        threshold: Below this it abstains.
    """
    is_right = right == answered
    is_covered = confidences >= threshold
    return Quality(
        count=len(right),
        accuracy=float(is_right.mean()),
        macro_f1=_macro_f1(right, answered),
        calibration_error=calibration_error(confidences, is_right),
        coverage=float(is_covered.mean()),
        covered_accuracy=float(is_right[is_covered].mean()) if is_covered.any() else None,
        curve=risk_coverage(confidences, is_right),
        confusions=_confusions(right[~is_right], answered[~is_right]),
    )


def _confusions(right: npt.NDArray[np.str_], answered: npt.NDArray[np.str_]) -> tuple[Confusion, ...]:
    pairs, counts = np.unique(np.stack([right, answered], axis=1), axis=0, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:CONFUSIONS]
    return tuple(Confusion(str(pairs[row][0]), str(pairs[row][1]), int(counts[row])) for row in order)


def _macro_f1(right: npt.NDArray[np.str_], answered: npt.NDArray[np.str_]) -> float:
    # By hand: scikit-learn's takes half a second to import, which a search on the command line would wait for.
    shares = [
        2 * ((right == each) & (answered == each)).sum() / ((right == each).sum() + (answered == each).sum())
        for each in np.union1d(right, answered)
    ]
    return float(np.mean(shares))
