"""Keeps a classifier in step with the knowledge: stored between starts, learned anew behind, asked without waiting."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import structlog

from kb.classify.classifier import CategoryClassifier, CategoryRankingResult, embed
from kb.classify.examples import Example, examples_from
from kb.classify.storage import load_classifier, save_classifier
from kb.classify.text import content_text
from kb.search.documents import DocumentSource
from kb.search.embedders.base import Embedder
from kb.taxonomy import load_taxonomy
from kit.clock import Clock
from kit.errors import AssistError, InvalidInputError
from kit.tasks import background_executor

T = TypeVar("T")
log = structlog.get_logger(__name__)

CHECK_SECONDS = 30.0
"""How often `follow` looks for changed knowledge; an import of many files is learned once, not file by file."""


class CategoryService:
    """The work-order category of a call. Owns its executors; one per process."""

    def __init__(self, source: DocumentSource, folder: Path, clock: Clock, embedder: Embedder | None = None) -> None:
        """Keep the parts; nothing is loaded.

        Args:
            source: Where published entries and cases come from.
            folder: Where the fitted classifier is kept; derived data, safe to delete.
            clock: Paces `follow`.
            embedder: Adds the view by meaning; owned by the caller.
        """
        self._source = source
        self._folder = folder
        self._clock = clock
        self._embedder = embedder
        self._classifier: CategoryClassifier | None = None
        self._version = ""
        self._change_number = -1
        self._vectors: dict[str, npt.NDArray[np.float32]] = {}
        self._training = asyncio.Lock()
        # Ranking takes milliseconds and never waits behind learning, which takes seconds.
        self._learner = background_executor("category-learner")
        self._ranker = ThreadPoolExecutor(1, thread_name_prefix="category-ranker")

    @property
    def is_ready(self) -> bool:
        """Whether categories can be ranked."""
        return self._classifier is not None

    @property
    def is_settled(self) -> bool:
        """Whether the classifier is the one meant for the knowledge, not the lexical one that stands in for it."""
        return self.is_ready and bool(self._version)

    async def ensure_trained(self) -> bool:
        """Load or learn the classifier for the knowledge as it is now; the old one answers meanwhile.

        Without a stored one, a lexical classifier comes first and the vectors fill in behind.

        Returns:
            Whether there is a classifier; there is none while the knowledge has fewer than two categories.
        """
        async with self._training:
            number = await self._source.latest_change_number()
            if number == self._change_number:
                return self.is_ready
            examples = examples_from([document async for document in self._source.all_documents()], load_taxonomy())
            version = _fingerprint(examples, self._embedder)
            if version != self._version:
                await self._renew(examples, version)
            self._change_number = number
            return self.is_ready

    async def _renew(self, examples: Sequence[Example], version: str) -> None:
        stored = await self._learn(partial(load_classifier, self._folder, version, self._embedder))
        try:
            if stored is None and self._classifier is None and self._embedder is not None:
                self._classifier = await self._learn(partial(CategoryClassifier.fit, examples))
            self._classifier = stored or await self._learn(partial(self._fit_and_save, examples, version))
        except InvalidInputError as error:
            log.info("category_training_skipped", code=error.error_code)
            self._classifier = None
        self._version = version

    def _fit_and_save(self, examples: Sequence[Example], version: str) -> CategoryClassifier:
        if self._embedder is not None:
            self._embedder.warm_up()
            texts = list(dict.fromkeys(text for example in examples if (text := content_text(example.text))))
            self._vectors = dict(zip(texts, embed(texts, self._embedder, self._vectors), strict=True))
        classifier = CategoryClassifier.fit(examples, embedder=self._embedder, known_vectors=self._vectors)
        save_classifier(classifier, version, self._folder)
        log.info("categories_learned", examples=len(examples), categories=len(classifier.categories))
        return classifier

    async def follow(self) -> None:
        """Learn anew whenever the knowledge changed; runs until cancelled. A failure leaves the old classifier."""
        while True:
            try:
                await self.ensure_trained()
            except AssistError as error:
                log.warning("category_training_failed", code=error.error_code, reason=error.message)
            await self._clock.sleep(CHECK_SECONDS)

    async def rank_call(
        self, customer_utterances: Sequence[str], agent_utterances: Sequence[str] = (), *, sector: str | None = None
    ) -> CategoryRankingResult:
        """Rank the categories of a call as far as it went; abstains while there is no classifier."""
        classifier = self._classifier
        if classifier is None:
            return CategoryRankingResult((), has_abstained=True)
        ask = partial(classifier.rank_call, tuple(customer_utterances), tuple(agent_utterances), sector=sector)
        return await asyncio.get_running_loop().run_in_executor(self._ranker, ask)

    async def _learn(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._learner, work)

    async def aclose(self) -> None:
        """Let running work end and free the threads; safe to call twice."""
        for executor in (self._ranker, self._learner):
            await asyncio.to_thread(executor.shutdown, cancel_futures=True)


def _fingerprint(examples: Sequence[Example], embedder: Embedder | None) -> str:
    digest = hashlib.sha256((embedder.capabilities.name if embedder else "").encode())
    for example in sorted(examples, key=lambda example: (example.category_id, example.text)):
        digest.update(f"{example.category_id}\x1f{example.text}\x1e".encode())
    return digest.hexdigest()
