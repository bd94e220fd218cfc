"""Words that curators keep: what a question also stands for, and what is never cut; pure and immutable."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import accumulate

import rjieba

from kb.search.question.analysis.folding import fold
from kb.search.question.analysis.terms import Span


class WordUse(StrEnum):
    """What a group of words is for.

    Each word of `SYNONYMS` stands for every other one. In a `ONE_WAY` group the first word also finds the others,
    and none of them finds the first. Words of `WHOLE` are the trade's own: never cut, and misheard words are mended
    towards them.
    """

    SYNONYMS = "synonyms"
    ONE_WAY = "one_way"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class WordGroup:
    """Words that belong together; `sector` None for every sector."""

    use: WordUse
    words: tuple[str, ...]
    sector: str | None = None


@dataclass(frozen=True, slots=True)
class OtherWord:
    """Another word for the same thing, folded, in documents of one sector or (None) of all."""

    text: str
    sector: str | None

    def is_for(self, sector: str | None) -> bool:
        """Whether a document of this sector may use the word in this sense."""
        return self.sector is None or sector in (None, self.sector)


@dataclass(frozen=True, slots=True)
class FoundWord:
    """A kept word in a folded text, and what else it is called."""

    span: Span
    others: tuple[OtherWord, ...]


class Lexicon:
    """Finds kept words in folded text: leftmost first, the longest of those that begin together."""

    def __init__(self, groups: Iterable[WordGroup] = ()) -> None:
        self.groups = tuple(groups)
        others: dict[str, dict[OtherWord, None]] = defaultdict(dict)
        whole: dict[str, dict[OtherWord, None]] = defaultdict(dict)
        for group in self.groups:
            words = tuple(dict.fromkeys(fold(word).text for word in group.words if word.strip()))
            if group.use is WordUse.WHOLE:
                for word in words:
                    whole[word][OtherWord(word, group.sector)] = None
                continue
            for word in words[:1] if group.use is WordUse.ONE_WAY else words:
                others[word].update({OtherWord(other, group.sector): None for other in words if other != word})
        self._others = _Finder(others)
        self._whole = _Finder(whole)

    def synonyms_in(self, folded: str, sector: str | None = None) -> tuple[FoundWord, ...]:
        """Return the words of a folded text that have other names in this sector, None for every sector."""
        return tuple(self._others.find(folded, sector))

    def whole_words_in(self, folded: str, sector: str | None = None) -> tuple[Span, ...]:
        """Return the words of a folded text that are not to be cut."""
        return tuple(found.span for found in self._whole.find(folded, sector))


class _Text:
    """A folded text and where the dictionary's words in it begin and end; looked up when first needed."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _borders(self) -> frozenset[int]:
        return frozenset(accumulate((len(word) for word in rjieba.cut(self.text, False)), initial=0))

    def has_word(self, word: str, at: int) -> bool:
        """Whether the word stands here, and not as a part of other words: 没电 is not in 没电话, nor ap in map."""
        end = at + len(word)
        if not self.text.startswith(word, at):
            return False
        if len(word) <= _SHORT and not word.isascii():
            return {at, end} <= self._borders
        before, after = self.text[at - 1 : at] if at else "", self.text[end : end + 1]
        cuts_start, cuts_end = _is_latin(before) and _is_latin(word[0]), _is_latin(after) and _is_latin(word[-1])
        return not cuts_start and not cuts_end


_SHORT = 2
"""Characters of a Chinese word that other words may contain by accident; longer ones do not care for borders."""


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


class _Finder:
    def __init__(self, others: dict[str, dict[OtherWord, None]]) -> None:
        self._others = {word: tuple(known) for word, known in others.items()}
        by_start: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self._others, key=lambda word: (-len(word), word)):
            by_start[word[0]].append(word)
        self._by_start = dict(by_start)

    def find(self, folded: str, sector: str | None) -> Iterator[FoundWord]:
        text, at = _Text(folded), 0
        while at < len(folded):
            found = self._at(text, at, sector)
            if found is not None:
                yield found
            at = at + 1 if found is None else found.span.end

    def _at(self, text: _Text, at: int, sector: str | None) -> FoundWord | None:
        for word in self._by_start.get(text.text[at], ()):
            if text.has_word(word, at):
                others = tuple(other for other in self._others[word] if other.is_for(sector))
                if others:
                    return FoundWord(Span(word, at, at + len(word)), others)
        return None


NO_WORDS = Lexicon()
"""No curator has said anything."""
