"""Keeps one index in step with the database: changes in order, rebuilds beside the present one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import structlog

from kb.indexing.rebuild_request import RebuildRequest
from kb.search.documents import DocumentSource, IndexChange, SearchDocument
from kb.search.index import SearchIndex, SearchStoreAwayError
from kb.search.stores.base import SearchStore
from kb.settings import KBSettings

log = structlog.get_logger(__name__)
T = TypeVar("T")


class IndexFollower:
    """Owner of the document writes to one index, one at a time, in a thread of its own."""

    def __init__(self, name: str, source: DocumentSource, index: SearchIndex, settings: KBSettings) -> None:
        """Keep the parts.

        Args:
            name: For threads and logs.
            source: The database as the index sees it.
            index: Closed by whoever made it.
            settings: `KB_*`.
        """
        self.name = name
        self.is_due = asyncio.Event()
        self._source = source
        self._index = index
        self._batch = settings.index_batch
        self._turn = asyncio.Lock()
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=f"kb-{name}")

    async def catch_up(self) -> int:
        """Apply every change the index has not seen; return how many, 0 while its server is away.

        Applying a change twice does no harm, so a kill anywhere is mended by the next call.
        """
        async with self._turn:
            try:
                return await self._catch_up()
            except SearchStoreAwayError as error:
                # The connection has logged it once; the change log keeps what is missing.
                log.debug("index_is_away", index=self.name, reason=error.message)
                return 0

    async def _catch_up(self) -> int:
        await self._in_executor(self._index.open)
        if not self._index.store.capabilities.is_writable:
            return 0
        request = RebuildRequest(self._index.folder)
        wish = await self._in_executor(request.pending)
        if wish or self._index.needs_rebuild:
            count = await self._rebuild()
            if wish:
                await self._in_executor(request.settle, wish)
            return count
        seen = await self._in_executor(self._seen)
        if seen > await self._source.latest_change_number():
            # It knows later changes than the database: it belongs to another database (a restored backup).
            return await self._rebuild()
        total = 0
        while changes := await self._source.changes_after(seen, self._batch):
            await self._in_executor(_apply, self._index.store, changes)
            seen = changes[-1].change_number
            total += len(changes)
        return total

    def _seen(self) -> int:
        return self._index.store.change_number

    async def rebuild(self) -> int:
        """Make the index again from the database while the present one answers; return the number of documents.

        Raises:
            ConflictError: Another process is the writer (`search_index_locked`).
            SearchStoreAwayError: The server is away; the present index is untouched.
        """
        async with self._turn:
            await self._in_executor(self._index.open)
            return await self._rebuild()

    async def _rebuild(self) -> int:
        # Read before the documents: what changes meanwhile is applied again afterwards.
        change_number = await self._source.latest_change_number()
        rebuild = await self._in_executor(self._index.begin_rebuild)
        try:
            batch: list[SearchDocument] = []
            async for document in self._source.all_documents():
                batch.append(document)
                if len(batch) >= self._batch:
                    await self._in_executor(rebuild.store.apply, batch, [])
                    # A rebuild of hours must keep its place as the writer.
                    await self._in_executor(self._index.open)
                    batch = []
            await self._in_executor(rebuild.store.apply, batch, [], change_number)
        except BaseException:
            await asyncio.shield(self._in_executor(rebuild.abandon))
            raise
        await self._in_executor(rebuild.finish)
        count = await self._in_executor(self._index.store.count_documents)
        log.info("search_index_rebuilt", index=self.name, documents=count, change_number=change_number)
        return count

    async def _in_executor(self, work: Callable[..., T], *values: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work, *values)

    async def aclose(self) -> None:
        """Wait for what runs; safe to call twice."""
        await asyncio.to_thread(self._executor.shutdown)


def _apply(store: SearchStore, changes: Sequence[IndexChange]) -> None:
    """Apply changes as one commit: of several changes of one document only the last counts."""
    last = {change.document_id: change for change in changes}
    upserts = [change.document for change in last.values() if change.document is not None]
    removals = [change.document_id for change in last.values() if change.document is None]
    store.apply(upserts, removals, changes[-1].change_number)
