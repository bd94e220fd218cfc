"""Numbers that Word writes in front of paragraphs: `第一条`, `1.2`, `（三）` (ECMA-376 part 1, 17.9)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kb.ingest.readers.word_styles import W

_PLACE = re.compile(r"%([1-9])")
_SYMBOL = re.compile(r"^[\W_]*$")
_DIGITS, _LEGAL = "零一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖"
_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
          (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
_LEVELS = 9


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    number_format: str
    text: str
    is_legal: bool
    restart: int | None


class Numbering:
    """Counts the paragraphs of every list in reading order."""

    def __init__(self, root: Any) -> None:  # noqa: ANN401  # debt: lxml element
        """Take in `word/numbering.xml`; None for a document without one."""
        self._levels: dict[str, dict[int, _Level]] = {}
        self._lists: dict[str, str] = {}
        self._overrides: dict[str, dict[int, int]] = {}
        self._by_style: dict[str, str] = {}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        self._begun: set[str] = set()
        if root is not None:
            self._take_in(root)

    def _take_in(self, root: Any) -> None:  # noqa: ANN401  # debt: lxml element
        links: dict[str, str] = {}
        for abstract in root.iter(f"{W}abstractNum"):
            key = abstract.get(f"{W}abstractNumId")
            self._levels[key] = dict(map(_level, abstract.iter(f"{W}lvl")))
            for tag, known in (("styleLink", self._by_style), ("numStyleLink", links)):
                link = abstract.find(f"{W}{tag}")
                if link is not None:
                    known.update({link.get(f"{W}val"): key} if tag == "styleLink" else {key: link.get(f"{W}val")})
        for key, style in links.items():
            self._levels[key] = self._levels.get(self._by_style.get(style, ""), self._levels[key])
        for number in root.iter(f"{W}num"):
            key, abstract = number.get(f"{W}numId"), number.find(f"{W}abstractNumId")
            if abstract is not None:
                self._lists[key] = abstract.get(f"{W}val")
            self._overrides[key] = dict(filter(None, map(_override, number.iter(f"{W}lvlOverride"))))

    def next_number(self, key: str, at: int) -> str | None:
        """Count a paragraph and return what stands in front of it.

        Args:
            key: Number of the list.
            at: Level, from 0.

        Returns:
            Empty for a bullet, None for a paragraph that is in no list.
        """
        abstract = self._lists.get(key)
        levels = self._levels.get(abstract or "", {})
        if abstract is None or at not in levels:
            return None
        self._begin(key, abstract)
        counts = self._counts[abstract]
        level = levels[at]
        counts[at] = counts[at] + 1 if at in counts else level.start
        for deeper in range(at + 1, _LEVELS):
            restart = levels[deeper].restart if deeper in levels else None
            if restart is None or at < restart:
                counts.pop(deeper, None)
        return self._text(levels, counts, level)

    def _begin(self, key: str, abstract: str) -> None:
        if key in self._begun:
            return
        self._begun.add(key)
        for at, start in self._overrides.get(key, {}).items():
            self._counts[abstract][at] = start - 1

    def _text(self, levels: dict[int, _Level], counts: dict[int, int], level: _Level) -> str:
        if level.number_format in ("bullet", "none") and not _PLACE.search(level.text):
            return "" if level.number_format == "bullet" or _SYMBOL.match(level.text) else level.text

        def written(match: re.Match[str]) -> str:
            place = int(match[1]) - 1
            if place not in levels:
                return ""
            number_format = "decimal" if level.is_legal else levels[place].number_format
            return write_number(counts.get(place, levels[place].start), number_format)

        return _PLACE.sub(written, level.text).strip()


def _level(element: Any) -> tuple[int, _Level]:  # noqa: ANN401  # debt: lxml element
    legal = element.find(f"{W}isLgl")
    restart = _value(element, "lvlRestart")
    return int(element.get(f"{W}ilvl") or 0), _Level(
        start=int(_value(element, "start") or 1),
        number_format=_value(element, "numFmt") or "decimal",
        text=_value(element, "lvlText") or "",
        is_legal=legal is not None and legal.get(f"{W}val") not in ("0", "false"),
        restart=int(restart) if restart else None,
    )


def _override(element: Any) -> tuple[int, int] | None:  # noqa: ANN401  # debt: lxml element
    start = _value(element, "startOverride")
    return (int(element.get(f"{W}ilvl") or 0), int(start)) if start else None


def _value(element: Any, name: str) -> str | None:  # noqa: ANN401  # debt: lxml element
    child = element.find(f"{W}{name}")
    value = None if child is None else child.get(f"{W}val")
    return None if value is None else str(value)


def write_number(number: int, number_format: str) -> str:
    """Return a number in one of the formats of 17.18.59; an unknown one is written in digits."""
    if number_format in _CHINESE:
        return chinese_number(number)
    if number_format in ("chineseLegalSimplified", "ideographLegalTraditional"):
        return "".join(_LEGAL[_DIGITS.index(sign)] if sign in _DIGITS else _LEGAL_UNITS.get(sign, sign)
                       for sign in chinese_number(number, is_short=False))  # fmt: skip
    if number_format in ("ideographDigital", "japaneseDigitalTenThousand", "taiwaneseDigital"):
        return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(number))
    if number_format.lower().endswith("letter"):
        letters = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letters.upper() if number_format.startswith("upper") else letters
    if number_format.lower().endswith("roman"):
        return _roman(number) if number_format.startswith("upper") else _roman(number).lower()
    if number_format.startswith("decimalEnclosedCircle") and 1 <= number <= 20:
        return chr(ord("①") + number - 1)
    return _OTHERS.get(number_format, str)(number)


_CHINESE = frozenset(
    {"chineseCounting", "chineseCountingThousand", "taiwaneseCounting", "taiwaneseCountingThousand",
     "japaneseCounting", "koreanCounting", "ideographTraditionalCounting"}
)  # fmt: skip
_LEGAL_UNITS = {"十": "拾", "百": "佰", "千": "仟", "万": "萬"}
_OTHERS: Mapping[str, Callable[[int], str]] = {
    "decimalZero": lambda number: f"{number:02d}",
    "decimalFullWidth": lambda number: "".join(chr(ord("０") + int(digit)) for digit in str(number)),
    "decimalEnclosedParen": lambda number: f"({number})",
    "decimalEnclosedFullstop": lambda number: f"{number}.",
    "numberInDash": lambda number: f"-{number}-",
    "ideographTraditional": lambda number: _STEMS[(number - 1) % 10],
    "ideographZodiac": lambda number: _BRANCHES[(number - 1) % 12],
    "none": lambda _number: "",
}


def chinese_number(number: int, *, is_short: bool = True) -> str:
    """Return a number below a hundred million in Chinese: 十二, 一百零五, 二万."""
    if number >= 10_000:
        rest = number % 10_000
        zero = "零" if 0 < rest < 1_000 else ""
        return chinese_number(number // 10_000) + "万" + (zero + chinese_number(rest, is_short=False) if rest else "")
    text = ""
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            text += _DIGITS[digit] + name
        elif text and number and not text.endswith("零"):
            text += "零"
    return text[1:] if is_short and text.startswith("一十") else text or "零"


def _roman(number: int) -> str:
    text = ""
    for value, sign in _ROMAN:
        count, number = divmod(number, value)
        text += sign * count
    return text
