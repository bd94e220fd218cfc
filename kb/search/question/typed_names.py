"""Finds categories whose pinyin, initials or English name was typed. Pure.

`gmgh` is 更名过户 and `gas leak` is 燃气泄漏. Nothing in an entry's text says so: the names are the taxonomy's.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kb.search.question.analysis.folding import fold
from kb.search.question.analysis.sounds import initials, sounds, spell
from kb.taxonomy.tree import Taxonomy

_LETTERS = re.compile(r"[a-z][a-z0-9' \-]*")
_FEWEST_LETTERS = 2
_DIVIDED = re.compile(r"[\s'\-]+")
_PARTS = re.compile(r"[、，,]|与|或|和|及")
_SMALL_WORDS = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "and",
        "or",
        "in",
        "at",
        "to",
        "for",
        "my",
        "our",
        "is",
        "are",
        "i",
        "we",
        "have",
        "has",
        "there",
    ]
)
_ENGLISH: Mapping[str, str] = {
    "no power": "停电报修",
    "power cut": "停电报修",
    "power outage": "停电报修",
    "blackout": "停电报修",
    "no electricity": "停电报修",
    "gas leak": "燃气泄漏",
    "gas smell": "家里闻到燃气味",
    "smell gas": "家里闻到燃气味",
    "no gas": "家里没有燃气",
    "carbon monoxide": "一氧化碳中毒",
    "electric shock": "有人触电",
    "no water": "家里停水",
    "water outage": "停水",
    "burst pipe": "水管爆裂",
    "pipe burst": "水管爆裂",
    "water leak": "水管漏水",
    "low water pressure": "水压低",
    "no heating": "暖气不热",
    "no heat": "暖气不热",
    "heating cold": "暖气不热",
    "radiator cold": "暖气不热",
    "low voltage": "电压低",
    "no signal": "电视无信号",
    "no tv signal": "电视无信号",
    "set top box": "机顶盒",
    "remote control": "遥控器",
    "meter reading": "抄表",
    "electricity bill": "电费",
    "power bill": "电费",
    "water bill": "水费",
    "gas bill": "燃气费",
    "heating fee": "热费",
    "refund": "退费",
    "invoice": "发票",
    "new account": "开户",
    "change of name": "更名过户",
    "transfer of name": "更名过户",
    "payment": "缴费",
    "pay bill": "缴费",
    "overdue": "欠费",
    "reconnect": "复电",
    "complaint": "投诉",
    "broadband slow": "宽带网速慢",
    "no internet": "宽带连不上",
}
"""What agents of utilities type in English; names of the taxonomy come on top."""


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
        for situation in taxonomy.situations.values():
            if not situation.is_retired:
                _sector, *path = taxonomy.situation_path(situation.code)
                for name in path:
                    self._take_in(name, situation.code)
                self._add(situation.name_en.lower(), path[-1], situation.code)
        for english, chinese in _ENGLISH.items():
            # The codes of a situation of that very English name stay.
            self._names[_key(english)] = chinese

    def _take_in(self, name: str, code: str) -> None:
        for part in dict.fromkeys([name, *_PARTS.split(name)]):
            sounded = sounds(fold(part).text)
            if len(part) >= _FEWEST_LETTERS:
                self._add(initials(sounded), part, code)
                self._add(spell(sounded), part, code)

    def _add(self, typed: str, name: str, code: str) -> None:
        key = _key(typed)
        self._names.setdefault(key, name)
        if self._names[key] == name:
            self._codes[key].add(code)

    def find(self, typed: str) -> NamedCategory | None:
        """Return what the letters name, or None for other text and for letters that name nothing."""
        text = " ".join(fold(typed).text.split())
        if not _LETTERS.fullmatch(text):
            return None
        for key in _keys(text):
            if key in self._names:
                return NamedCategory(self._names[key], frozenset(self._codes.get(key, ())))
        return None


def _key(text: str) -> str:
    return _DIVIDED.sub("", text)


def _keys(text: str) -> Iterator[str]:
    """Yield the letters as typed, and the words of an English question without small words and plurals."""
    yield _key(text)
    words = [word for word in _DIVIDED.split(text) if word not in _SMALL_WORDS]
    yield "".join(words)
    yield "".join(word.removesuffix("s") if len(word) > 3 else word for word in words)
    yield "".join(sorted(words))
