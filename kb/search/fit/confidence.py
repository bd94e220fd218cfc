"""Learns what a score is worth as a probability, on scores of questions the weights had not seen; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import minimize

from kb.search.features import Floats
from kb.search.fit.linear import fit_weights
from kb.search.fit.samples import Sample
from kb.search.ranking import CONFIDENCE_FEATURES, confidence_features, linear_scores

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


def fit_confidence(samples: Sequence[Sample], scores: Sequence[Floats], usable: Sequence[str]) -> dict[str, float]:
    """Return the weights of the logistic model of "the best candidate answers"."""
    columns = [CONFIDENCE_FEATURES.index(name) for name in usable]
    rows, is_right = [], []
    for sample, scored in zip(samples, scores, strict=True):
        if not len(scored):
            continue
        best = int(scored.argmax())
        seen = confidence_features(sample.measured.features, scored, sample.measured.question_characters)
        rows.append(seen[best, columns])
        is_right.append(sample.question.relevant.__contains__(sample.measured.document_ids[best]))
    weights = _logistic(np.array(rows).reshape(-1, len(columns)), np.array(is_right, float))
    return {name: round(float(weight), 3) for name, weight in zip(usable, weights, strict=True) if abs(weight) > 5e-4}


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
