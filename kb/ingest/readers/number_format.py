"""Numbers and dates of a spreadsheet as a person sees them: the number format of a cell applied to its value. Pure.

Follows ECMA-376 part 1, 18.8.30 and 18.8.31, as far as sheets of offices use it: sections and conditions, literals,
units, leading zeros, thousands, percent, exponents, fractions, dates, times and elapsed times.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

CHINESE_FORMATS = {
    27: 'yyyy"年"m"月"',
    28: 'm"月"d"日"',
    29: 'm"月"d"日"',
    30: "m-d-yy",
    31: 'yyyy"年"m"月"d"日"',
    32: 'h"时"mm"分"',
    33: 'h"时"mm"分"ss"秒"',
    34: '上午/下午h"时"mm"分"',
    35: '上午/下午h"时"mm"分"ss"秒"',
    36: 'yyyy"年"m"月"',
    50: 'yyyy"年"m"月"',
    51: 'm"月"d"日"',
    52: 'yyyy"年"m"月"',
    53: 'm"月"d"日"',
    54: 'm"月"d"日"',
    55: '上午/下午h"时"mm"分"',
    56: '上午/下午h"时"mm"分"ss"秒"',
    57: 'yyyy"年"m"月"',
    58: 'm"月"d"日"',
    14: "yyyy/m/d",
    22: "yyyy/m/d h:mm",
}
"""Formats that a file names by number only and whose look depends on the language of the program (18.8.30, zh-cn)."""

_TOKEN = re.compile(
    r"""(?P<quoted>"[^"]*"?)|(?P<escaped>\\.)|(?P<blank>_.)|(?P<fill>\*.)|(?P<bracket>\[[^\]]*\])
    |(?P<half>AM/PM|A/P|上午/下午)|(?P<general>General|G/通用格式)|(?P<exponent>E[+-])
    |(?P<date>y+|e+|m+|d+|h+|s+|a{3,4})|(?P<digit>[0\#?])|(?P<point>\.)|(?P<comma>,)|(?P<percent>%)|(?P<slash>/)
    |(?P<text>@)|(?P<other>.)""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_CONDITION = re.compile(r"^(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)$")
_ELAPSED = re.compile(r"^(h+|m+|s+)$", re.IGNORECASE)
_CURRENCY = re.compile(r"^\$([^-]*)(?:-.*)?$")
_DAYS = "一二三四五六日"
_ENGLISH_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ENGLISH_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  # rejected: a cell has no time zone
_SIGNIFICANT_DIGITS = 15


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def shown_number(value: float, number_format: str) -> str:
    """Return a number as its cell shows it; dates and times are numbers of days since the end of 1899.

    A number format that hides its value gives an empty text. A cell without a format shows every digit.
    """
    section, is_negative_shown = _section(value, _sections(number_format))
    tokens = _placed(section)
    if not tokens:
        return ""
    sign = "-" if value < 0 and not is_negative_shown else ""
    if any(token.kind in ("date", "elapsed") for token in tokens):
        return _shown_date(value, tokens)
    if any(token.kind == "general" for token in tokens) or not any(token.kind == "digit" for token in tokens):
        return _around(tokens, plain_number(abs(value)), sign)
    return sign + _shown_amount(Decimal(repr(abs(value))), tokens)


def shown_text(value: str, number_format: str) -> str:
    """Return a text as its cell shows it."""
    sections = _sections(number_format)
    tokens = _placed(sections[3]) if len(sections) > 3 else _placed(sections[0]) if "@" in number_format else None
    if tokens is None or (tokens and not any(token.kind == "text" for token in tokens)):
        return value
    return "".join(value if token.kind == "text" else _literal(token) for token in tokens)


def plain_number(value: float) -> str:
    """Return a number with all its digits and without an exponent."""
    digits = Decimal(repr(value)) if isinstance(value, int) else Decimal(f"{value:.{_SIGNIFICANT_DIGITS}g}")
    text = f"{digits:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_date_format(number_format: str) -> bool:
    """Tell whether a format shows a date, a time of day or an elapsed time."""
    return any(token.kind in ("date", "elapsed") for token in _placed(_sections(number_format)[0]))


def _sections(number_format: str) -> list[list[_Token]]:
    sections: list[list[_Token]] = [[]]
    for match in _TOKEN.finditer(number_format or "General"):
        kind = match.lastgroup or "other"
        if match[0] == ";":
            sections.append([])
        else:
            sections[-1].append(_Token(kind, match[0]))
    return sections


def _section(value: float, sections: Sequence[list[_Token]]) -> tuple[list[_Token], bool]:
    """Return the section for a value, and whether that section itself says that the value is negative."""
    for at, section in enumerate(sections[:2]):
        condition = next((found for token in section if (found := _CONDITION.match(token.text[1:-1]))), None)
        if condition is not None and _holds(value, condition[1], float(condition[2])):
            return section, at > 0 and value < 0
    if any(_CONDITION.match(token.text[1:-1]) for section in sections for token in section if token.kind == "bracket"):
        return sections[min(len(sections) - 1, 2)], False
    if len(sections) > 2 and value == 0:
        return sections[2], True
    return (sections[1], True) if len(sections) > 1 and value < 0 else (sections[0], False)


def _holds(value: float, sign: str, bound: float) -> bool:
    return {
        "<": value < bound, ">": value > bound, "<=": value <= bound, ">=": value >= bound, "=": value == bound,
        "<>": value != bound,
    }[sign]  # fmt: skip


def _placed(section: Sequence[_Token]) -> list[_Token]:
    """Return the tokens that show something: brackets become elapsed times and currencies, or go."""
    placed: list[_Token] = []
    for token in section:
        if token.kind != "bracket":
            placed.append(token)
        elif _ELAPSED.match(token.text[1:-1]):
            placed.append(_Token("elapsed", token.text[1:-1].lower()))
        elif (currency := _CURRENCY.match(token.text[1:-1])) is not None and currency[1]:
            placed.append(_Token("quoted", f'"{currency[1]}"'))
    return placed


def _literal(token: _Token) -> str:
    if token.kind == "quoted":
        return token.text.strip('"')
    if token.kind == "escaped":
        return token.text[1:]
    if token.kind == "blank":
        return " "
    return "" if token.kind in ("fill", "text", "general") else token.text


def _around(tokens: Sequence[_Token], number: str, sign: str) -> str:
    """Return the number in the place of `General`; a format of literals only shows them alone."""
    if not any(token.kind == "general" for token in tokens):
        if any(token.kind == "text" for token in tokens):
            return sign + number
        return "".join(map(_literal, tokens)).strip()
    return sign + "".join(number if token.kind == "general" else _literal(token) for token in tokens).strip()


def _shown_amount(value: Decimal, tokens: Sequence[_Token]) -> str:
    first = next(at for at, token in enumerate(tokens) if token.kind == "digit")
    last = max(at for at, token in enumerate(tokens) if token.kind == "digit")
    value *= Decimal(100) ** sum(token.kind == "percent" for token in tokens)
    core = tokens[first : last + 1]
    if any(token.kind == "slash" for token in core):
        return _shown_fraction(value, tokens)
    tail = tokens[last + 1 :]
    scale = 0
    while scale < len(tail) and tail[scale].kind == "comma":
        scale += 1
    value /= Decimal(1000) ** scale
    ending = "".join(map(_literal, tail[scale:]))
    power = next((at for at, token in enumerate(core) if token.kind == "exponent"), None)
    beginning = "".join(map(_literal, tokens[:first]))
    if power is not None:
        return (beginning + _shown_exponent(value, core[:power], core[power:]) + ending).strip()
    return (beginning + _shown_digits(value, core) + ending).strip()


def _shown_digits(value: Decimal, core: Sequence[_Token]) -> str:
    """Fill digits into places; literals between them stay where they stand."""
    point = next((at for at, token in enumerate(core) if token.kind == "point"), len(core))
    whole_places, fraction_places = core[:point], core[point + 1 :]
    decimals = sum(token.kind == "digit" for token in fraction_places)
    rounded = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP) if value.adjusted() < 300 else value
    whole, _, fraction = f"{rounded:f}".partition(".")
    whole_text = _whole(whole, whole_places)
    fraction_text = _fraction(fraction, fraction_places)
    return whole_text + ("." if point < len(core) and (fraction_text or decimals == 0) else "") + fraction_text


def _whole(digits: str, places: Sequence[_Token]) -> str:
    left = list(digits if digits != "0" else "")
    has_thousands = any(token.kind == "comma" for token in places)
    wanted = sum(token.kind == "digit" for token in places)
    shown: list[str] = []
    count = seen = 0
    for token in reversed(places):
        if token.kind != "digit":
            if token.kind != "comma":
                shown.append(_literal(token))
            continue
        seen += 1
        # The leftmost place takes all digits that are left.
        for _ in range(len(left) if seen == wanted else 1):
            digit = left.pop() if left else None
            count += _push(shown, digit, count, has_thousands=has_thousands)
        if not left and seen > len(digits if digits != "0" else ""):
            count += _push(shown, {"0": "0", "?": " "}.get(token.text), count, has_thousands=has_thousands)
    return "".join(reversed(shown))


def _push(shown: list[str], digit: str | None, count: int, *, has_thousands: bool) -> int:
    if digit is None:
        return 0
    if has_thousands and count and count % 3 == 0 and digit != " ":
        shown.append(",")
    shown.append(digit)
    return 1


def _fraction(digits: str, places: Sequence[_Token]) -> str:
    kept = len(digits.rstrip("0"))
    shown: list[str] = []
    at = 0
    for token in places:
        if token.kind != "digit":
            shown.append("" if token.kind == "comma" else _literal(token))
            continue
        digit = digits[at] if at < len(digits) else "0"
        at += 1
        if at <= kept or token.text == "0":
            shown.append(digit)
        elif token.text == "?":
            shown.append(" ")
    return "".join(shown)


def _shown_exponent(value: Decimal, mantissa: Sequence[_Token], power: Sequence[_Token]) -> str:
    exponent = value.adjusted() if value else 0
    number = _shown_digits(value.scaleb(-exponent), mantissa)
    wanted = sum(token.kind == "digit" for token in power)
    sign = "-" if exponent < 0 else "+" if power[0].text.endswith("+") else ""
    return f"{number}E{sign}{abs(exponent):0{wanted}d}"


def _shown_fraction(value: Decimal, tokens: Sequence[_Token]) -> str:
    slash = next(at for at, token in enumerate(tokens) if token.kind == "slash")
    below = tokens[slash + 1 :]
    stated = "".join(token.text for token in below if token.text.isdigit() or token.kind == "digit")
    has_whole = any(token.kind == "other" and token.text == " " for token in tokens[:slash])
    whole = int(value) if has_whole else 0
    rest = Fraction(value) - whole
    if stated.strip("0").isdigit() and stated:
        bottom = int(stated)
        top = round(rest * bottom)
    else:
        near = rest.limit_denominator(10 ** max(1, len(stated)) - 1)
        top, bottom = near.numerator, near.denominator
    parts = [str(whole) if whole or not top else "", f"{top}/{bottom}" if top else ""]
    return " ".join(filter(None, parts)) or "0"


def _shown_date(value: float, tokens: Sequence[_Token]) -> str:
    has_parts_of_seconds = any(
        token.kind == "digit" and at and tokens[at - 1].kind in ("point", "digit") for at, token in enumerate(tokens)
    )
    total = timedelta(days=abs(value))
    total = timedelta(milliseconds=round(total / timedelta(milliseconds=1)))
    if not has_parts_of_seconds:
        total = timedelta(seconds=round(total / timedelta(seconds=1)))
    if any(token.kind == "elapsed" for token in tokens):
        return ("-" if value < 0 else "") + _Times(_EPOCH + total, total, tokens).text()
    return _Times(_EPOCH + total, total, tokens).text() if value >= 0 else plain_number(value)


class _Times:
    """One date and time written token by token; `m` means minutes beside hours or seconds, else months."""

    def __init__(self, moment: datetime, elapsed: timedelta, tokens: Sequence[_Token]) -> None:
        self._moment = moment
        self._elapsed = int(elapsed / timedelta(seconds=1))
        self._tokens = tokens
        self._has_halves = any(token.kind == "half" for token in tokens)

    def text(self) -> str:
        return "".join(self._part(at, token) for at, token in enumerate(self._tokens)).strip()

    def _part(self, at: int, token: _Token) -> str:
        if token.kind == "elapsed":
            return self._elapsed_part(token.text)
        if token.kind == "half":
            names = {"A/P": "AP", "AM/PM": ("AM", "PM")}.get(token.text.upper(), ("上午", "下午"))
            return str(names[self._moment.hour >= 12])
        if token.kind == "date":
            return self._date_part(at, token.text.lower())
        if token.kind == "digit":
            return self._thousandths(at)
        return _literal(token)

    def _elapsed_part(self, letters: str) -> str:
        unit = {"h": 3600, "m": 60, "s": 1}[letters[0]]
        return f"{self._elapsed // unit:0{len(letters)}d}"

    def _thousandths(self, at: int) -> str:
        first = at
        while first and self._tokens[first - 1].kind == "digit":
            first -= 1
        return f"{self._moment.microsecond:06d}"[at - first]

    def _date_part(self, at: int, letters: str) -> str:
        moment, length = self._moment, len(letters)
        if letters[0] in "ye":
            return f"{moment.year % 100:02d}" if length <= 2 and letters[0] == "y" else f"{moment.year}"
        if letters[0] == "m":
            return self._minutes(length) if self._means_minutes(at) else self._month(length)
        if letters[0] == "d":
            name = _ENGLISH_DAYS[moment.weekday()]
            return f"{moment.day:0{length}d}" if length <= 2 else name[:3] if length == 3 else name
        if letters[0] == "a":
            return ("星期" if length == 4 else "") + _DAYS[moment.weekday()]
        if letters[0] == "h":
            hour = (moment.hour % 12 or 12) if self._has_halves else moment.hour
            return f"{hour:0{min(length, 2)}d}"
        return f"{moment.second:0{min(length, 2)}d}"

    def _minutes(self, length: int) -> str:
        return f"{self._moment.minute:0{min(length, 2)}d}"

    def _month(self, length: int) -> str:
        name = _ENGLISH_MONTHS[self._moment.month - 1]
        if length <= 2:
            return f"{self._moment.month:0{length}d}"
        return name[:3] if length == 3 else name[0] if length == 5 else name

    def _means_minutes(self, at: int) -> bool:
        timed = [(place, token) for place, token in enumerate(self._tokens) if token.kind in ("date", "elapsed")]
        mine = next(index for index, (place, _) in enumerate(timed) if place == at)
        before = timed[mine - 1][1].text[0].lower() if mine else ""
        after = timed[mine + 1][1].text[0].lower() if mine + 1 < len(timed) else ""
        return before == "h" or after == "s"
