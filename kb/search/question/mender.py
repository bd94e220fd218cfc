"""Mends the homophones of a question between retrieval and ranking."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace

from haystack import component

from kb.search.components import Asked, Found
from kb.search.question.analysis.lexicon import Lexicon
from kb.search.question.analysis.mending import SoundedText, choices, likeliest, pairs
from kb.search.question.analysis.questions import analyse
from kb.search.question.analysis.sounds import sounds
from kb.search.question.analysis.terms import Channel
from kb.search.ranking.projections import ProjectionCache
from kb.search.stores.base import SearchStore

KNOWN_TEXTS_FROM = 20
"""Documents of the lexical list whose texts have a say."""


@component
class QuestionMender:
    """Mends homophones by the best lexical candidates, which are found by sound whatever was written."""

    def __init__(
        self, store: SearchStore, projections: ProjectionCache, lexicon: Callable[[], Lexicon], executor: Executor
    ) -> None:
        self._store = store
        self._projections = projections
        self._lexicon = lexicon
        self._executor = executor

    @component.output_types(asked=Asked)
    def run(self, asked: Asked, lexical: Found) -> dict[str, Asked]:
        """Return the question as it was probably said."""
        text = asked.question.text
        heard = SoundedText(text, sounds(text))
        ids = [candidate.document_id for candidate in lexical.candidates[:KNOWN_TEXTS_FROM]]
        loaded = self._store.load(ids)
        projected = [self._projections.project(loaded[name]) for name in ids if name in loaded]
        known = [SoundedText(one.folded.text, one.sounded) for each in projected for one in (*each.asked, *each.told)]
        options = choices(heard, known)
        if options is None:
            return {"asked": asked}
        frequencies = self._store.document_frequencies([(Channel.CHARACTERS, pair) for pair in pairs(options)])
        said = likeliest(options, {pair: count for (_channel, pair), count in frequencies.items()})
        if said == text:
            return {"asked": asked}
        mended = analyse(replace(asked.query, text=said), self._lexicon())
        return {"asked": replace(asked, question=mended, heard=asked.question)}

    @component.output_types(asked=Asked)
    async def run_async(self, asked: Asked, lexical: Found) -> dict[str, Asked]:
        """Return the question as it was probably said."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, self.run, asked, lexical)
