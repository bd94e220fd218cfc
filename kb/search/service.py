"""The one search of cards, typed search and everything else that asks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import structlog
from haystack import Pipeline

from kb.metrics import DOCUMENTS, SEARCH_SECONDS, SEARCH_STAGE_FAILURES, VECTOR_SHARE_RATIO
from kb.search.embedders.base import Embedder
from kb.search.hits import Hit, SearchResult, SearchState
from kb.search.index import SearchIndex
from kb.search.passages import text_hash
from kb.search.pipelines import search_pipeline
from kb.search.projections import ProjectionCache
from kb.search.query import SearchQuery
from kb.search.ranking import RankingModel, shipped_model
from kb.search.stores.base import SearchFilter, SearchStore, Vector
from kb.settings import KBSettings
from kit.clock import Clock

log = structlog.get_logger(__name__)
Search = Callable[[SearchQuery], Awaitable[SearchResult]]
StoreView = Callable[[SearchStore], SearchStore]


@dataclass(frozen=True, slots=True)
class Look:
    """A search through a view, and what it goes by.

    Attributes:
        search: Answers one question.
        store: The view.
        embedder: As the search uses it; None while vectors take no part.
        way: Names ranking model and state: results of different ways are not comparable.
    """

    search: Search
    store: SearchStore
    embedder: Embedder | None
    way: str


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
        return SearchResult(hits, state, self._has_answer(hits), seconds * 1000)

    @contextmanager
    def looking_at(self, view: StoreView, executor: Executor, *, has_reasons: bool = True) -> Iterator[Look]:
        """Search as `search` does, but through a view of the current store and on the caller's threads.

        The store stays leased until the block ends. What the index raises is raised: a test that could not search
        must not pass for one that found nothing.

        Args:
            view: Makes what is searched out of the current store.
            executor: Where the searches run, so that a long series of them never delays a card.
            has_reasons: False to leave matched terms out of the hits, a fifth of a search's work.
        """
        with self._index.lease() as store:
            seen = view(store)
            pipeline = self._make_pipeline(seen, executor, has_reasons=has_reasons)

            async def search(query: SearchQuery) -> SearchResult:
                started = self._clock.monotonic()
                state = self.state_of(seen)
                hits = await self._run(pipeline, query)
                return SearchResult(hits, state, self._has_answer(hits), (self._clock.monotonic() - started) * 1000)

            yield Look(search, seen, self._ready_embedder, f"{self._model.name}/{self.state_of(seen)}")

    async def _search(self, store: SearchStore, query: SearchQuery) -> tuple[tuple[Hit, ...], SearchState]:
        DOCUMENTS.set(store.statistics().document_count)
        VECTOR_SHARE_RATIO.set(store.vector_share())
        return await self._run(self._pipeline_of(store), query), self.state_of(store)

    def state_of(self, store: SearchStore) -> SearchState:
        """Return whether vectors take part in searches of a store."""
        has_vectors = self._ready_embedder is not None and store.vector_share() >= _COMPLETE_FROM_SHARE
        return SearchState.COMPLETE if has_vectors else SearchState.LEXICAL_ONLY

    def _has_answer(self, hits: tuple[Hit, ...]) -> bool:
        return bool(hits) and hits[0].confidence >= self._settings.answer_threshold

    async def _run(self, pipeline: Pipeline, query: SearchQuery) -> tuple[Hit, ...]:
        if not query.text.strip() or query.limit <= 0:
            return ()
        wanted = SearchFilter(
            kinds=query.kinds,
            on=query.on or self._today(),
            audience=query.audience,
            sector=query.sector,
            region=query.region,
        )
        outcome = await pipeline.run_async({"analyser": {"query": query, "wanted": wanted}})
        hits: tuple[Hit, ...] = outcome["explainer"]["hits"]
        return hits

    def _today(self) -> date:
        """Validity ends at the operator's midnight, which is the machine's, not Greenwich's."""
        return self._clock.now().astimezone().date()

    def _pipeline_of(self, store: SearchStore) -> Pipeline:
        if self._pipeline is None or self._pipeline[0] is not store:
            self._pipeline = (store, self._make_pipeline(store, self._executor, has_reasons=True))
        return self._pipeline[1]

    def _make_pipeline(self, store: SearchStore, executor: Executor, *, has_reasons: bool) -> Pipeline:
        return search_pipeline(
            store,
            embedder=lambda: self._ready_embedder,
            model=lambda: self._model,
            projections=self._projections,
            candidates=self._settings.candidates,
            executor=executor,
            has_reasons=has_reasons,
        )

    @property
    def is_complete(self) -> bool:
        """Whether vectors take part as far as they are meant to."""
        with self._index.lease() as store:
            return self._embedder is None or self.state_of(store) is SearchState.COMPLETE

    def embed_passages(self, texts: Sequence[str]) -> dict[str, Vector]:
        """Return vectors by the hash of their text, each text embedded by itself; none while vectors take no part.

        A batch pads its texts, which moves int8 vectors a little: alone, a text has one vector for ever. Blocks.
        """
        embedder = self._ready_embedder
        if embedder is None:
            return {}
        return {text_hash(text): embedder.embed_passages([text])[0] for text in texts}

    async def aclose(self) -> None:
        """Let running searches end and free the threads; index and embedder stay with their owner."""
        if not self._is_closed:
            self._is_closed = True
            await asyncio.to_thread(self._executor.shutdown)
