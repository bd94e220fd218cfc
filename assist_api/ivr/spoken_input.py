"""What a caller's words mean where a number, a yes, or a mark was asked for. Pure."""

from __future__ import annotations

import re

from assist_api.facts.cues import NO, YES
from kit.numerals import spoken_digits

_NUMBER_SIGNS = re.compile(r"[\d零〇洞一幺二两三四五六七拐八九０-９\s，,。.、\-—]+")
_MARKS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (1, re.compile(r"(?:非常|很|太|特别|极其?|十分)(?:的)?不(?:满意|好)|很差|太差|极差|差劲|糟糕|最低分|零分")),
    (2, re.compile(r"不(?:太|怎么|大|是很)?(?:满意|好|行)|没(?:有)?(?:多)?满意|差")),
    (3, re.compile(r"一般|还行|凑合|马马虎虎|还可以|过得去")),
    (5, re.compile(r"(?:非常|很|特别|十分|相当|都很)(?:的)?(?:满意|好|棒)|满分|优秀|太好|特别棒|最高分|很不错")),
    (4, re.compile(r"满意|挺好|不错|好评|(?<!不)可以|^好[的啊呀吧。，]*$|比较好|还好")),
)
"""Marks in words, the first that fits counts: a refusal stands before the praise that it contains."""
_MARK_FIGURE = re.compile(
    r"([1-5１-５一二两三四五])(?:分|颗?星)(?![钟之])"
    r"|^(?:我|就|给|打|是|选|按|评|你们|那)*([1-5１-５一二两三四五])[吧的啊呀。，！]*$"
)
_REFUSES = re.compile(r"^(?:先)?(?:不用|不要|不需要|不必|算了|没(?:有|了)?(?:别的|其他)?)")
_WANTS = re.compile(r"^(?:我)?(?:要(?!不)|需要|确认|同意|有(?!没有))[的啊吧呀。，]*$|^(?:要|需要)(?!不)")

_FIRST = re.compile(r"第一|前一|前面|前者|头一")
_SECOND = re.compile(r"第二|后一|后面|后者")


def number_in(text: str, fewest: int, most: int) -> str | None:
    """Return the number that a caller said, or None where the words are no number of that length.

    Args:
        text: As the recogniser wrote it.
        fewest: Digits that it must have.
        most: Digits that it may have.
    """
    runs = [spoken_digits(found.group()) for found in _NUMBER_SIGNS.finditer(text)]
    fitting = [run for run in runs if fewest <= len(run) <= most]
    return max(fitting, key=len) if fitting else None


def has_digits(text: str) -> bool:
    """Tell whether somebody began to say a number."""
    return any(len(spoken_digits(found.group())) > 2 for found in _NUMBER_SIGNS.finditer(text))


def is_yes(text: str) -> bool | None:
    """Return whether a caller agreed; None where the words are neither a yes nor a no."""
    if NO.search(text) or _REFUSES.search(text):
        return False
    if YES.search(text) or _WANTS.search(text):
        return True
    return None


def which_of_two(text: str) -> int | None:
    """Return 0 or 1 where a caller named the first or the second of two; None where neither, or both."""
    named = bool(_FIRST.search(text)), bool(_SECOND.search(text))
    return None if named[0] == named[1] else int(named[1])


def mark_in(text: str) -> int | None:
    """Return the mark that a caller gave in words or as a figure, 1 to 5; None where it is none."""
    if figure := _MARK_FIGURE.search(text):
        return int(spoken_digits(figure[1] or figure[2]))
    return next((mark for mark, words in _MARKS if words.search(text)), None)


def passes_check(digits: str, rule: str) -> bool:
    """Tell whether a number fulfils the check rule of its kind."""
    return rule != "luhn" or _luhn(digits)


def _luhn(digits: str) -> bool:
    total = 0
    for place, sign in enumerate(reversed(digits)):
        value = int(sign) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
