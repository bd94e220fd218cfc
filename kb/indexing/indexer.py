"""Keeps the search index in step with the database: changes in order, vectors behind them, rebuilds beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from kb.indexing.follower import IndexFollower
from kb.metrics import INDEXED_CHANGES
from kb.search.documents import DocumentSource
from kb.search.embedders.base import Embedder
from kb.search.index import SearchIndex, SearchStoreAwayError
from kb.search.vector_fill import VectorFill
from kb.settings import KBSettings
from kit.clock import Clock
from kit.disk import DiskFullError
from kit.tasks import TaskSupervisor, background_executor

log = structlog.get_logger(__name__)


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
        self._index = index
        self._embedder = embedder
        self._clock = clock
        self._settings = settings
        self._main = IndexFollower("index", source, index, settings)
        standby = index.standby
        self._standby = None if standby is None else IndexFollower("standby", source, standby, settings)
        self._embedding_executor = background_executor("kb-embedding")
        self._has_passages = asyncio.Event()
        self._tasks = TaskSupervisor("indexer")

    async def catch_up(self) -> int:
        """Apply every change that index and standby have not seen; return how many the index took.

        A standby in step comes first, for it answers when the server of the index does not.
        """
        if self._standby is not None:
            await self._standby.catch_up()
        return await self._follow_main()

    async def _follow_main(self) -> int:
        count = await self._main.catch_up()
        self._note(count)
        return count

    async def rebuild(self) -> int:
        """Make index and standby again from the database while they answer; return the number of documents.

        Raises:
            ConflictError: Another process is the writer (`search_index_locked`).
            SearchStoreAwayError: The server of the index is away.
            DiskFullError: There is no room beside the present index, which goes on.
        """
        if self._standby is not None:
            await self._standby.rebuild()
        count = await self._main.rebuild()
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
        for follower in self._followers():
            follower.is_due.set()

    def _followers(self) -> list[IndexFollower]:
        return [self._main] if self._standby is None else [self._standby, self._main]

    def start(self) -> None:
        """Follow the database and fill vectors in the background until `aclose`."""
        self._has_passages.set()
        # Side by side: a server that hangs must not keep the standby from following.
        if self._standby is not None:
            self._start_following(self._standby, self._standby.catch_up)
        self._start_following(self._main, self._follow_main)
        self._tasks.start(self._forever("vectors", self._has_passages.wait, self._fill_round), name="vectors")

    def _start_following(self, follower: IndexFollower, work: Callable[[], Awaitable[object]]) -> None:
        async def wait() -> None:
            try:
                async with asyncio.timeout(self._settings.index_poll_seconds):
                    await follower.is_due.wait()
            except TimeoutError:
                return
            finally:
                follower.is_due.clear()

        self._tasks.start(self._forever(follower.name, wait, work), name=follower.name)

    async def _fill_round(self) -> int:
        self._has_passages.clear()
        return await self.fill_vectors()

    async def _forever(
        self, name: str, wait: Callable[[], Awaitable[object]], work: Callable[[], Awaitable[object]]
    ) -> None:
        while True:
            await wait()
            try:
                await work()
            except SearchStoreAwayError:
                # Logged once by the connection. What waits is looked at again then.
                await self._clock.sleep(_PAUSE_AFTER_FAULT_SECONDS)
                self._has_passages.set()
            except DiskFullError as error:
                log.warning("index_cannot_follow", part=name, code=error.error_code, reason=error.message)
                await self._clock.sleep(_PAUSE_WHILE_DISK_IS_FULL_SECONDS)
                self._has_passages.set()
            except Exception:  # rejected: the index must follow again once the fault is over
                log.exception("indexing_failed", part=name)
                await self._clock.sleep(_PAUSE_AFTER_FAULT_SECONDS)
                self._has_passages.set()

    async def aclose(self) -> None:
        """Stop following and wait for what runs; safe to call twice. What is not done is done after the next start."""
        await self._tasks.aclose()
        for follower in self._followers():
            await follower.aclose()
        await asyncio.to_thread(self._embedding_executor.shutdown)


_PAUSE_AFTER_FAULT_SECONDS = 5.0
_PAUSE_WHILE_DISK_IS_FULL_SECONDS = 30.0
"""Somebody has to make room, and what was embedded in vain is embedded again."""
