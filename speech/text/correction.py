"""Mends misheard words of the trade: 线费 → 欠费, 既定和 → 机顶盒.

A recogniser of this size writes the right sound in the wrong characters. Where a stretch of text sounds like a word of
the knowledge base and is no word itself, the word is put in its place. Nothing is ever added where nothing was heard.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import product

import rjieba

from speech.text.pinyin import DIFFERENT, HOMOPHONE, NEIGHBOUR, distance, family, is_chinese, readings

SHORTEST, LONGEST = 2, 4
"""Characters of a word; longer names are mended through their parts, single characters are guesswork."""

_COST_LIMIT = {2: 2 * HOMOPHONE, 3: 2 * HOMOPHONE + 0.5, 4: 2 * HOMOPHONE + 0.5}
_COST_LIMIT_ANCHORED = {2: NEIGHBOUR, 3: NEIGHBOUR + HOMOPHONE, 4: NEIGHBOUR + 2 * HOMOPHONE}
"""Sums of character distances, without and with at least one character in place. Chosen so that the homophones listed
in the tests are mended and everyday sentences stay as they are."""
_NEVER_IN_PAIRS = frozenset(
    "的了吗呢吧啊是不在有我你您他她它这那个们就都也和与要会能可以没把被给让从到去来说看好很还又再只上下里大小多少"
)
"""Words of grammar: two of these in a row, or beside a noun, sound like nouns by accident."""
_NUMERALS = frozenset("零〇幺一二两三四五六七八九十百千万亿半几点号度块元角分年月日天")


class PinyinCorrector:
    """Corrects text towards a fixed vocabulary; immutable, so threads may share it."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(word for word in words if _is_usable(word))
        index: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for word in sorted(self._words):
            for key in _keys(word):
                index[key].append(word)
        self._index = dict(index)

    def __len__(self) -> int:
        """Return how many words can be mended to."""
        return len(self._words)

    def correct(self, text: str) -> str:
        """Return the text with misheard words of the vocabulary put right; of the same length."""
        if not self._words:
            return text
        characters = list(text)
        borders = _word_borders(text)
        position = 0
        while position < len(characters):
            step = self._mend_at(characters, position, borders)
            position += step or 1
        return "".join(characters)

    def _mend_at(self, characters: list[str], start: int, borders: frozenset[int]) -> int:
        """Mend the longest word that begins here; return its length, 0 when there is none."""
        for length in range(LONGEST, SHORTEST - 1, -1):
            heard = "".join(characters[start : start + length])
            if len(heard) < length:
                continue
            if heard in self._words:
                return length
            if start in borders and start + length in borders and (word := self._find(heard)):
                characters[start : start + length] = word
                return length
        return 0

    def _find(self, heard: str) -> str | None:
        """Return the one word that `heard` was meant to be, or None; a tie is left alone."""
        if not _is_doubtful(heard):
            return None
        costs = {word: _cost(heard, word) for key in _keys(heard) for word in self._index.get(key, ())}
        cheapest = min(costs.values(), default=DIFFERENT)
        best = [word for word, cost in costs.items() if cost == cheapest]
        return best[0] if cheapest < DIFFERENT and len(best) == 1 else None


def _is_usable(word: str) -> bool:
    return SHORTEST <= len(word) <= LONGEST and all(is_chinese(character) for character in word)


def _is_doubtful(heard: str) -> bool:
    if not all(is_chinese(c) and c not in _NUMERALS for c in heard) or rjieba.has_word(heard):
        return False
    return len(heard) > SHORTEST or not any(c in _NEVER_IN_PAIRS for c in heard)


def _cost(heard: str, word: str) -> float:
    distances = [distance(a, b) for a, b in zip(heard, word, strict=True)]
    limits = _COST_LIMIT_ANCHORED if 0.0 in distances else _COST_LIMIT
    total = sum(distances)
    return total if total <= limits[len(word)] + 1e-9 else DIFFERENT


def _keys(word: str) -> Iterator[tuple[str, ...]]:
    return product(*({family(reading) for reading in readings(character)} for character in word))


def _word_borders(text: str) -> frozenset[int]:
    """Where the dictionary's words begin and end; unknown characters stand alone."""
    borders = {0}
    position = 0
    for token in rjieba.cut(text, False):
        position += len(token)
        borders.add(position)
    return frozenset(borders)
