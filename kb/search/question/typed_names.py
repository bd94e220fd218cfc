"""Finds categories whose pinyin, initials or English name was typed. Pure.

`gmgh` is 更名过户 and `gas leak` is 燃气泄漏. Nothing in an entry's text says so: the names are the taxonomy's.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from kb.search.question.analysis.folding import fold
from kb.search.question.analysis.sounds import initials, sounds, spell
from kb.search.question.english_names import EnglishNames
from kb.taxonomy.tree import Taxonomy

_LETTERS = re.compile(r"[a-z][a-z0-9' \-]*")
_FEWEST_LETTERS = 2
_FEWEST_MISSPELT_LETTERS = 6
"""One error in fewer letters makes another word of them."""
_PUNCTUATION = re.compile(r"[^\w\s'\-]")
_DIVIDED = re.compile(r"[\s'\-]+")
_PARTS = re.compile(r"[、，,]|与|或|和|及")


@dataclass(frozen=True, slots=True)
class NamedCategory:
    """What typed letters stand for.

    Attributes:
        text: In Chinese, to search with.
        situations: Codes of the situations of that name; empty where it names none.
    """

    text: str
    situations: frozenset[str]


class TypedNames:
    """Names of a taxonomy by what people type for them; made once for each taxonomy."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        """Take in the names of all situations that are in use, and of their groups."""
        self._codes: dict[str, set[str]] = defaultdict(set)
        self._names: dict[str, str] = {}
        self._spelled: set[str] = set()
        for situation in taxonomy.situations.values():
            if not situation.is_retired:
                _sector, *path = taxonomy.situation_path(situation.code)
                for name in path:
                    self._take_in(name, situation.code)
                self._add(situation.name_en.lower(), path[-1], situation.code)
        # The codes of a situation of that very English name stay.
        used = [situation for situation in taxonomy.situations.values() if not situation.is_retired]
        self._english = EnglishNames((situation.name_en, situation.name_zh) for situation in used)

    def _take_in(self, name: str, code: str) -> None:
        for part in dict.fromkeys([name, *_PARTS.split(name)]):
            sounded = sounds(fold(part).text)
            if len(part) >= _FEWEST_LETTERS:
                self._add(initials(sounded), part, code)
                self._add(spell(sounded), part, code)
                self._spelled.add(_key(spell(sounded)))

    def _add(self, typed: str, name: str, code: str) -> None:
        key = _key(typed)
        self._names.setdefault(key, name)
        if self._names[key] == name:
            self._codes[key].add(code)

    def find(self, typed: str) -> NamedCategory | None:
        """Return what the letters name, or None for other text and for letters that name nothing."""
        text = " ".join(_PUNCTUATION.sub(" ", fold(typed).text).split())
        if not _LETTERS.fullmatch(text):
            return None
        key = _key(text)
        if key in self._names:
            return NamedCategory(self._names[key], frozenset(self._codes.get(key, ())))
        chinese = self._english.find(text)
        return None if chinese is None else NamedCategory(chinese, frozenset())

    def find_misspelt(self, typed: str) -> NamedCategory | None:
        """Return the name whose pinyin was typed with one error; None where several names are as near."""
        key = _key(fold(typed).text)
        if len(key) < _FEWEST_MISSPELT_LETTERS or not _LETTERS.fullmatch(key):
            return None
        near = {self._names[one] for one in self._spelled if OSA.distance(one, key, score_cutoff=1) <= 1}
        if len(near) != 1:
            return None
        name = near.pop()
        return NamedCategory(name, frozenset(self._codes.get(_key(spell(sounds(fold(name).text))), ())))


def _key(text: str) -> str:
    return _DIVIDED.sub("", text)
