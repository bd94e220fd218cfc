"""Calibrates scores to probabilities, on questions that the weights were not fitted to. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import minimize

from kb.search.ranking.features import Floats
from kb.search.ranking.fit.linear import fit_weights
from kb.search.ranking.fit.samples import Sample
from kb.search.ranking.model import CONFIDENCE_FEATURES, confidence_features, linear_scores

FITTED = ("bias", "score", "ahead")
"""Enough: six more gained nothing in calibration and .01 to .05 in "nothing fits", by signs that mean nothing."""
_COLUMNS = [CONFIDENCE_FEATURES.index(name) for name in FITTED]
_FOLDS = 5
_RIDGE_QUESTIONS = 5.0
"""Weights are drawn to zero as if by so many questions; the bias is not."""


def unseen_scores(samples: Sequence[Sample], start: Mapping[str, float], usable: Sequence[str]) -> list[Floats]:
    """Return the scores of every sample by weights that were fitted without it."""
    folds = np.array([sample.bucket // 3 % _FOLDS for sample in samples])
    scores: list[Floats] = [np.zeros(0)] * len(samples)
    for fold in range(_FOLDS):
        weights = fit_weights([s for s, f in zip(samples, folds, strict=True) if f != fold], start, usable)
        for place in np.flatnonzero(folds == fold).tolist():
            scores[place] = linear_scores(samples[place].measured.features, weights)
    return scores


def fit_confidence(samples: Sequence[Sample], scores: Sequence[Floats]) -> dict[str, float]:
    """Return the weights of the logistic model of "the best candidate answers".

    Every question also teaches what it looks like when its answers are missing; as that is rarer in life than here,
    the probabilities are then brought in line with the questions as they are.
    """
    answered, missing, is_right = [], [], []
    for sample, scored in zip(samples, scores, strict=True):
        if not len(scored):
            continue
        answered.append(_best(sample, scored))
        is_right.append(sample.is_relevant[int(scored.argmax())])
        if not sample.is_relevant.all():
            missing.append(_best(sample, np.where(sample.is_relevant, -np.inf, scored)))
    if not answered:
        return {}
    rows, right = np.array(answered), np.array(is_right, float)
    weights = _logistic(np.array([*answered, *missing]), np.concatenate([right, np.zeros(len(missing))]))
    bias, slope = _logistic(np.column_stack([np.ones(len(rows)), rows @ weights]), right)
    weights = weights * slope
    weights[FITTED.index("bias")] += bias
    return {name: round(float(weight), 3) for name, weight in zip(FITTED, weights, strict=True)}


def _best(sample: Sample, scored: Floats) -> Floats:
    """Return the confidence features of the best candidate; those that score minus infinity are not there."""
    is_there = np.isfinite(scored)
    features = sample.measured.features[is_there]
    seen = confidence_features(features, scored[is_there], sample.measured.question_characters)
    best: Floats = seen[int(scored[is_there].argmax()), _COLUMNS]
    return best


def _logistic(features: Floats, is_right: Floats) -> Floats:
    spread = features.std(axis=0)
    is_free = spread < 1e-9  # the bias
    scaled = features / np.where(is_free, 1.0, spread)
    ridge = np.where(is_free, 0.0, _RIDGE_QUESTIONS / max(1, len(is_right)))

    def loss(weights: Floats) -> tuple[float, Floats]:
        logits = scaled @ weights
        value = float(np.mean(np.logaddexp(0.0, logits) - is_right * logits) + ridge @ weights**2)
        errors = 1 / (1 + np.exp(-np.clip(logits, -30, 30))) - is_right
        return value, scaled.T @ errors / max(1, len(is_right)) + 2 * ridge * weights

    found = minimize(loss, np.zeros(features.shape[1]), jac=True, method="L-BFGS-B")
    weights: Floats = found.x / np.where(is_free, 1.0, spread)
    return weights
