"""Questions of other sectors that new texts come near: at the beginning of a call the sector is not known."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from kb.gold.comparison import pairs
from kb.gold.repository import AskedQuestion
from kb.search.documents import SearchDocument

FOREIGN_QUESTIONS = 60
"""Questions of other sectors that one publication is tested with; three searches each, some two seconds."""
FOREIGN_SHARE = 0.5
"""Pairs of characters that such a question shares with one wording of a new text, at least."""


class ForeignQuestions:
    """Keeps, of every question, how near the nearest wording of the new texts comes."""

    def __init__(self, asked: Sequence[AskedQuestion]) -> None:
        self._asked = asked
        words = [frozenset(pairs(item.question.text)) for item in asked]
        self._sizes = [len(pairs_of) for pairs_of in words]
        self._best = [0.0] * len(asked)
        self._holders: defaultdict[str, list[int]] = defaultdict(list)
        for at, pairs_of in enumerate(words):
            for pair in pairs_of:
                self._holders[pair].append(at)

    def offer(self, texts: Iterable[SearchDocument]) -> None:
        """Take new texts in."""
        for text in texts:
            for wording in (text.title, *text.variants):
                shared = Counter(at for pair in frozenset(pairs(wording)) for at in self._holders.get(pair, ()))
                for at, count in shared.items():
                    self._best[at] = max(self._best[at], count / self._sizes[at])

    def nearest(self, competing: Iterable[str | None]) -> list[AskedQuestion]:
        """Return the nearest ones of other sectors, to be asked without their sector.

        Args:
            competing: Sectors whose questions are asked within their sector anyway; with None, that is all of them.
        """
        within = set(competing)
        if None in within:
            return []
        near = [
            (share, at)
            for at, share in enumerate(self._best)
            if share >= FOREIGN_SHARE and self._asked[at].revision.sector not in {*within, None}
        ]
        near.sort(key=lambda found: (-found[0], found[1]))
        return [replace(self._asked[at], is_sector_known=False) for _, at in near[:FOREIGN_QUESTIONS]]
