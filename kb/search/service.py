"""Search service of cards, typed search, cases and knowledge tests."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from typing import TypeVar

import structlog
from haystack import Pipeline

from kb.metrics import DOCUMENTS, SEARCH_SECONDS, SEARCH_STAGE_FAILURES, VECTOR_SHARE_RATIO
from kb.search.embedders.base import Embedder
from kb.search.engine import Answer, EngineParts, SearchEngine
from kb.search.hits import SearchResult, SearchState
from kb.search.index import SearchIndex, SearchServerError, SearchStoreAwayError
from kb.search.passages import text_hash
from kb.search.query import SearchQuery
from kb.search.question.analysis.lexicon import NO_WORDS, Lexicon
from kb.search.ranking.measured import NOTHING_MEASURED, MeasuredQuestion
from kb.search.ranking.model import RankingModel, shipped_model
from kb.search.rerankers.base import Reranker
from kb.search.stores.base import SearchFilter, SearchStore, Vector
from kb.settings import KBSettings
from kit.clock import Clock
from kit.disk import DiskFullError

log = structlog.get_logger(__name__)
T = TypeVar("T")
Search = Callable[[SearchQuery], Awaitable[SearchResult]]
StoreView = Callable[[SearchStore], SearchStore]


@dataclass(frozen=True, slots=True)
class ViewSearch:
    """Searches a view of the index without changing the index.

    Attributes:
        search: Answers one question.
        store: The view.
        embedder: As the search uses it; None while vectors take no part.
        lexicon: The curated words it knows.
        filter_of: What a document must fulfil to be found by a query.
        version: Names ranking model, curated words and state: results of different versions are not comparable.
    """

    search: Search
    store: SearchStore
    embedder: Embedder | None
    lexicon: Lexicon
    filter_of: Callable[[SearchQuery], SearchFilter]
    version: str


class SearchService:
    """Answers questions from the current index. Lexical hits come at once, vectors join when they are there."""

    def __init__(
        self,
        index: SearchIndex,
        embedder: Embedder | None,
        clock: Clock,
        settings: KBSettings,
        *,
        model: Callable[[], RankingModel] = shipped_model,
        lexicon: Callable[[], Lexicon] = lambda: NO_WORDS,
        reranker: Reranker | None = None,
        zone: tzinfo | None = None,
    ) -> None:
        """Keep the parts; nothing is opened or loaded yet.

        Args:
            index: Where the documents are; closed by whoever made it.
            embedder: None to search without vectors; closed by whoever made it.
            clock: For validity days and durations.
            settings: `KB_*`.
            model: Asked at every search, so that another one may go live meanwhile.
            lexicon: The curated words; asked for at every search.
            reranker: None to leave it out; closed by whoever made it.
            zone: Whose days validity counts; None for that of this machine.
        """
        self._index = index
        self._clock = clock
        self._has_embedder = embedder is not None
        self._engine = SearchEngine(EngineParts(embedder, reranker, model, lexicon), clock, settings, zone)
        self._executor = ThreadPoolExecutor(settings.search_workers, thread_name_prefix="kb-search")
        self._pipeline: tuple[SearchStore, Pipeline] | None = None
        self._is_closed = False

    async def warm_up(self) -> None:
        """Open the index and load the models; a search works before this, without vectors.

        Raises:
            MisconfiguredError: The embedding model or the re-ranker is missing; the message names the variable.
        """
        try:
            await self._in_executor(self._index.open)
        except SearchStoreAwayError as error:
            log.warning("search_starts_on_standby", reason=error.message)
        except DiskFullError as error:
            # The index is made once there is room; calls are carried meanwhile.
            log.warning("search_starts_without_index", reason=error.message)
        await self.search(SearchQuery("暖机"))
        await self._engine.warm_up(self._executor)

    async def search(self, query: SearchQuery) -> SearchResult:
        """Return the best hits with reasons; never raises for a fault of the index, the state tells."""
        return (await self.search_measured(query))[0]

    async def search_measured(self, query: SearchQuery) -> tuple[SearchResult, MeasuredQuestion]:
        """Search, and return what the ranking saw as well: what evaluations and fits read."""
        started = self._clock.monotonic()
        try:
            answer = await self._answer(query)
        except Exception:  # rejected: a search that fails costs its hits, never the call
            SEARCH_STAGE_FAILURES.labels("search").inc()
            log.exception("search_failed")
            answer = Answer((), NOTHING_MEASURED, SearchState.UNAVAILABLE)
        result = self._result(answer, started)
        SEARCH_SECONDS.labels(result.state.value).observe(result.took_ms / 1000)
        return result, answer.measured

    @contextmanager
    def search_through_view(
        self, view: StoreView, executor: Executor, *, has_reasons: bool = True
    ) -> Iterator[ViewSearch]:
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
            pipeline = self._engine.pipeline(seen, executor, has_reasons=has_reasons)
            state = self._engine.state_of(seen)

            async def search(query: SearchQuery) -> SearchResult:
                started = self._clock.monotonic()
                return self._result(await self._engine.ask(pipeline, query, state), started)

            lexicon = self._engine.lexicon
            version = f"{self._engine.model_name}/{hash(lexicon.groups)}/{state}"
            yield ViewSearch(search, seen, self._engine.ready_embedder, lexicon, self._engine.filter_of, version)

    def state_of(self, store: SearchStore) -> SearchState:
        """Return whether vectors take part in searches of a store."""
        return self._engine.state_of(store)

    @property
    def is_complete(self) -> bool:
        """Whether vectors take part as far as they are meant to."""
        with self._index.lease() as store:
            return not self._has_embedder or self._engine.state_of(store) is SearchState.COMPLETE

    def embed_passages(self, texts: Sequence[str]) -> dict[str, Vector]:
        """Return vectors by the hash of their text, each text embedded by itself; none while vectors take no part.

        A batch pads its texts, which moves int8 vectors a little: alone, a text has one vector for ever. Blocks.
        """
        embedder = self._engine.ready_embedder
        if embedder is None:
            return {}
        return {text_hash(text): embedder.embed_passages([text])[0] for text in texts}

    async def _answer(self, query: SearchQuery) -> Answer:
        try:
            with self._index.lease() as store:
                return await self._search(store, query)
        except SearchServerError as error:
            standby = self._index.standby
            if standby is None:
                raise
            SEARCH_STAGE_FAILURES.labels("server").inc()
            log.debug("search_goes_to_standby", reason=error.message)
        with standby.lease() as store:
            answer = await self._search(store, query)
            return Answer(answer.hits, answer.measured, SearchState.LOCAL)

    async def _search(self, store: SearchStore, query: SearchQuery) -> Answer:
        state = await self._in_executor(self._look_over, store)
        return await self._engine.ask(self._pipeline_of(store), query, state)

    def _look_over(self, store: SearchStore) -> SearchState:
        """Note the size of the store; return whether vectors take part."""
        DOCUMENTS.set(store.statistics().document_count)
        VECTOR_SHARE_RATIO.set(store.vector_share())
        return self._engine.state_of(store)

    def _pipeline_of(self, store: SearchStore) -> Pipeline:
        if self._pipeline is None or self._pipeline[0] is not store:
            self._pipeline = (store, self._engine.pipeline(store, self._executor))
        return self._pipeline[1]

    def _result(self, answer: Answer, started: float) -> SearchResult:
        took_ms = (self._clock.monotonic() - started) * 1000
        return SearchResult(answer.hits, answer.state, self._engine.has_answer(answer.hits), took_ms)

    async def _in_executor(self, work: Callable[..., T], *values: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work, *values)

    async def aclose(self) -> None:
        """Let running searches end and free the threads; index and embedder stay with their owner."""
        if not self._is_closed:
            self._is_closed = True
            await asyncio.to_thread(self._executor.shutdown)
