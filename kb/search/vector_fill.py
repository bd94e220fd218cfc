"""Embeds passages that have no vector yet, in the background; goes on after a kill where it was."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor

import structlog

from kb.metrics import EMBEDDED_PASSAGES
from kb.search.embedders.base import Embedder
from kb.search.index import SearchIndex
from kb.search.stores.base import Passage

log = structlog.get_logger(__name__)

_WINDOW = 256
"""Passages looked at together; those of like length share a batch, which saves padding."""


class VectorFill:
    """Fills the vectors of an index's current store, one batch at a time."""

    def __init__(self, index: SearchIndex, embedder: Embedder, executor: Executor | None) -> None:
        self._index = index
        self._embedder = embedder
        self._executor = executor

    async def run(self) -> int:
        """Embed until nothing waits; return how many passages were embedded."""
        loop = asyncio.get_running_loop()
        total = 0
        while done := await loop.run_in_executor(self._executor, self._next_window):
            total += len(done)
            for batch in self._batches(done):
                await loop.run_in_executor(self._executor, self._embed, batch)
        if total:
            log.info("passages_embedded", passages=total)
        return total

    def _next_window(self) -> list[Passage]:
        with self._index.lease() as store:
            return store.passages_without_vector(_WINDOW)

    def _batches(self, passages: Sequence[Passage]) -> list[list[Passage]]:
        size = max(1, self._embedder.capabilities.batch_size)
        by_length = sorted(passages, key=lambda passage: len(passage.text))
        return [by_length[start : start + size] for start in range(0, len(by_length), size)]

    def _embed(self, passages: Sequence[Passage]) -> None:
        vectors = self._embedder.embed_passages([passage.text for passage in passages])
        with self._index.lease() as store:
            store.add_vectors({passage.text_hash: vector for passage, vector in zip(passages, vectors, strict=True)})
        EMBEDDED_PASSAGES.inc(len(passages))
