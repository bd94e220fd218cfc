"""The curated words as they are now, for everything in this process that searches or listens."""

from __future__ import annotations

import structlog

from kb.search.question.analysis.lexicon import NO_WORDS, Lexicon, WordGroup, WordUse
from kb.words.service import WordService
from kit.clock import Clock
from kit.db import Database

log = structlog.get_logger(__name__)


class CurrentWords:
    """Holds the lexicon; reading it costs nothing, and a search keeps the one it began with."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._change_number = 0
        self._lexicon = NO_WORDS

    @property
    def lexicon(self) -> Lexicon:
        """The words as last read."""
        return self._lexicon

    @property
    def change_number(self) -> int:
        """Which words these are; grows with every change."""
        return self._change_number

    @property
    def whole_words(self) -> tuple[str, ...]:
        """The words of the trade that curators named, sorted."""
        groups = (group.words for group in self._lexicon.groups if group.use is WordUse.WHOLE)
        return tuple(sorted({word for words in groups for word in words}))

    async def refresh(self) -> bool:
        """Read the words if they changed; return whether they did."""
        async with self._database.session() as session:
            service = WordService(session, self._clock)
            number = await service.change_number()
            if number == self._change_number:
                return False
            groups = await service.all_groups()
        self._lexicon = Lexicon(WordGroup(group.use, tuple(group.words), group.sector) for group in groups)
        self._change_number = number
        log.info("words_read", groups=len(groups), change_number=number)
        return True
