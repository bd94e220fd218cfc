"""Runs one question through the pipeline over one store, with the parts that are ready."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date, tzinfo

import structlog
from haystack import Pipeline
from haystack.core.errors import PipelineRuntimeError

from kb.search.embedders.base import Embedder
from kb.search.hits import Hit, SearchState
from kb.search.index import SearchServerError
from kb.search.pipelines import search_pipeline
from kb.search.query import SearchQuery
from kb.search.question.analysis.lexicon import Lexicon
from kb.search.ranking.measured import NOTHING_MEASURED, MeasuredQuestion
from kb.search.ranking.model import RankingModel
from kb.search.ranking.projections import ProjectionCache
from kb.search.rerankers.base import Reranker
from kb.search.rerankers.stage import RerankingLimits, RerankingStage
from kb.search.stores.base import SearchFilter, SearchStore
from kb.settings import KBSettings
from kit.clock import Clock
from kit.errors import DependencyError

log = structlog.get_logger(__name__)

_COMPLETE_FROM_SHARE = 0.9
"""With vectors for this share of documents a search counts as complete; the newest entries may still wait."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search found, what its ranking saw, and how much of the search took part."""

    hits: tuple[Hit, ...]
    measured: MeasuredQuestion
    state: SearchState


@dataclass(frozen=True, slots=True)
class EngineParts:
    """What a search is made of beside the store.

    Attributes:
        embedder: None to search without vectors.
        reranker: None to leave it out.
        model: The ranking; asked for at every search, so that another one may go live meanwhile.
        lexicon: The curated words; asked for at every search.
    """

    embedder: Embedder | None
    reranker: Reranker | None
    model: Callable[[], RankingModel]
    lexicon: Callable[[], Lexicon]


class SearchEngine:
    """Builds pipelines over stores and asks them; owns neither store nor threads."""

    def __init__(self, parts: EngineParts, clock: Clock, settings: KBSettings, zone: tzinfo | None = None) -> None:
        self._parts = parts
        self._clock = clock
        self._zone = zone
        self._settings = settings
        self._projections = ProjectionCache()
        self._ready_reranker: Reranker | None = None
        self.ready_embedder: Embedder | None = None

    async def warm_up(self, executor: Executor) -> None:
        """Load the models; a search works before this, without them.

        Raises:
            MisconfiguredError: The embedding model or the re-ranker is missing; the message names the variable.
        """
        loop = asyncio.get_running_loop()
        if self._parts.reranker is not None:
            await loop.run_in_executor(executor, self._parts.reranker.warm_up)
            self._ready_reranker = self._parts.reranker
        if self._parts.embedder is not None:
            try:
                await loop.run_in_executor(executor, self._parts.embedder.warm_up)
            except DependencyError as error:
                # Questions try again; until then search goes on by words and sounds.
                log.warning("embedder_away", reason=error.message)
            self.ready_embedder = self._parts.embedder

    @property
    def model_name(self) -> str:
        """Name of the ranking that is live now."""
        return self._parts.model().name

    @property
    def lexicon(self) -> Lexicon:
        """The curated words that are live now."""
        return self._parts.lexicon()

    def state_of(self, store: SearchStore) -> SearchState:
        """Return whether vectors take part in searches of a store. Blocks where the store is a server."""
        has_vectors = self.ready_embedder is not None and store.vector_share() >= _COMPLETE_FROM_SHARE
        return SearchState.COMPLETE if has_vectors else SearchState.LEXICAL_ONLY

    def has_answer(self, hits: tuple[Hit, ...]) -> bool:
        """Return whether the best hit is trusted to answer."""
        return bool(hits) and hits[0].confidence >= self._settings.answer_threshold

    def pipeline(self, store: SearchStore, executor: Executor, *, has_reasons: bool = True) -> Pipeline:
        """Return the search over a store, working on these threads; see `kb.search.pipelines`."""
        return search_pipeline(
            store,
            embedder=lambda: self.ready_embedder,
            model=self._parts.model,
            projections=self._projections,
            candidates=self._settings.candidates,
            executor=executor,
            lexicon=self._parts.lexicon,
            reranking=self._reranking(executor),
            has_reasons=has_reasons,
        )

    def _reranking(self, executor: Executor) -> RerankingStage | None:
        if self._parts.reranker is None:
            return None
        settings = self._settings
        limits = RerankingLimits(settings.reranker_top, settings.reranker_budget_seconds, settings.reranker_weight)
        return RerankingStage(lambda: self._ready_reranker, limits, self._clock, executor)

    async def ask(self, pipeline: Pipeline, query: SearchQuery, state: SearchState) -> Answer:
        """Run one question; `state` is the store's, and is lowered when the question got no vector.

        Raises:
            SearchServerError: The store is a server and did not answer.
        """
        if not query.text.strip() or query.limit <= 0:
            return Answer((), NOTHING_MEASURED, state)
        asked = {"analyser": {"query": query, "wanted": self.filter_of(query)}}
        try:
            outcome = await pipeline.run_async(asked, include_outputs_from={"ranker", "mended"})
        except PipelineRuntimeError as error:
            # Haystack wraps what a component raises.
            if isinstance(error.__cause__, SearchServerError):
                raise error.__cause__ from None
            raise
        if outcome["mended"]["found"].has_failed:
            state = SearchState.LEXICAL_ONLY
        return Answer(outcome["explainer"]["explained"].hits, outcome["ranker"]["ranked"].measured(), state)

    def filter_of(self, query: SearchQuery) -> SearchFilter:
        """Return what a document must fulfil to be found by the query today."""
        return SearchFilter(
            kinds=query.kinds,
            on=query.on or self._today(),
            audience=query.audience,
            sector=query.sector,
            region=query.region,
            document_ids=query.document_ids,
        )

    def _today(self) -> date:
        """Validity ends at the operators' midnight, not at Greenwich's."""
        return self._clock.now().astimezone(self._zone).date()
