"""Combines the scores of a cross-encoder with those of the ranking. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from kb.search.ranking.features import Floats
from kb.search.ranking.model import Ranked
from kb.search.rerankers.base import Logits

_LARGEST_LOGIT = 12.0


def joined(ranked: Ranked, order: Sequence[int], logits: Logits, weight: float) -> tuple[Ranked, list[int]]:
    """Mix judgements of the best candidates into their scores and confidences.

    Args:
        ranked: Scores and confidences before.
        order: Candidates best first; the first `len(logits)` of them were judged.
        logits: Judgements in that order.
        weight: Share of the cross-encoder, 0..1.

    Returns:
        The ranking with new scores and confidences, and the new order. Judged candidates stay ahead of the others:
        both kinds of score are brought to one scale among the judged, where the old order's spread is kept.
    """
    count = len(logits)
    if not count:
        return ranked, list(order)
    judged, rest = list(order[:count]), list(order[count:])
    old = ranked.scores[judged]
    mixed = (1 - weight) * _standard(old) + weight * _standard(logits)
    floor = float(ranked.scores[rest].max()) if rest else -np.inf
    scores, confidences = ranked.scores.copy(), ranked.confidences.copy()
    scores[judged] = np.maximum(floor, old.mean() + (float(old.std()) or 1.0) * mixed)
    confidences[judged] = _probability((1 - weight) * _logit(confidences[judged]) + weight * logits)
    best_first = [judged[at] for at in np.argsort(-mixed, kind="stable")]
    return replace(ranked, scores=scores, confidences=confidences), best_first + rest


def _standard(values: Floats) -> Floats:
    spread = float(values.std())
    standard: Floats = (values - values.mean()) / spread if spread > 1e-9 else np.zeros(len(values))
    return standard


def _logit(probabilities: Floats) -> Floats:
    kept = np.clip(probabilities, 1e-6, 1 - 1e-6)
    logits: Floats = np.log(kept / (1 - kept))
    return logits


def _probability(logits: Floats) -> Floats:
    probabilities: Floats = 1 / (1 + np.exp(-np.clip(logits, -_LARGEST_LOGIT, _LARGEST_LOGIT)))
    return probabilities


def probability_of(logit: float) -> float:
    """Return the probability of a log-odds, for display."""
    return float(_probability(np.array([logit]))[0])
