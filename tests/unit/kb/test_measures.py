from __future__ import annotations

import numpy as np
import pytest

from kb.measures import calibration_error, risk_coverage

pytestmark = pytest.mark.unit


def test_calibration_error_is_the_gap_between_confidence_and_truth() -> None:
    assert calibration_error(np.full(10, 0.9), np.array([True] * 9 + [False])) == pytest.approx(0.0)
    assert calibration_error(np.full(10, 0.9), np.zeros(10, bool)) == pytest.approx(0.9)


def test_curve_begins_with_the_most_confident_answers() -> None:
    curve = risk_coverage(np.linspace(1.0, 0.1, 10), np.array([True] * 8 + [False] * 2))

    assert [point.coverage for point in curve][-1] == 1.0
    assert [point.accuracy for point in curve][-3:] == [1.0, pytest.approx(8 / 9), 0.8]
    assert curve[0].confidence == pytest.approx(1.0)
