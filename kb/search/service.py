"""The one search of cards, typed search and everything else that asks."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import structlog
from haystack import Pipeline

from kb.metrics import DOCUMENTS, SEARCH_SECONDS, SEARCH_STAGE_FAILURES, VECTOR_SHARE_RATIO
from kb.search.embedders.base import Embedder
from kb.search.hits import Hit, SearchResult, SearchState
from kb.search.index import SearchIndex
from kb.search.pipelines import search_pipeline
from kb.search.projections import ProjectionCache
from kb.search.query import SearchQuery
from kb.search.ranking import RankingModel, shipped_model
from kb.search.stores.base import SearchFilter, SearchStore
from kb.settings import KBSettings
from kit.clock import Clock

log = structlog.get_logger(__name__)

_COMPLETE_FROM_SHARE = 0.9
"""With vectors for this share of documents a search counts as complete; the newest entries may still wait."""


class SearchService:
    """Answers questions from the current index. Lexical hits come at once, vectors join when they are there."""

    def __init__(
        self,
        index: SearchIndex,
        embedder: Embedder | None,
        clock: Clock,
        settings: KBSettings,
        *,
        model: RankingModel | None = None,
    ) -> None:
        """Keep the parts; nothing is opened or loaded yet.

        Args:
            index: Where the documents are; closed by whoever made it.
            embedder: None to search without vectors; closed by whoever made it.
            clock: For validity days and durations.
            settings: `KB_*`.
            model: Ranking weights other than those shipped.
        """
        self._index = index
        self._embedder = embedder
        self._ready_embedder: Embedder | None = None
        self._clock = clock
        self._settings = settings
        self._model = model or shipped_model()
        self._projections = ProjectionCache()
        self._executor = ThreadPoolExecutor(settings.search_workers, thread_name_prefix="kb-search")
        self._pipeline: tuple[SearchStore, Pipeline] | None = None
        self._is_closed = False

    async def warm_up(self) -> None:
        """Open the index and load the embedder; a search works before this, without vectors.

        Raises:
            MisconfiguredError: The embedding model is missing; the message names the variable and the command.
        """
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._executor, self._index.open)
        await self.search(SearchQuery("暖机"))
        if self._embedder is not None:
            await loop.run_in_executor(self._executor, self._embedder.warm_up)
            self._ready_embedder = self._embedder

    async def search(self, query: SearchQuery) -> SearchResult:
        """Return the best hits with reasons; never raises for a fault of the index, the state tells."""
        started = self._clock.monotonic()
        try:
            with self._index.lease() as store:
                hits, state = await self._search(store, query)
        except Exception:  # rejected: a search that fails costs its hits, never the call
            SEARCH_STAGE_FAILURES.labels("search").inc()
            log.exception("search_failed")
            hits, state = (), SearchState.UNAVAILABLE
        seconds = self._clock.monotonic() - started
        SEARCH_SECONDS.labels(state.value).observe(seconds)
        has_answer = bool(hits) and hits[0].confidence >= self._settings.answer_threshold
        return SearchResult(hits, state, has_answer, seconds * 1000)

    async def _search(self, store: SearchStore, query: SearchQuery) -> tuple[tuple[Hit, ...], SearchState]:
        share = store.vector_share()
        DOCUMENTS.set(store.statistics().document_count)
        VECTOR_SHARE_RATIO.set(share)
        has_vectors = self._ready_embedder is not None and share >= _COMPLETE_FROM_SHARE
        state = SearchState.COMPLETE if has_vectors else SearchState.LEXICAL_ONLY
        if not query.text.strip() or query.limit <= 0:
            return (), state
        wanted = SearchFilter(
            kinds=query.kinds,
            on=query.on or self._today(),
            audience=query.audience,
            sector=query.sector,
            region=query.region,
            document_ids=query.document_ids,
        )
        outcome = await self._pipeline_of(store).run_async({"analyser": {"query": query, "wanted": wanted}})
        return outcome["explainer"]["hits"], state

    def _today(self) -> date:
        """Validity ends at the operator's midnight, which is the machine's, not Greenwich's."""
        return self._clock.now().astimezone().date()

    def _pipeline_of(self, store: SearchStore) -> Pipeline:
        if self._pipeline is None or self._pipeline[0] is not store:
            made = search_pipeline(
                store,
                embedder=lambda: self._ready_embedder,
                model=lambda: self._model,
                projections=self._projections,
                candidates=self._settings.candidates,
                executor=self._executor,
            )
            self._pipeline = (store, made)
        return self._pipeline[1]

    async def aclose(self) -> None:
        """Let running searches end and free the threads; index and embedder stay with their owner."""
        if not self._is_closed:
            self._is_closed = True
            await asyncio.to_thread(self._executor.shutdown)
