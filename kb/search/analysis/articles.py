"""Numbers of articles: `第六十六条`, `第66条` and `66条` are one and the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

NUMERAL = "[0-9０-９〇零○一二三四五六七八九十百千两]"
ARTICLE = re.compile(rf"第\s*(?P<number>{NUMERAL}+)\s*条(?:\s*之\s*(?P<insert>{NUMERAL}+))?")
"""An article wherever it stands; `insert` is the part behind 之 of an article put in later (第十条之一)."""

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_LONGEST_NUMERAL = 9


@dataclass(frozen=True, slots=True)
class ArticleNumber:
    """A mention of an article.

    Attributes:
        label: In Arabic digits, `66` or `10.1` for 第十条之一.
        start: Half-open place in the text.
        end: Half-open place in the text.
    """

    label: str
    start: int
    end: int


def find_articles(text: str) -> Iterator[ArticleNumber]:
    """Yield every mention of an article whose number can be read."""
    for match in ARTICLE.finditer(text):
        label = article_label(match)
        if label is not None:
            yield ArticleNumber(label, match.start(), match.end())


def article_label(match: re.Match[str]) -> str | None:
    """Return the number of a match of `ARTICLE` in Arabic digits; None when it is no number."""
    number, insert = parse_numeral(match["number"]), parse_numeral(match["insert"] or "0")
    if number is None or insert is None:
        return None
    return f"{number}.{insert}" if match["insert"] else str(number)


def parse_numeral(text: str) -> int | None:
    """Return the value of a Chinese or Arabic numeral below ten thousand (`一百二十`, `一二〇`, `120`), else None."""
    if not text or len(text) > _LONGEST_NUMERAL:
        return None
    if text.isdecimal():
        return int(text)
    if not any(character in _UNITS for character in text):
        digits = [_DIGITS.get(character) for character in text]
        return None if None in digits else int("".join(str(digit) for digit in digits))
    return _parse_with_units(text)


def _parse_with_units(text: str) -> int | None:
    total, digit = 0, None
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _UNITS:
            # 十五 is 一十五.
            total += (1 if digit is None else digit) * _UNITS[character]
            digit = None
        else:
            return None
    return total + (digit or 0)
