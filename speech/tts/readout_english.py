"""Writes figures as an English voice must say them: money, dates, times, account digits, telephone numbers. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from speech.tts.readout import digit_groups

_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_POWERS = ((10**9, "billion"), (10**6, "million"), (10**3, "thousand"))
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_IRREGULAR_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
_LARGEST = 10**12
_CURRENCIES = {
    "¥": ("yuan", "yuan", "fen"), "￥": ("yuan", "yuan", "fen"), "yuan": ("yuan", "yuan", "fen"),
    "rmb": ("yuan", "yuan", "fen"), "cny": ("yuan", "yuan", "fen"), "$": ("dollar", "dollars", "cents"),
    "usd": ("dollar", "dollars", "cents"), "dollar": ("dollar", "dollars", "cents"),
    "dollars": ("dollar", "dollars", "cents"),
}  # fmt: skip
"""One, several, and hundredths of each."""
_AMOUNT = r"\d[\d,]*(?:\.\d+)?"
_IDENTIFIER = re.compile(
    r"(?P<cue>\b(?:account|meter|order|customer|card|reference|ticket|verification|bill|work)(?:\s(?:number|no\.?|code|id))?"
    r"(?:\sis|:|\s#)?\s|#\s?)(?P<digits>\d{4,})(?![\d.,]*\d)(?!\s?(?:yuan|rmb|cny|usd|dollar|%|percent))",
    re.IGNORECASE,
)
_ISO_DATE = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)[-/](?P<month>0?[1-9]|1[0-2])[-/](?P<day>3[01]|[12]\d|0?[1-9])(?!\d)"
)
_MONTH_DAY = re.compile(
    rf"\b(?P<month>{'|'.join(f'{name[:3]}(?:{name[3:]})?' for name in _MONTHS)})\.?\s"
    r"(?P<day>3[01]|[12]\d|0?[1-9])(?!\d)(?:st|nd|rd|th)?(?:,?\s(?P<year>(?:19|20)\d\d)(?!\d))?",
)
_TIME = re.compile(
    r"(?<![\d:])(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?::[0-5]\d)?(?![\d:])(?:\s?(?P<half>[ap])\.?m\b\.?)?",
    re.IGNORECASE,
)
_SIGN_MONEY = re.compile(rf"(?P<currency>[¥￥$])\s?(?P<amount>{_AMOUNT})")
_WORD_MONEY = re.compile(rf"(?P<amount>{_AMOUNT})\s?(?P<currency>yuan|rmb|cny|usd|dollars?)\b", re.IGNORECASE)
_PERCENT = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s?(?:%|％)")
_CELSIUS = re.compile(r"(?P<minus>[-−－])?(?P<number>\d+(?:\.\d+)?)\s?(?:℃|°C)")
_MOBILE = re.compile(r"(?<!\d)(?:\+86\s?)?(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(0\d{2,3})[- ](\d{4})[- ]?(\d{3,4})(?!\d)")
_HOTLINE = re.compile(r"(?<![\d.,])(?:9[56]\d{3,4}|[48]00-?\d{3}-?\d{4})(?![\d,]*\d|\.\d|\s(?:kWh|households|homes))")
_CALLED = re.compile(r"(?P<cue>\b(?:call|dial|ring|phone)\s)(?P<digits>\d{3,})(?!\d)", re.IGNORECASE)
_LONG = re.compile(r"(?<![\d.,])\d{8,}(?![\d]|[.,]\d)")
_ORDINAL = re.compile(r"(?<![\d.])(?P<number>\d{1,6})(?:st|nd|rd|th)\b")
_UNITS = (
    (re.compile(r"(?<=[\d\s])kWh\b"), "kilowatt hours"),
    (re.compile(r"(?<=[\d\s])(?:m3\b|m³)"), "cubic meters"),
    (re.compile(r"(?<=[\d\s])Mbps\b"), "megabits per second"),
)
_HOURS = re.compile(r"(?<=\b[ap] m)\s?[-–—~]\s?(?=\w)")
_DASH = re.compile(r"(?<=\d)\s?[-–—~]\s?(?=\d)")
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


def read_out_english(text: str) -> str:
    """Return an English text in which every figure is written as it is said."""
    for unit, name in _UNITS:
        text = unit.sub(f" {name}", text)
    for pattern, say in _STEPS:
        text = pattern.sub(say, text)
    return re.sub(r"\s{2,}", " ", text).strip()


def english_digits(digits: str) -> str:
    """Return digits one by one: 105 is one zero five."""
    return " ".join(_DIGITS[int(digit)] for digit in digits if digit.isdecimal())


def english_count(value: int) -> str:
    """Return a whole number below 10^12 in words: 1860 is one thousand eight hundred sixty.

    Raises:
        ValueError: The number is negative or too large.
    """
    if not 0 <= value < _LARGEST:
        raise ValueError("english_count takes 0 to 10^12 - 1")
    if value == 0:
        return _DIGITS[0]
    words: list[str] = []
    for power, name in _POWERS:
        if value >= power:
            words += [_below_thousand(value // power), name]
            value %= power
    if value:
        words.append(_below_thousand(value))
    return " ".join(words)


def english_number(number: str) -> str:
    """Return a number with or without decimals in words; one too long for a count is said digit by digit."""
    whole, _, fraction = number.replace(",", "").partition(".")
    has_leading_zero = len(whole) > 1 and whole.startswith("0")
    said = english_digits(whole) if has_leading_zero or int(whole) >= _LARGEST else english_count(int(whole))
    return f"{said} point {english_digits(fraction)}" if fraction else said


def english_ordinal(value: int) -> str:
    """Return a place in a row: 21 is twenty-first."""
    said = english_count(value)
    head, separator, last = said.rpartition("-") if "-" in said.rpartition(" ")[2] else said.rpartition(" ")
    if last in _IRREGULAR_ORDINALS:
        last = _IRREGULAR_ORDINALS[last]
    elif last.endswith("y"):
        last = f"{last[:-1]}ieth"
    else:
        last += "th"
    return f"{head}{separator}{last}"


def english_money(amount: str, currency: str) -> str:
    """Return a sum in words: 236.50 and ¥ are two hundred thirty-six yuan and fifty fen."""
    one, several, hundredths = _CURRENCIES[currency.lower()]
    whole, _, fraction = amount.replace(",", "").partition(".")
    if len(fraction) > 2 or int(whole) >= _LARGEST:
        return f"{english_number(amount)} {several}"
    units, parts = int(whole), int(fraction.ljust(2, "0"))
    said = f"{english_count(units)} {one if units == 1 else several}" if units or not parts else ""
    if not parts:
        return said
    small = f"{english_count(parts)} {hundredths}"
    return f"{said} and {small}" if said else small


def english_time(hour: int, minute: int, half: str = "") -> str:
    """Return a time of day in words: 18:30 is six thirty p m, 8:05 is eight oh five a m.

    Args:
        hour: 0 to 24.
        minute: 0 to 59.
        half: `a` or `p` where the text says which half of the day; else the hour says it.
    """
    if hour == 24 and not minute:
        return "midnight"
    half = half.lower() or ("p" if 12 <= hour < 24 else "a")
    said = english_count(hour % 12 or 12)
    if minute:
        said += f" {'oh ' if minute < 10 else ''}{english_count(minute)}"
    return f"{said} {half} m"


def english_date(month: int, day: int, year: int | None = None) -> str:
    """Return a day in words: 8 November 2026 is November eighth, twenty twenty-six."""
    said = f"{_MONTHS[month - 1]} {english_ordinal(day)}"
    return said if year is None else f"{said}, {_year(year)}"


def english_identifier(digits: str) -> str:
    """Return an account or order number digit by digit, with a pause after every four digits."""
    return ", ".join(english_digits(group) for group in digit_groups(digits))


def _below_thousand(value: int) -> str:
    words: list[str] = []
    if value >= 100:
        words += [_DIGITS[value // 100], "hundred"]
        value %= 100
    if value >= 20:
        words.append(_TENS[value // 10] + (f"-{_DIGITS[value % 10]}" if value % 10 else ""))
    elif value >= 10:
        words.append(_TEENS[value - 10])
    elif value:
        words.append(_DIGITS[value])
    return " ".join(words)


def _year(year: int) -> str:
    first, last = divmod(year, 100)
    if 2000 <= year < 2010 or last == 0:
        return english_count(year) if year >= 2000 else f"{english_count(first)} hundred"
    return f"{english_count(first)} {'oh ' if last < 10 else ''}{english_count(last)}"


def _iso_date(found: re.Match[str]) -> str:
    return english_date(int(found["month"]), int(found["day"]), int(found["year"]))


def _named_date(found: re.Match[str]) -> str:
    month = next(at for at, name in enumerate(_MONTHS, start=1) if name.startswith(found["month"][:3]))
    return english_date(month, int(found["day"]), int(found["year"]) if found["year"] else None)


def _phone(found: re.Match[str]) -> str:
    return ", ".join(english_digits(group) for group in found.groups())


_STEPS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_IDENTIFIER, lambda found: found["cue"] + english_identifier(found["digits"])),
    (_ISO_DATE, _iso_date),
    (_MONTH_DAY, _named_date),
    (_TIME, lambda found: english_time(int(found["hour"]), int(found["minute"]), found["half"] or "")),
    (_SIGN_MONEY, lambda found: english_money(found["amount"], found["currency"])),
    (_WORD_MONEY, lambda found: english_money(found["amount"], found["currency"])),
    (_PERCENT, lambda found: f"{english_number(found['number'])} percent"),
    (
        _CELSIUS,
        lambda found: f"{'minus ' if found['minus'] else ''}{english_number(found['number'])} degrees Celsius",
    ),
    (_MOBILE, _phone),
    (_LANDLINE, _phone),
    (_CALLED, lambda found: found["cue"] + english_digits(found["digits"])),
    (_HOTLINE, lambda found: english_digits(found.group())),
    (_LONG, lambda found: english_identifier(found.group())),
    (_ORDINAL, lambda found: english_ordinal(int(found["number"]))),
    (_DASH, lambda _found: " to "),
    (_NUMBER, lambda found: english_number(found.group())),
    (_HOURS, lambda _found: " to "),
)
"""Tried in this order: what a figure means goes before how it looks."""
