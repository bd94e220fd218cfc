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


LEARNED, ASKED = slice(0, 4000), slice(4000, 8000)


@pytest.mark.parametrize("is_stacked", [False, True])
def test_two_scorers_are_better_than_either(is_stacked: bool) -> None:
    labels = np.random.default_rng(0).integers(4, size=8000)
    # Of different sizes: what a score means is learned for each scorer by itself.
    one, other = 50 * noisy_scores(labels, 1.5, 1), noisy_scores(labels, 1.5, 2)

    calibration = Calibration.fit([one[LEARNED], other[LEARNED]], labels[LEARNED], is_stacked=is_stacked)
    answers = calibration.probabilities([one[ASKED], other[ASKED]]).argmax(axis=1)

    alone = (one[ASKED].argmax(axis=1) == labels[ASKED]).mean()
    assert (answers == labels[ASKED]).mean() > alone + 0.05


@pytest.mark.parametrize("is_stacked", [False, True])
def test_probabilities_are_those_of_texts_that_were_held_out(is_stacked: bool) -> None:
    labels = np.random.default_rng(0).integers(4, size=8000)
    scores = 50 * noisy_scores(labels, 1.5, 1)

    calibration = Calibration.fit([scores[LEARNED]] * 2, labels[LEARNED], is_stacked=is_stacked)

    assert error(calibration.probabilities([scores[ASKED]] * 2), labels[ASKED]) < 0.06
    assert error(softmax(scores[ASKED], axis=1), labels[ASKED]) > 0.1


def error(probabilities: np.ndarray, labels: np.ndarray) -> float:
    return calibration_error(probabilities.max(axis=1), probabilities.argmax(axis=1) == labels)


def test_threshold_lets_the_longest_good_list_through() -> None:
    confidences = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    is_right = np.array([True, False, True, True, False])

    assert fit_threshold(confidences, is_right, 0.75) == 0.6
    assert fit_threshold(confidences, is_right, 0.95) == 0.9


def test_nothing_passes_when_even_the_best_are_wrong() -> None:
    assert fit_threshold(np.array([0.9, 0.8]), np.array([False, True]), 0.8) == 1.0
