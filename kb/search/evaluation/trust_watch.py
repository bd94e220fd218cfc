"""Records the confidence of each best hit while an evaluation searches."""

from __future__ import annotations

from collections.abc import Collection

from kb.search.evaluation.trust import AnsweredQuestion, TrustReport, trust_report
from kb.search.hits import SearchResult
from kb.search.query import SearchQuery
from kb.search.ranking.measured import NOTHING_MEASURED, MeasuredQuestion
from kb.search.ranking.model import RankingModel
from kb.search.service import SearchService


class TrustWatch:
    """Wraps a search for one question after the other."""

    def __init__(self, service: SearchService, model: RankingModel, limit: int) -> None:
        self._service = service
        self._model = model
        self._limit = limit
        self._last: tuple[SearchResult | None, MeasuredQuestion] = (None, NOTHING_MEASURED)
        self._answered: list[AnsweredQuestion] = []

    async def search(self, text: str) -> list[str]:
        """Search and return document ids, best first."""
        self._last = await self._service.search_measured(SearchQuery(text, limit=self._limit))
        result = self._last[0]
        return [] if result is None else [hit.document_id for hit in result.hits]

    def note(self, relevant: Collection[str]) -> None:
        """Note the question searched last.

        That its entries are missing is played on the candidates: they are taken out, and the others are ranked anew.
        """
        result, measured = self._last
        best = result.hits[0] if result is not None and result.hits else None
        self._answered.append(
            AnsweredQuestion(
                confidence=best.confidence if best else 0.0,
                is_right=best is not None and best.document_id in relevant,
                confidence_without=best_confidence(self._model, measured.without(relevant)),
            )
        )

    def report(self, threshold: float) -> TrustReport | None:
        """Return what was noted."""
        return trust_report(self._answered, threshold)


def best_confidence(model: RankingModel, measured: MeasuredQuestion) -> float:
    """Return the confidence of the best candidate, 0 without any."""
    if not measured.document_ids:
        return 0.0
    ranked = model.rank_filled(measured.features, measured.question_characters, has_vectors=measured.has_vectors)
    return float(ranked.confidences[ranked.scores.argmax()])
