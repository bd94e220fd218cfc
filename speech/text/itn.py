"""Writes spoken numbers as a reader expects them: 户号零七一二 as 0712, 二百三十六块五 as 236.5元. Pure.

Inverse text normalisation of Chinese. Every change names its place in the source, so that times and marks that point
into the text can follow; a text never becomes empty, and words that only sound like numbers (一下, 万一) stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from kit.numerals import COUNT_SIGNS, SPOKEN_DIGITS, parse_number, spoken_digits

_DIGITS = "".join(SPOKEN_DIGITS)
_COUNT = f"[{COUNT_SIGNS}]+"
_DECIMAL = rf"{_COUNT}(?:点[{_DIGITS}]+)?"
_LEAST_DIGITS = 4
"""So many digits in a row, and a number is meant: three may be a count of steps (一二三)."""
_UNITS = (
    "号楼|号院|号线|号|栋|幢|座|单元|层|楼|室|弄|组|期|度|千瓦时|千瓦|瓦|千伏安|千伏|伏|安培|安|兆|方|立方米|立方|吨|升|公斤|公里|米|平米|平方米|平方|平|"
    "元|块钱|块|小时|分钟|秒|点钟|点|月份|月|日|年|岁|个工作日|个月|个小时|天|户|次|遍|摄氏度"
)
_SINGLE_UNITS = "号楼|号院|栋|幢|单元|层|楼|室|组|期|号|月|点钟|点|元|块钱|块"
"""After these also one digit is written as a figure; 两个月 and 一次 stay words."""
_NOT_NUMBERS = re.compile(
    r"一(?:下|样|起|直|定|些|点儿?(?!钟|半|[零〇一二三四五六七八九十]+分)|会|般|共|切|旦|路|边|面)|万一|十分(?!钟)|千万(?!元|块|瓦)|[三四五六七八九]下|四处|百姓|第[一二三四五六七八九十]+"
)


@dataclass(frozen=True, slots=True)
class Rewriting:
    """One change.

    Attributes:
        start: First character in the source (Unicode code points).
        end: One past the last.
        text: What stands there now.
    """

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class WrittenText:
    """A text with figures, and what was changed in it, in order."""

    text: str
    changes: tuple[Rewriting, ...]


def write_numbers(text: str) -> WrittenText:
    """Return the text with spoken numbers as figures."""
    changes: list[Rewriting] = []
    protected = [found.span() for found in _NOT_NUMBERS.finditer(text)]
    for pattern, write in _RULES:
        for found in pattern.finditer(text):
            is_free = all(found.end() <= change.start or change.end <= found.start() for change in changes)
            is_word = any(start < found.end() and found.start() < end for start, end in protected)
            if is_free and not is_word and (written := write(found)) is not None:
                changes.append(Rewriting(found.start(), found.end(), written))
    changes.sort(key=lambda change: change.start)
    return WrittenText("".join(_applied(text, changes)) or text, tuple(changes))


def _applied(text: str, changes: list[Rewriting]) -> Iterator[str]:
    done = 0
    for change in changes:
        yield text[done : change.start]
        yield change.text
        done = change.end
    yield text[done:]


def _figure(text: str) -> str | None:
    value = parse_number(text)
    if value is None:
        return None
    if "点" not in text and value >= 10**8:
        return None
    return f"{value:f}"


def _percent(found: re.Match[str]) -> str | None:
    figure = _figure(found["number"])
    return None if figure is None else f"{figure}%"


def _money(found: re.Match[str]) -> str | None:
    yuan = parse_number(found["yuan"])
    if yuan is None:
        return None
    jiao, fen = (parse_number(found[name] or "零") or Decimal(0) for name in ("jiao", "fen"))
    value = yuan + jiao / 10 + fen / 100
    return f"{value.normalize():f}元"


def _coins(found: re.Match[str]) -> str | None:
    jiao, fen = (parse_number(found[name] or "零") or Decimal(0) for name in ("jiao", "fen"))
    return f"{(jiao / 10 + fen / 100).normalize():f}元"


def _measure(found: re.Match[str]) -> str | None:
    figure = None if _ABOUT.fullmatch(found["number"]) else _figure(found["number"])
    return None if figure is None else figure + found["unit"]


def _row(found: re.Match[str]) -> str:
    return spoken_digits(found.group())


_ABOUT = re.compile("[一二两三四五六七八九]{2}")
"""两三天 is about two or three, not twenty-three."""
_SMALL = "[一二两三四五六七八九]"
_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str | None]], ...] = (
    (re.compile(rf"百分之(?P<number>{_DECIMAL})"), _percent),
    (
        re.compile(
            rf"(?P<yuan>{_DECIMAL})(?:块钱?|元)(?:零?(?P<jiao>{_SMALL})(?![{COUNT_SIGNS}点个])(?:[毛角](?P<fen>{_SMALL})?分?)?)(?:钱)?"
        ),
        _money,
    ),
    (re.compile(rf"(?<![{COUNT_SIGNS}块元])(?P<jiao>{_SMALL})[毛角](?:(?P<fen>{_SMALL})(?:分钱?)?|钱)"), _coins),
    (
        re.compile(rf"(?<![{COUNT_SIGNS}])(?P<number>[零一二三四五六七八九十]点[{_DIGITS}]+)(?P<unit>{_UNITS}|(?!分))"),
        _measure,
    ),
    (re.compile(rf"[{_DIGITS}]{{{_LEAST_DIGITS},}}(?![{COUNT_SIGNS}])"), _row),
    (re.compile(rf"(?:(?<=单元)|(?<=[栋幢座门层楼]))[{_DIGITS}]{{3}}(?![{COUNT_SIGNS}])"), _row),
    (
        re.compile(rf"(?<![{COUNT_SIGNS}])(?P<number>[{COUNT_SIGNS}]{{2,}}(?:点[{_DIGITS}]+)?)(?P<unit>{_UNITS})"),
        _measure,
    ),
    (
        re.compile(
            rf"(?<![{COUNT_SIGNS}几])(?P<number>[一二三四五六七八九十])(?P<unit>{_SINGLE_UNITS})(?![{COUNT_SIGNS}]点)"
        ),
        _measure,
    ),
    (
        re.compile(
            rf"(?<![{COUNT_SIGNS}几])(?P<number>[一二两三四五六七八九]?[十百千万][{COUNT_SIGNS}]+)(?P<unit>)(?![{COUNT_SIGNS}来多几])"
        ),
        _measure,
    ),
)
"""Tried in this order; what one rule took, a later one leaves alone."""
