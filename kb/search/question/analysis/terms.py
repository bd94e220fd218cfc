"""Cuts texts into words and n-grams with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from operator import add

import rjieba

from kb.search.question.analysis.articles import find_articles
from kb.search.question.analysis.sounds import SOUND_RANGE

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff"
_UNIT = re.compile(rf"[a-z0-9]+(?:[.][0-9]+)*|[{_HAN}{SOUND_RANGE}]")
_RUN = re.compile(rf"(?:{_UNIT.pattern})+")
_CONTENT = re.compile(rf"[a-z0-9{_HAN}]")
_MAX_TERM_CHARACTERS = 48
"""A longer run of letters is a key or a link nobody asks for by heart."""


class Channel(StrEnum):
    """What is compared; each is one indexed field."""

    WORDS = "words"
    CHARACTERS = "bigrams"
    SOUNDS = "pinyin"
    INITIALS = "initials"


@dataclass(frozen=True, slots=True)
class Span:
    """A term and its half-open place in the folded text."""

    text: str
    start: int
    end: int


def units(text: str) -> list[Span]:
    """Return single characters (or sounds) and whole runs of letters and digits."""
    return [
        Span(match[0], match.start(), match.end())
        for match in _UNIT.finditer(text)
        if match.end() - match.start() <= _MAX_TERM_CHARACTERS
    ]


def grams(text: str) -> Iterator[Span]:
    """Yield units and pairs of neighbouring units; works on characters and on sounds alike."""
    last: Span | None = None
    for unit in units(text):
        yield unit
        if last is not None and last.end == unit.start:
            yield Span(text[last.start : unit.end], last.start, unit.end)
        last = unit


def gram_texts(text: str) -> list[str]:
    """Return what `grams` yields without places, in another order: the fast way for indexing."""
    found: list[str] = []
    for run in _RUN.findall(text):
        parts = _UNIT.findall(run)
        if len(parts) == len(run) or len(max(parts, key=len)) <= _MAX_TERM_CHARACTERS:
            found += parts
            found += map(add, parts, parts[1:])
        else:
            found += [gram.text for gram in grams(run)]
    return found


def word_texts(text: str) -> list[str]:
    """Return what `words` yields, without places: the fast way for indexing."""
    found = [word for word in rjieba.cut(text) if len(word) <= _MAX_TERM_CHARACTERS and _CONTENT.search(word)]
    return found + [text[article.start : article.end] for article in find_articles(text)]


def words(text: str) -> Iterator[Span]:
    """Yield the words of a folded text, leaving out punctuation."""
    end = 0
    for word in rjieba.cut(text):
        start, end = end, end + len(word)
        if _CONTENT.search(word) and len(word) <= _MAX_TERM_CHARACTERS:
            yield Span(word, start, end)
    for article in find_articles(text):
        # One word, since its pairs are those of other numbers too: 第六条 is no part of 第六十六条.
        yield Span(text[article.start : article.end], article.start, article.end)
