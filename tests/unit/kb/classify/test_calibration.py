from __future__ import annotations

import numpy as np
import pytest

from kb.classify.calibration import expected_calibration_error, fit_pool, fit_threshold, softmax

pytestmark = pytest.mark.unit


def noisy_scores(labels: np.ndarray, strength: float, seed: int) -> np.ndarray:
    scores = np.random.default_rng(seed).normal(size=(len(labels), 4))
    scores[np.arange(len(labels)), labels] += strength
    return scores.astype(np.float32)


def test_pool_trusts_the_scorer_that_knows_and_calibrates_it() -> None:
    labels = np.random.default_rng(0).integers(4, size=4000)
    good, blind = noisy_scores(labels, 1.5, 1), noisy_scores(labels, 0.0, 2)

    weights = fit_pool([50 * good, blind], labels)
    probabilities = softmax(weights[0] * 50 * good + weights[1] * blind)

    assert 50 * weights[0] > 5 * weights[1]
    is_right = probabilities.argmax(axis=1) == labels
    assert expected_calibration_error(probabilities.max(axis=1), is_right) < 0.03
    raw = softmax(50 * good)
    assert expected_calibration_error(raw.max(axis=1), raw.argmax(axis=1) == labels) > 0.1


def test_threshold_lets_the_longest_good_list_through() -> None:
    confidences = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    is_right = np.array([True, False, True, True, False])

    assert fit_threshold(confidences, is_right, 0.75) == 0.6
    assert fit_threshold(confidences, is_right, 0.95) == 0.9


def test_nothing_passes_when_even_the_best_are_wrong() -> None:
    assert fit_threshold(np.array([0.9, 0.8]), np.array([False, True]), 0.8) == 1.0


def test_calibration_error_is_the_gap_between_confidence_and_truth() -> None:
    assert expected_calibration_error(np.full(10, 0.9), np.array([True] * 9 + [False])) == pytest.approx(0.0)
    assert expected_calibration_error(np.full(10, 0.9), np.zeros(10, bool)) == pytest.approx(0.9)
