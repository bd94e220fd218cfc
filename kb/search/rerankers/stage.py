"""The re-ranking step of a search: as many of the best candidates as the time allows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np
import structlog
from haystack import component

from kb.metrics import SEARCH_STAGE_FAILURES
from kb.search.components import Asked, RankedDocuments
from kb.search.documents import SearchDocument
from kb.search.rerankers.base import Logits, Reranker
from kb.search.rerankers.fusion import joined, probability_of
from kit.clock import Clock

log = structlog.get_logger(__name__)

_PASSAGE_CHARACTERS = 400
"""Longer text is cut by the tokenizer anyway."""


@dataclass(frozen=True, slots=True)
class RerankingLimits:
    """How much is judged; see `KBSettings`."""

    top: int
    budget_seconds: float
    weight: float


@component
class RerankingStage:
    """Lets a cross-encoder judge the best candidates; without one, or when it fails, the order stays."""

    def __init__(
        self, reranker: Callable[[], Reranker | None], limits: RerankingLimits, clock: Clock, executor: Executor
    ) -> None:
        self._reranker = reranker
        self._limits = limits
        self._clock = clock
        self._executor = executor

    @component.output_types(ranked=RankedDocuments)
    def run(self, asked: Asked, ranked: RankedDocuments) -> dict[str, RankedDocuments]:
        """Return the candidates in their new order."""
        reranker = self._reranker()
        if reranker is None or not ranked.order or not asked.question.embedding_text:
            return {"ranked": ranked}
        try:
            logits = self._judged(reranker, asked.question.embedding_text, ranked)
        except Exception:  # rejected: whatever the model raises costs the re-ranking, never the search
            SEARCH_STAGE_FAILURES.labels("reranker").inc()
            log.exception("reranking_failed")
            return {"ranked": ranked}
        places = ranked.order[: len(logits)]
        made, order = joined(ranked.ranked, ranked.order, logits, self._limits.weight)
        judgements = {place: probability_of(logit) for place, logit in zip(places, logits.tolist(), strict=True)}
        return {"ranked": replace(ranked, ranked=made, order=order, judgements=judgements)}

    @component.output_types(ranked=RankedDocuments)
    async def run_async(self, asked: Asked, ranked: RankedDocuments) -> dict[str, RankedDocuments]:
        """Return the candidates in their new order."""
        if self._reranker() is None:
            return {"ranked": ranked}
        return await asyncio.get_running_loop().run_in_executor(self._executor, self.run, asked, ranked)

    def _judged(self, reranker: Reranker, question: str, ranked: RankedDocuments) -> Logits:
        """Judge batch by batch until `top` or the budget is reached; one batch may run over it."""
        deadline = self._clock.monotonic() + self._limits.budget_seconds
        passages = [passage_of(ranked.documents[place].document) for place in ranked.order[: self._limits.top]]
        found: list[Logits] = []
        for start in range(0, len(passages), reranker.batch_size):
            if found and self._clock.monotonic() >= deadline:
                break
            found.append(reranker.judge(question, passages[start : start + reranker.batch_size]))
        return np.concatenate(found)


def passage_of(document: SearchDocument) -> str:
    """Return what a document says, the title first."""
    return "\n".join(part for part in (document.title, document.answer, document.script) if part)[:_PASSAGE_CHARACTERS]
