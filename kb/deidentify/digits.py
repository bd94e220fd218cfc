"""Runs of digits in a text: written (138 0013), full-width, or spoken (一三八零零, one three eight double zero)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kit.numerals import SPOKEN_DIGITS

_ENGLISH = {"oh": "0", "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6"}
_ENGLISH |= {"seven": "7", "eight": "8", "nine": "9"}
_REPEATS = {"double": 2, "triple": 3}

_DIGIT = rf"[0-9０-９{''.join(SPOKEN_DIGITS)}]"
_TIMES = {"两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "2": 2, "3": 3, "4": 4, "5": 5}
_SAME = rf"[{''.join(_TIMES)}]个{_DIGIT}(?![十百千万个])"
"""三个八 is 888."""
_CHUNK = re.compile(rf"(?P<same>{_SAME})|(?:(?!{_SAME}){_DIGIT})+")
_PIECE = rf"(?:{_SAME}|{_DIGIT})"
_WRITTEN_RUN = re.compile(rf"{_PIECE}(?:[ 　\-–—,，、]{{0,2}}{_PIECE})*")
_WORD = rf"(?:(?:{'|'.join(_REPEATS)})[ -])?(?:{'|'.join(_ENGLISH)})"
_ENGLISH_RUN = re.compile(rf"\b{_WORD}(?:[ ,-]{{1,2}}{_WORD})+\b", re.IGNORECASE)
_ENGLISH_WORD = re.compile(_WORD, re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Digits:
    """Digits without anything between them.

    Attributes:
        text: As ASCII digits.
        start: First character in the source.
        end: One past the last.
    """

    text: str
    start: int
    end: int


def digit_runs(text: str) -> Iterator[tuple[Digits, ...]]:
    """Yield every run as the chunks it was said in: `138 0013` is a run of two."""
    for found in _WRITTEN_RUN.finditer(text):
        yield tuple(
            Digits(_written(chunk), found.start() + chunk.start(), found.start() + chunk.end())
            for chunk in _CHUNK.finditer(found.group())
        )
    for found in _ENGLISH_RUN.finditer(text):
        yield tuple(
            Digits(_english(word.group().lower()), found.start() + word.start(), found.start() + word.end())
            for word in _ENGLISH_WORD.finditer(found.group())
        )


def _written(chunk: re.Match[str]) -> str:
    if chunk["same"]:
        return _digit(chunk["same"][2]) * _TIMES[chunk["same"][0]]
    return "".join(map(_digit, chunk.group()))


def _digit(character: str) -> str:
    return SPOKEN_DIGITS.get(character) or str(int(character))


def _english(word: str) -> str:
    head, _, tail = word.replace("-", " ").partition(" ")
    return _ENGLISH[tail] * _REPEATS[head] if tail else _ENGLISH[head]
