"""Decides whether a fitted model beats the live one on held-out questions. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kb.measures import calibration_error
from kb.search.ranking.features import Floats
from kb.search.ranking.fit.samples import Sample
from kb.search.ranking.model import RankingModel

DEPTH = 10
CERTAIN_ERRORS = 1.28
"""A gain must be so many of its standard errors: of ten gains that are mere luck, nine stay out."""
ALLOWED_CALIBRATION_ERROR = 0.05
"""A calibration error up to here, or no larger than the live model's, does not stand in the way."""


@dataclass(frozen=True, slots=True)
class Quality:
    """One model on the held-out questions."""

    mrr_at_10: float
    hit_at_1: float
    calibration_error: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models on the same held-out questions.

    Attributes:
        questions: How many were held out.
        live: The model that answers now.
        fitted: The one that wants to.
        gain: Mean difference of the reciprocal ranks.
        gain_error: Its standard error.
        has_won: Whether the fitted one goes live.
        reason: One clause that says why or why not.
    """

    questions: int
    live: Quality
    fitted: Quality
    gain: float
    gain_error: float
    has_won: bool
    reason: str


def compare(live: RankingModel, fitted: RankingModel, held_out: Sequence[Sample]) -> Comparison:
    """Compare two models on samples that neither the fit nor its calibration has seen."""
    before, after = _ranked(live, held_out), _ranked(fitted, held_out)
    differences = after.reciprocal_ranks - before.reciprocal_ranks
    gain = float(differences.mean()) if len(differences) else 0.0
    error = float(differences.std(ddof=1) / np.sqrt(len(differences))) if len(differences) > 1 else 0.0
    qualities = before.quality(), after.quality()
    has_won, reason = decide(gain, error, *qualities)
    return Comparison(len(held_out), *qualities, gain, error, has_won, reason)


def decide(gain: float, gain_error: float, live: Quality, fitted: Quality) -> tuple[bool, str]:
    """Return whether the fitted model wins, and why."""
    if gain <= 0:
        return False, "it finds no more than the live model"
    if gain < CERTAIN_ERRORS * gain_error:
        return False, "its gain may be luck"
    if fitted.calibration_error > max(live.calibration_error, ALLOWED_CALIBRATION_ERROR):
        return False, "it finds more, but its confidence is less true"
    return True, "it finds more, and its confidence can be trusted"


@dataclass(frozen=True, slots=True)
class _Ranked:
    reciprocal_ranks: Floats
    is_right: Floats
    confidences: Floats

    def quality(self) -> Quality:
        if not len(self.is_right):
            return Quality(0.0, 0.0, 0.0)
        error = calibration_error(self.confidences, self.is_right > 0)
        return Quality(float(self.reciprocal_ranks.mean()), float(self.is_right.mean()), error)


def _ranked(model: RankingModel, samples: Sequence[Sample]) -> _Ranked:
    rows = [_rank_one(model, sample) for sample in samples]
    return _Ranked(*np.array(rows, float).reshape(-1, 3).T)


def _rank_one(model: RankingModel, sample: Sample) -> tuple[float, float, float]:
    measured = sample.measured
    if not measured.document_ids:
        return 0.0, 0.0, 0.0
    ranked = model.rank_filled(measured.features, measured.question_characters, has_vectors=measured.has_vectors)
    order = np.argsort(-ranked.scores, kind="stable")
    places = np.flatnonzero(sample.is_relevant[order[:DEPTH]])
    first = 1 / (1 + int(places[0])) if len(places) else 0.0
    return first, float(first == 1), float(ranked.confidences[order[0]])
