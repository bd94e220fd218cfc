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
_NUMERALS = "零一二三四五六七八九"
_SHORTEST_NAME = 2
_NOT_WORD = re.compile(r"[\W_]+")


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


def spell_numeral(number: int) -> str:
    """Return a number below ten thousand as laws write it: 十五, 一百零八, 一百一十."""
    spelled, has_gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            spelled += ("零" if has_gap and spelled else "") + _NUMERALS[digit] + name
        has_gap = not digit
    return spelled.removeprefix("一") if spelled.startswith("一十") else spelled or _NUMERALS[0]


def asks_for_article(question: str, title: str) -> bool:
    """Tell whether a question names the article that a title names, and its law in whole or in part; both folded.

    第六条 of one law has nothing to do with 第六条 of another, and a number alone is no name.
    """
    wanted = {article.label for article in find_articles(question)}
    if not wanted or wanted.isdisjoint(article.label for article in find_articles(title)):
        return False
    asked, law = _without_articles(question), _without_articles(title)
    return len(asked) >= _SHORTEST_NAME and (law in asked or asked in law)


def _without_articles(text: str) -> str:
    return _NOT_WORD.sub("", ARTICLE.sub("", text))
