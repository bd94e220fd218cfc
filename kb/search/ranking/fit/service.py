"""One fit: measure, learn, compare on held-out questions, store, and go live when it wins."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from kb.search.ranking.fit.confidence import fit_confidence, unseen_scores
from kb.search.ranking.fit.decision import Comparison, compare
from kb.search.ranking.fit.judgements import JudgedQuestion, merged
from kb.search.ranking.fit.linear import fit_weights
from kb.search.ranking.fit.samples import Sample, Say, measure_questions, split
from kb.search.ranking.model import RANKING_FEATURES, RankingModel, is_of_vectors
from kb.search.ranking.versions import RankingVersions
from kb.search.service import SearchService
from kit.clock import Clock
from kit.errors import InvalidInputError

FEWEST_QUESTIONS = 60
"""Below, a third held out says nothing about whether the fit has won."""


@dataclass(frozen=True, slots=True)
class FitReport:
    """What a fit came to.

    Attributes:
        version: Number under which the fitted model is stored.
        live_version: The version that answers from now on.
        has_gone_live: Whether that is the fitted one.
        questions: Judged questions, each text once.
        learned_from: How many of them the weights were fitted to.
        comparison: With what searches use here: vectors when they are there, else words and sounds alone.
    """

    version: int
    live_version: int
    has_gone_live: bool
    questions: int
    learned_from: int
    comparison: Comparison


class RankingFit:
    """Fits the ranking of one installation. Holds no state between fits."""

    def __init__(self, service: SearchService, versions: RankingVersions, clock: Clock) -> None:
        self._service = service
        self._versions = versions
        self._clock = clock

    async def run(self, judged: Sequence[JudgedQuestion], say: Say = lambda _line: None) -> FitReport:
        """Fit to judged questions, compare with the live model, and make the fitted one live if it won.

        Raises:
            InvalidInputError: There are too few questions with a known answer.
            RankingModelDamagedError: The live model cannot be read, so there is nothing to win against.
        """
        questions = [question for question in merged(judged) if question.relevant]
        if len(questions) < FEWEST_QUESTIONS:
            raise InvalidInputError(
                f"{len(questions)} questions with a known answer are too few; a fit needs {FEWEST_QUESTIONS}. Add gold"
                " questions, or wait for more verdicts on cards.",
                field="gold",
                code="ranking_too_few_questions",
                questions=len(questions),
                needed=FEWEST_QUESTIONS,
            )
        live = await asyncio.to_thread(self._versions.load_live)
        samples = await measure_questions(self._service, questions, say)
        say(f"learning from {len(questions)} questions")
        return await asyncio.to_thread(self._fit_and_decide, samples, live.number, live.model)

    def _fit_and_decide(self, samples: Sequence[Sample], live_number: int, live: RankingModel) -> FitReport:
        learned, held_out = split(samples)
        made_at = self._clock.now()
        model = replace(fit_model(learned, live), name=f"fit-{made_at:%Y%m%d-%H%M}-{len(learned)}")
        comparison = compare(live, model, held_out)
        number = self._versions.add(
            model,
            made_at=made_at,
            verdict=comparison.reason,
            scores={**asdict(comparison), "learned_from": len(learned), "compared_with": live_number},
        )
        if comparison.has_won:
            self._versions.make_live(number)
        return FitReport(
            version=number,
            live_version=number if comparison.has_won else live_number,
            has_gone_live=comparison.has_won,
            questions=len(samples),
            learned_from=len(learned),
            comparison=comparison,
        )


def fit_model(samples: Sequence[Sample], live: RankingModel) -> RankingModel:
    """Return the live model with the part refitted that these samples speak of: with vectors, or without."""
    has_vectors = any(sample.measured.has_vectors for sample in samples)
    usable = [name for name in RANKING_FEATURES if has_vectors or not is_of_vectors(name)]
    start = live.weights if has_vectors else live.lexical_weights
    weights = fit_weights(samples, start, usable)
    confidence = fit_confidence(samples, unseen_scores(samples, start, usable))
    if has_vectors:
        return replace(live, weights=weights, confidence=confidence)
    return replace(live, lexical_weights=weights, lexical_confidence=confidence)
