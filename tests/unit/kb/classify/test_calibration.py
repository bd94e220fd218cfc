from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax

from kb.classify.calibration import Calibration, fit_threshold
from kb.measures import calibration_error

pytestmark = pytest.mark.unit


def noisy_scores(labels: np.ndarray, strength: float, seed: int) -> np.ndarray:
    scores = np.random.default_rng(seed).normal(size=(len(labels), 4))
    scores[np.arange(len(labels)), labels] += strength
    return scores.astype(np.float32)


def test_mean_of_two_scorers_is_calibrated_and_better_than_either() -> None:
    labels = np.random.default_rng(0).integers(4, size=8000)
    # Of different sizes: what a score means is learned for each scorer by itself.
    one, other = 50 * noisy_scores(labels, 1.5, 1), noisy_scores(labels, 1.5, 2)
    learned, asked = slice(0, 4000), slice(4000, 8000)

    calibration = Calibration.fit([one[learned], other[learned]], labels[learned])
    probabilities = calibration.probabilities([one[asked], other[asked]])

    is_right = probabilities.argmax(axis=1) == labels[asked]
    assert is_right.mean() > (one[asked].argmax(axis=1) == labels[asked]).mean() + 0.05
    assert calibration_error(probabilities.max(axis=1), is_right) < 0.03
    raw = softmax(one[asked], axis=1)
    assert calibration_error(raw.max(axis=1), raw.argmax(axis=1) == labels[asked]) > 0.1


def test_threshold_lets_the_longest_good_list_through() -> None:
    confidences = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    is_right = np.array([True, False, True, True, False])

    assert fit_threshold(confidences, is_right, 0.75) == 0.6
    assert fit_threshold(confidences, is_right, 0.95) == 0.9


def test_nothing_passes_when_even_the_best_are_wrong() -> None:
    assert fit_threshold(np.array([0.9, 0.8]), np.array([False, True]), 0.8) == 1.0
