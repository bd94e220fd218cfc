"""Measures confidences: calibration, risk against coverage, and "nothing fits". Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kb.measures import calibration_error, risk_coverage
from kb.search.ranking.features import Floats

Flags = npt.NDArray[np.bool_]

KEPT_SHARE = 0.9
"""Share of the right answers that a cut-off has to let through."""


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """One question as its best hit stands.

    Attributes:
        confidence: Of the best hit, 0 without any.
        is_right: Whether that hit answers the question.
        confidence_without: Of the best hit once everything that answers has been taken out of the candidates.
    """

    confidence: float
    is_right: bool
    confidence_without: float


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """The most confident share of the questions.

    Attributes:
        coverage: The share, 0..1.
        threshold: Lowest confidence among them.
        risk: Share of them whose best hit is wrong.
    """

    coverage: float
    threshold: float
    risk: float


@dataclass(frozen=True, slots=True)
class Cut:
    """What a cut-off does; all shares 0..1.

    Attributes:
        threshold: A best hit below it counts as "nothing fits".
        answered: Share of all questions that get an answer.
        right_kept: Share of the questions with a right best hit that still get it.
        refused_without_entry: Share of "nothing fits" when the right entries are not in the knowledge base.
    """

    threshold: float
    answered: float
    right_kept: float
    refused_without_entry: float


@dataclass(frozen=True, slots=True)
class TrustReport:
    """How far the confidence of the best hit can be trusted.

    Attributes:
        calibration_error: Expected calibration error over 15 equal bins.
        at_threshold: The cut-off the product uses.
        at_kept: The highest cut-off that keeps `KEPT_SHARE` of the right answers; found on these very questions.
        risk_coverage: From the most confident tenth to all.
    """

    calibration_error: float
    at_threshold: Cut
    at_kept: Cut
    risk_coverage: Sequence[RiskPoint]


def trust_report(answered: Sequence[AnsweredQuestion], threshold: float) -> TrustReport | None:
    """Return the report; None without questions."""
    if not answered:
        return None
    confidences = np.array([one.confidence for one in answered])
    is_right = np.array([one.is_right for one in answered], bool)
    without = np.array([one.confidence_without for one in answered])
    kept = float(np.quantile(confidences[is_right], 1 - KEPT_SHARE, method="lower")) if is_right.any() else 1.0
    return TrustReport(
        calibration_error(confidences, is_right),
        _cut(threshold, confidences, is_right, without),
        _cut(kept, confidences, is_right, without),
        tuple(
            RiskPoint(point.coverage, point.confidence, 1 - point.accuracy)
            for point in risk_coverage(confidences, is_right)
        ),
    )


def _cut(threshold: float, confidences: Floats, is_right: Flags, without: Floats) -> Cut:
    passes = confidences >= threshold
    kept = float(passes[is_right].mean()) if is_right.any() else 0.0
    return Cut(threshold, float(passes.mean()), kept, float((without < threshold).mean()))
