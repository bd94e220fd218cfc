"""Words of the trade, from the published knowledge: what a recogniser may mend misheard words towards. Pure.

A word that many entries share, most of them of one sector, is a word of that sector's trade (跳闸, 机顶盒); a word that
every sector uses alike (多少, 怎么) is ordinary language, and mending towards it would do harm.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import rjieba

from kb.search.documents import SearchDocument
from kb.taxonomy.tree import Taxonomy

SHORTEST, LONGEST = 2, 4
"""Characters of a word."""
MIN_DOCUMENTS = 4
"""Entries and cases that must use a word: fewer is chance."""
MIN_SHARE = 0.8
"""Share of them that must be of one sector."""
_ORDINARY = frozenset("我你他她它您这那哪谁每各几今去昨明年月日天时点一二两三不能会要可好很太")
"""Words with one of these are ordinary language, or a number, wherever they gather."""
_MISLEADING = frozenset({"管网"})
"""Sounds like 官网, which people say more often and the dictionary does not know."""


def trade_words(documents: Iterable[SearchDocument], taxonomy: Taxonomy) -> tuple[str, ...]:
    """Return the words of the trade, sorted: the names of the sectors and what their entries speak of.

    Args:
        documents: Everything that is published.
        taxonomy: Its names of sectors are always among the words.
    """
    names = {name for branch in taxonomy.sectors for name in branch.names}
    frequent = {
        word
        for word, sectors in _sectors_by_word(documents).items()
        if _is_of_the_trade(sectors) and not _ORDINARY & set(word)
    }
    return tuple(sorted(word for word in (names | frequent) - _MISLEADING if SHORTEST <= len(word) <= LONGEST))


def trade_sentences(documents: Sequence[SearchDocument]) -> tuple[str, ...]:
    """Return texts in the trade's language, how callers put it first: titles and variants, scripts, answers."""
    asked = (text for document in documents for text in (document.title, *document.variants))
    scripts = (document.script for document in documents)
    answers = (document.answer for document in documents)
    return (*asked, *scripts, *answers)


def _sectors_by_word(documents: Iterable[SearchDocument]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for document in documents:
        texts = (document.title, *document.variants, document.script)
        for word in {word for text in texts for word in rjieba.cut(text)}:
            found[word][document.sector or ""] += 1
    return found


def _is_of_the_trade(sectors: Counter[str]) -> bool:
    total = sectors.total()
    best = max((count for sector, count in sectors.items() if sector), default=0)
    return total >= MIN_DOCUMENTS and best >= MIN_SHARE * total
