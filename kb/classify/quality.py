"""How good answers with probabilities are, from what was asked, answered and right. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import f1_score

from kb.measures import CurvePoint, calibration_error, risk_coverage

CONFUSIONS = 10


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
        macro_f1=float(f1_score(right, answered, average="macro", zero_division=0)),
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
