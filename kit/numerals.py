"""Reads and says Chinese numbers: digit by digit (幺三八), as a count (一千八百六), with decimals (三点五)."""

from __future__ import annotations

import re
from decimal import Decimal

SPOKEN_DIGITS = dict(zip("零〇洞一幺二两三四五六七拐八九", "000112234567789", strict=True))
"""`洞` 0, `幺` 1 and `拐` 7 are how dispatchers keep like-sounding digits apart."""
_VALUES = {sign: int(digit) for sign, digit in SPOKEN_DIGITS.items()} | {"壹": 1, "俩": 2, "仨": 3}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_SECTIONS = {"万": 10_000, "亿": 100_000_000}
COUNT_SIGNS = "零〇一二两三四五六七八九十百千万亿"
_SIGNS = frozenset(COUNT_SIGNS)
_WRITTEN = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_FULL_WIDTH = {ord("０") + place: str(place) for place in range(10)} | {ord("．"): "."}


def spoken_digits(text: str) -> str:
    """Return the digits of a text as ASCII, spoken ones included; everything else is left out."""
    return "".join(SPOKEN_DIGITS.get(sign, sign) for sign in text.translate(_FULL_WIDTH) if _is_digit(sign))


def parse_number(text: str) -> Decimal | None:
    """Return the value of a written number or a spoken count; None when the text is neither.

    A count may leave out its last unit: `一千八百六` is 1860, `三万二` is 32000; `两千零五` is 2005. Signs without any
    unit are digits in a row: `三六五` is 365. `三点五` is 3.5 and `半` is a half.
    """
    text = text.translate(_FULL_WIDTH).replace(",", "")
    if text == "半":
        return Decimal("0.5")
    if _WRITTEN.fullmatch(text):
        return Decimal(text)
    whole, point, fraction = text.partition("点")
    if point:
        return _with_fraction(whole, fraction)
    if mixed := re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([百千万亿])", text):
        return Decimal(mixed[1]) * (_UNITS | _SECTIONS)[mixed[2]]
    count = _count(text)
    return None if count is None else Decimal(count)


def _with_fraction(whole: str, fraction: str) -> Decimal | None:
    count = _count(whole)
    digits = spoken_digits(fraction)
    if count is None or not digits or len(digits) != len(fraction):
        return None
    return Decimal(f"{count}.{digits}")


def _is_digit(sign: str) -> bool:
    return sign in SPOKEN_DIGITS or sign in "0123456789０１２３４５６７８９"


def _count(text: str) -> int | None:
    if not text or any(sign not in _VALUES and sign not in _UNITS and sign not in _SECTIONS for sign in text):
        return None
    if not any(sign in _UNITS or sign in _SECTIONS for sign in text):
        return int("".join(str(_VALUES[sign]) for sign in text))
    return _with_units(text)


def _with_units(text: str) -> int | None:
    total = section = 0
    digit: int | None = None
    last_unit = 1
    is_after_zero = False
    for sign in text:
        if sign in _UNITS:
            last_unit = _UNITS[sign]
            section += (1 if digit is None else digit) * last_unit
            digit, is_after_zero = None, False
        elif sign in _SECTIONS:
            last_unit = _SECTIONS[sign]
            section += digit or 0
            total = total + section * last_unit if total > last_unit else (total + section) * last_unit
            section, digit, is_after_zero = 0, None, False
        elif digit is not None and _VALUES[sign] != 0:
            return None
        elif _VALUES[sign] == 0:
            is_after_zero = True
        else:
            digit = _VALUES[sign]
    if digit is not None:
        section += digit if is_after_zero or last_unit <= 10 else digit * last_unit // 10
    return total + section


def is_count(text: str) -> bool:
    """Whether a text is a spoken count with at least one unit (十, 百, 千, 万)."""
    return all(sign in _SIGNS for sign in text) and any(sign in _UNITS or sign in _SECTIONS for sign in text)


_SAID = "零一二三四五六七八九"
_POWERS = ("", "十", "百", "千")


def say_digits(digits: str, one: str = "一") -> str:
    """Return ASCII digits as they are said one by one; other signs stay.

    Args:
        digits: What is said.
        one: `幺` for telephone and account numbers, where `一` sounds like `七`.
    """
    return "".join(one if sign == "1" else _SAID[int(sign)] if sign.isdecimal() else sign for sign in digits)


def say_count(value: int) -> str:
    """Return a whole number below 10^12 as it is said: 1860 is 一千八百六十, 10 is 十, 2000 is 两千, 105 is 一百零五.

    Raises:
        ValueError: The number is negative or too large.
    """
    if not 0 <= value < 10**12:
        raise ValueError("say_count takes 0 to 10^12 - 1")
    if value == 0:
        return _SAID[0]
    said = ""
    for power, section_name in ((8, "亿"), (4, "万"), (0, "")):
        section = value // 10**power % 10_000
        if section:
            gap = _SAID[0] if said and section < 1000 else ""
            said += gap + _say_section(section) + section_name
    return said.removeprefix("一") if said.startswith("一十") else said


def _say_section(section: int) -> str:
    said = ""
    for place in range(3, -1, -1):
        digit = section // 10**place % 10
        if digit:
            has_gap = said and section // 10 ** (place + 1) % 10 == 0
            name = "两" if digit == 2 and place == 3 else _SAID[digit]
            said += (_SAID[0] if has_gap else "") + name + _POWERS[place]
    return said
