"""Tells the ears the words of the trade, at the start and whenever the knowledge changes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

import structlog

from kb.search.documents import DocumentSource
from kb.taxonomy import load_taxonomy
from kb.vocabulary import trade_words
from kit.clock import Clock

log = structlog.get_logger(__name__)

CHECK_SECONDS = 30.0
"""How often `follow` looks for changed knowledge."""


class VocabularyUser(Protocol):
    """The part of `speech.engine.SpeechEngine` that mends words."""

    async def set_vocabulary(self, words: Sequence[str]) -> None:
        """Mend misheard words towards these from now on."""
        ...


class Vocabulary:
    """Keeps the recogniser's words in step with the published knowledge."""

    def __init__(self, source: DocumentSource, ears: VocabularyUser, clock: Clock) -> None:
        self._source = source
        self._ears = ears
        self._clock = clock
        self._change_number = -1

    async def refresh(self) -> None:
        """Hand over the words of the knowledge as it is now, if it changed."""
        number = await self._source.latest_change_number()
        if number == self._change_number:
            return
        documents = [document async for document in self._source.all_documents()]
        words = await asyncio.to_thread(trade_words, documents, load_taxonomy())
        await self._ears.set_vocabulary(words)
        self._change_number = number
        log.info("vocabulary_set", words=len(words))

    async def follow(self) -> None:
        """Refresh whenever the knowledge changed; runs until cancelled. A failure leaves the old words."""
        while True:
            try:
                await self.refresh()
            except Exception:  # rejected: whatever fails here costs a few mended words, never a call
                log.exception("vocabulary_failed")
            await self._clock.sleep(CHECK_SECONDS)
