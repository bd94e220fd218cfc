"""Gives the recogniser the words of the trade, at the start and whenever the knowledge changes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

import structlog

from kb.search.documents import DocumentSource
from kb.taxonomy.tree import load_taxonomy
from kb.words.trade import trade_sentences, trade_words

log = structlog.get_logger(__name__)


class VocabularyUser(Protocol):
    """The part of `speech.engine.SpeechEngine` that mends words."""

    async def set_vocabulary(self, words: Sequence[str], sentences: Sequence[str] = ()) -> None:
        """Mend misheard words towards these from now on, and prefer what reads like the sentences."""
        ...


class CuratedWords(Protocol):
    """The part of `kb.words.current.CurrentWords` that names words of the trade."""

    @property
    def whole_words(self) -> Sequence[str]:
        """Words that curators named."""
        ...


class RecogniserWords:
    """Keeps the recogniser's words in step with the published knowledge and the curated words."""

    def __init__(self, source: DocumentSource, recogniser: VocabularyUser, curated: CuratedWords | None = None) -> None:
        self._source = source
        self._recogniser = recogniser
        self._curated = curated
        self._change_number = -1
        self._from_knowledge: Sequence[str] = ()
        self._sentences: Sequence[str] = ()
        self._given: Sequence[str] | None = None

    async def refresh(self) -> None:
        """Hand over the words as they are now, if the knowledge or the curated words changed."""
        number = await self._source.latest_change_number()
        if number != self._change_number:
            documents = [document async for document in self._source.all_documents()]
            self._from_knowledge = await asyncio.to_thread(trade_words, documents, load_taxonomy())
            self._sentences = trade_sentences(documents)
        curated = () if self._curated is None else self._curated.whole_words
        words = sorted({*self._from_knowledge, *curated})
        if number != self._change_number or words != self._given:
            await self._recogniser.set_vocabulary(words, self._sentences)
            log.info("vocabulary_set", words=len(words), curated=len(curated))
        # Only now: a refresh that failed is tried again.
        self._change_number, self._given = number, words
