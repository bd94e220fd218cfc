"""Vectors of questions, entries and sentences, on a background thread so that live calls are not delayed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer

from kb.search.embedders.base import Embedder, Vectors
from kit.tasks import background_executor

T = TypeVar("T")
LEXICAL_JOIN_FROM = 0.5
"""Cosine of character pairs from which two questions count as the same where no embedder is installed."""
_FEATURES = 4096


class Meaning:
    """Embeds texts with the embedder of search, or by their character pairs where there is none."""

    def __init__(self, embedder: Embedder | None) -> None:
        self._embedder = embedder
        self._executor = background_executor("meaning")

    def join_from(self, percent: int) -> float:
        """Return the cosine from which questions are the same; `percent` is the policy's, for an embedder."""
        return LEXICAL_JOIN_FROM if self._embedder is None else percent / 100

    @property
    def has_embedder(self) -> bool:
        """Whether meaning is compared at all; otherwise only character pairs are."""
        return self._embedder is not None

    @property
    def name(self) -> str:
        """Identity of the embedder, valid after the first vectors; empty where none is installed."""
        return "" if self._embedder is None else self._embedder.capabilities.name

    async def vectors(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text."""
        return await self.run(lambda: self._vectors(texts))

    async def run(self, work: Callable[[], T]) -> T:
        """Do work for the processor in the background of everything else."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        if self._embedder is None:
            hashed = HashingVectorizer(analyzer="char", ngram_range=(1, 2), n_features=_FEATURES, alternate_sign=False)
            dense: Vectors = hashed.transform(texts).toarray().astype(np.float32)
            return dense
        self._embedder.warm_up()
        size = self._embedder.capabilities.batch_size
        batches = [self._embedder.embed_questions(texts[at : at + size]) for at in range(0, len(texts), size)]
        return np.concatenate(batches) if batches else np.empty((0, 1), dtype=np.float32)

    async def aclose(self) -> None:
        """Let running work end; safe to call twice."""
        await asyncio.to_thread(self._executor.shutdown)
