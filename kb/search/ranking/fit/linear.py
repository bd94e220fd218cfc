"""Learns weights of the linear ranking from judged questions; pure.

The loss is that of ListNet's top-one probability (Cao et al. 2007): the softmax over a question's candidates should
give its mass to those that answer. Weights are never negative and are drawn towards the live ones, so that a handful
of questions moves them a little and thousands move them as far as they want.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from kb.search.ranking.features import Floats
from kb.search.ranking.fit.samples import Sample
from kb.search.ranking.model import RANKING_FEATURES, ranking_features

PRIOR_QUESTIONS = 30.0
"""The live weights count as much as so many questions."""
_MOST = 60.0
_SMALLEST_SHOWN = 0.01


@dataclass(frozen=True, slots=True)
class _Stack:
    """All candidates of all questions under one another; `starts` are the first rows of the questions."""

    features: Floats
    is_relevant: Floats
    counts: Floats
    starts: npt.NDArray[np.intp]

    @property
    def questions(self) -> int:
        return len(self.starts)


def fit_weights(samples: Sequence[Sample], start: Mapping[str, float], usable: Sequence[str]) -> dict[str, float]:
    """Return weights by name.

    Args:
        samples: Those without a relevant candidate teach nothing and are left out.
        start: The weights to stay near to.
        usable: Features that may weigh; with vectors all, without them those of the text.
    """
    columns = [RANKING_FEATURES.index(name) for name in usable]
    stack = _stack(samples, columns)
    prior = np.array([start.get(name, 0.0) for name in usable])
    if stack is None:
        return dict(start)
    scale = _best_scale(stack, prior)
    spread = np.maximum(stack.features.std(axis=0), 1e-3)
    pull = PRIOR_QUESTIONS / stack.questions

    def loss(weights: Floats) -> tuple[float, Floats]:
        value, gradient = _listwise(stack, weights)
        away = (weights - scale * prior) * spread
        return value + pull * float(away @ away), gradient + 2 * pull * away * spread

    found = minimize(
        loss, scale * prior, jac=True, method="L-BFGS-B", bounds=[(0.0, _MOST)] * len(usable), options={"maxiter": 300}
    )
    return {
        name: round(float(weight), 3) for name, weight in zip(usable, found.x, strict=True) if weight >= _SMALLEST_SHOWN
    }


def _stack(samples: Sequence[Sample], columns: Sequence[int]) -> _Stack | None:
    taught = [sample for sample in samples if sample.is_relevant.any() and not sample.is_relevant.all()]
    if not taught:
        return None
    sizes = [len(sample.measured.document_ids) for sample in taught]
    return _Stack(
        np.concatenate([ranking_features(sample.measured.features)[:, columns] for sample in taught]),
        np.concatenate([sample.is_relevant.astype(float) for sample in taught]),
        np.concatenate([sample.counts for sample in taught]),
        np.concatenate([[0], np.cumsum(sizes)[:-1]]),
    )


def _best_scale(stack: _Stack, weights: Floats) -> float:
    """Return the factor that makes weights of another scale fit best; the order they give stays the same."""
    factors = np.geomspace(0.05, 20, 25)
    return float(min(factors, key=lambda factor: _listwise(stack, factor * weights)[0]))


def _listwise(stack: _Stack, weights: Floats) -> tuple[float, Floats]:
    scores = stack.features @ weights
    sizes = np.diff(np.append(stack.starts, len(scores)))
    scores = scores - np.repeat(np.maximum.reduceat(scores, stack.starts), sizes)
    masses = np.exp(scores) * stack.counts
    right = np.exp(scores) * stack.is_relevant
    all_mass = np.add.reduceat(masses, stack.starts)
    right_mass = np.maximum(np.add.reduceat(right, stack.starts), 1e-300)
    value = float(np.mean(np.log(all_mass) - np.log(right_mass)))
    errors = masses / np.repeat(all_mass, sizes) - right / np.repeat(right_mass, sizes)
    gradient: Floats = stack.features.T @ errors / stack.questions
    return value, gradient
