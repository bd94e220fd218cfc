"""Writes figures as a voice must say them: money, dates, times, account digits with 幺, telephone numbers. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from kit.numerals import say_count, say_digits

_GROUP = 4
"""Digits of a long number between two short pauses; callers write along in fours."""
_IDENTIFIER = re.compile(
    r"(?P<cue>(?:[户账帐卡表]|编|单|缴费|客户|用户|工单|受理|订单|验证)(?:号码?|码)(?:是|为|：|:)?\s?)(?P<digits>\d{4,})"
)
_DATE = re.compile(
    r"(?P<year>(?:19|20)\d\d)[-/年.](?P<month>0?[1-9]|1[0-2])[-/月.](?P<day>0?[1-9]|[12]\d|3[01])(?:[日号])?(?!\d)"
)
_MONTH_DAY = re.compile(r"(?P<month>0?[1-9]|1[0-2])月(?P<day>0?[1-9]|[12]\d|3[01])(?P<name>[日号])")
_TIME = re.compile(r"(?<!\d)(?P<hour>[01]?\d|2[0-4])[:：](?P<minute>[0-5]\d)(?:[:：][0-5]\d)?(?!\d)")
_MONEY = re.compile(r"(?:[¥￥]\s?(?P<sign>\d[\d,]*(?:\.\d+)?)|(?P<amount>\d[\d,]*(?:\.\d+)?)\s?(?:元|块钱|块|RMB))")
_PERCENT = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s?[%％]")
_CELSIUS = re.compile(r"(?P<minus>[-−－])?(?P<number>\d+(?:\.\d+)?)\s?(?:℃|°C)")
_MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(0\d{2,3})[- ](\d{4})[- ]?(\d{3,4})(?!\d)")
_HOTLINE = re.compile(
    r"(?<!\d)(?:9[56]\d{3,4}|1[12]\d|12[3-9]\d{2}|[48]00-?\d{3}-?\d{4})(?!\d|\.|元|度|块|[年月日天个户吨方米])"
)
_LONG = re.compile(r"(?<![\d.])\d{8,}(?![\d.])")
_RANGE = re.compile(r"(?<=[零一二三四五六七八九十百千万点分日号元两度])\s?[-~～—]\s?(?=[零一二三四五六七八九十两])")
_TWO = re.compile(r"(?<![\d.])2(?=[个次户天台位项种条家张份遍户名层])")
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_LARGEST = 10**12


def read_out(text: str) -> str:
    """Return a Chinese text in which every figure is written as it is said."""
    for pattern, say in _STEPS:
        text = pattern.sub(say, text)
    return _RANGE.sub("到", text)


def say_number(number: str) -> str:
    """Return a number with or without decimals as it is said; one too long for a count is said digit by digit."""
    whole, _, fraction = number.replace(",", "").partition(".")
    has_leading_zero = len(whole) > 1 and whole.startswith("0")
    said = say_digits(whole) if has_leading_zero or int(whole) >= _LARGEST else say_count(int(whole))
    return f"{said}点{say_digits(fraction)}" if fraction else said


def say_money(amount: str) -> str:
    """Return a sum in yuan as it is said: 236.50 is 二百三十六元五角, 0.05 is 五分."""
    whole, _, fraction = amount.replace(",", "").partition(".")
    if len(fraction) > 2:
        return f"{say_number(amount)}元"
    jiao, fen = (int(digit) for digit in fraction.ljust(2, "0"))
    yuan = int(whole)
    said = f"{say_count(yuan)}元" if yuan or not (jiao or fen) else ""
    if jiao:
        said += f"{say_count(jiao)}角"
    if fen:
        said += f"{'零' if yuan and not jiao else ''}{say_count(fen)}分"
    return said


def say_time(hour: int, minute: int) -> str:
    """Return a time of day as it is said: 18:30 is 十八点三十分, 8:05 is 八点零五分."""
    said = f"{'两' if hour == 2 else say_count(hour)}点"
    if not minute:
        return said
    return f"{said}{'零' if minute < 10 else ''}{say_count(minute)}分"


def say_identifier(digits: str) -> str:
    """Return an account or order number digit by digit, 1 as 幺, with a pause after every four digits."""
    return "，".join(say_digits(group, one="幺") for group in digit_groups(digits))


def digit_groups(digits: str) -> list[str]:
    """Return the digits of a long number in fours; a last one does not stand alone."""
    groups = [digits[place : place + _GROUP] for place in range(0, len(digits), _GROUP)]
    if len(groups) > 1 and len(groups[-1]) == 1:
        groups[-2:] = [groups[-2] + groups[-1]]
    return groups


def _date(found: re.Match[str]) -> str:
    return f"{say_digits(found['year'])}年{say_count(int(found['month']))}月{say_count(int(found['day']))}日"


def _month_day(found: re.Match[str]) -> str:
    return f"{say_count(int(found['month']))}月{say_count(int(found['day']))}{found['name']}"


def _celsius(found: re.Match[str]) -> str:
    return f"{'零下' if found['minus'] else ''}{say_number(found['number'])}摄氏度"


def _phone(found: re.Match[str]) -> str:
    return "，".join(say_digits(group, one="幺") for group in found.groups())


_STEPS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_IDENTIFIER, lambda found: found["cue"] + say_identifier(found["digits"])),
    (_DATE, _date),
    (_MONTH_DAY, _month_day),
    (_TIME, lambda found: say_time(int(found["hour"]), int(found["minute"]))),
    (_MONEY, lambda found: say_money(found["sign"] or found["amount"])),
    (_PERCENT, lambda found: f"百分之{say_number(found['number'])}"),
    (_CELSIUS, _celsius),
    (_MOBILE, _phone),
    (_LANDLINE, _phone),
    (_HOTLINE, lambda found: say_digits(found.group().replace("-", ""), one="幺")),
    (_LONG, lambda found: say_identifier(found.group())),
    (_TWO, lambda found: "两"),
    (_NUMBER, lambda found: say_number(found.group())),
)
"""Tried in this order: what a figure means goes before how it looks."""
