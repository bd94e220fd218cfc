"""Keeps the search index in step with the database: changes in order, vectors behind them, rebuilds beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import structlog

from kb.metrics import INDEXED_CHANGES
from kb.search.documents import DocumentSource, IndexChange, SearchDocument
from kb.search.embedders.base import Embedder
from kb.search.index import SearchIndex
from kb.search.stores.base import SearchStore
from kb.search.vector_fill import VectorFill
from kb.settings import KBSettings
from kit.clock import Clock
from kit.tasks import TaskSupervisor, background_executor

log = structlog.get_logger(__name__)
T = TypeVar("T")


class Indexer:
    """Owner of all writing to the search index. One process at a time can write; in others it stands by."""

    def __init__(
        self,
        source: DocumentSource,
        index: SearchIndex,
        embedder: Embedder | None,
        clock: Clock,
        settings: KBSettings,
    ) -> None:
        """Keep the parts; nothing runs yet.

        Args:
            source: The database as the index sees it.
            index: Closed by whoever made it, after this.
            embedder: None to leave vectors out; closed by whoever made it.
            clock: For the pauses between looks.
            settings: `KB_*`.
        """
        self._source = source
        self._index = index
        self._embedder = embedder
        self._clock = clock
        self._settings = settings
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="kb-indexer")
        self._embedding_executor = background_executor("kb-embedding")
        self._turn = asyncio.Lock()
        self._is_due = asyncio.Event()
        self._has_passages = asyncio.Event()
        self._tasks = TaskSupervisor("indexer")

    async def catch_up(self) -> int:
        """Apply every change the index has not seen; return how many.

        Applying a change twice does no harm, so a kill anywhere is mended by the next call.
        """
        async with self._turn:
            await self._in_executor(self._index.open)
            if not self._index.store.capabilities.is_writable:
                return 0
            if self._index.was_damaged or await self._is_ahead_of_source():
                return await self._rebuild()
            total = 0
            while changes := await self._next_changes():
                await self._in_executor(_apply, self._index.store, changes)
                total += len(changes)
            self._note(total)
            return total

    async def _next_changes(self) -> Sequence[IndexChange]:
        return await self._source.changes_after(self._index.store.change_number, self._settings.index_batch)

    async def _is_ahead_of_source(self) -> bool:
        """An index that knows later changes than the database belongs to another database (a restored backup)."""
        return self._index.store.change_number > await self._source.latest_change_number()

    async def rebuild(self) -> int:
        """Make the index again from the database while the present one answers; return the number of documents.

        Raises:
            ConflictError: Another process is the writer (`search_index_locked`).
        """
        async with self._turn:
            await self._in_executor(self._index.open)
            return await self._rebuild()

    async def _rebuild(self) -> int:
        # Read before the documents: what changes meanwhile is applied again afterwards.
        change_number = await self._source.latest_change_number()
        store = await self._in_executor(self._index.begin_rebuild)
        try:
            batch: list[SearchDocument] = []
            async for document in self._source.all_documents():
                batch.append(document)
                if len(batch) >= self._settings.index_batch:
                    await self._in_executor(store.apply, batch, [])
                    batch = []
            await self._in_executor(store.apply, batch, [], change_number)
        except BaseException:
            await asyncio.shield(self._in_executor(self._index.abandon_rebuild, store))
            raise
        await self._in_executor(self._index.finish_rebuild, store)
        count = self._index.store.count_documents()
        log.info("search_index_rebuilt", documents=count, change_number=change_number)
        self._note(count)
        return count

    def _note(self, changes: int) -> None:
        if changes:
            INDEXED_CHANGES.inc(changes)
            self._has_passages.set()

    async def fill_vectors(self) -> int:
        """Embed everything that waits; return how many passages were embedded."""
        if self._embedder is None or not self._index.store.capabilities.is_writable:
            return 0
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._embedding_executor, self._embedder.warm_up)
        return await VectorFill(self._index, self._embedder, self._embedding_executor).run()

    def notify(self) -> None:
        """Say that there are changes, so that the next look comes at once."""
        self._is_due.set()

    def start(self) -> None:
        """Follow the database and fill vectors in the background until `aclose`."""
        self._has_passages.set()
        self._tasks.start(self._forever("changes", self._wait_until_due, self.catch_up), name="changes")
        self._tasks.start(self._forever("vectors", self._has_passages.wait, self._fill_round), name="vectors")

    async def _fill_round(self) -> int:
        self._has_passages.clear()
        return await self.fill_vectors()

    async def _wait_until_due(self) -> None:
        try:
            async with asyncio.timeout(self._settings.index_poll_seconds):
                await self._is_due.wait()
        except TimeoutError:
            return
        finally:
            self._is_due.clear()

    async def _forever(
        self, name: str, wait: Callable[[], Awaitable[object]], work: Callable[[], Awaitable[object]]
    ) -> None:
        while True:
            await wait()
            try:
                await work()
            except Exception:  # rejected: the index must follow again once the fault is over
                log.exception("indexing_failed", part=name)
                await self._clock.sleep(_PAUSE_AFTER_FAULT_SECONDS)
                self._has_passages.set()

    async def _in_executor(self, work: Callable[..., T], *values: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work, *values)

    async def aclose(self) -> None:
        """Stop following and wait for what runs; safe to call twice. What is not done is done after the next start."""
        await self._tasks.aclose()
        await asyncio.to_thread(self._executor.shutdown)
        await asyncio.to_thread(self._embedding_executor.shutdown)


_PAUSE_AFTER_FAULT_SECONDS = 5.0


def _apply(store: SearchStore, changes: Sequence[IndexChange]) -> None:
    """Apply changes as one commit: of several changes of one document only the last counts."""
    last = {change.document_id: change for change in changes}
    upserts = [change.document for change in last.values() if change.document is not None]
    removals = [change.document_id for change in last.values() if change.document is None]
    store.apply(upserts, removals, changes[-1].change_number)
