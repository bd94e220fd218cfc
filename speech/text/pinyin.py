"""How Chinese characters sound, and how far apart two sounds are on a telephone line."""

from __future__ import annotations

import re
from functools import cache

SAME = 0.0
HOMOPHONE = 0.2
CONFUSABLE = 0.5
NEIGHBOUR = 1.0
DIFFERENT = float("inf")

_MAX_READINGS = 4
_INITIAL = re.compile(r"^(zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(.*)$")
_MERGED_INITIALS = {"zh": "z", "ch": "c", "sh": "s", "l": "n", "f": "h"}
"""Not kept apart by many speakers (retroflex and n/l), or on a line that ends at 3.4 kHz (f/h)."""
_MERGED_FINALS = {"ing": "in", "eng": "en", "ang": "an", "iang": "ian", "uang": "uan"}
_FAMILIES = {"q": "j", "x": "j", "c": "z", "s": "z"}
"""Affricates and fricatives differ above 3.4 kHz, which the telephone cuts off (线费 for 欠费)."""


@cache
def readings(character: str) -> tuple[str, ...]:
    """Return the toneless readings of a character, the usual one first; none for what is not Chinese."""
    # Imported here: the table takes the better part of a second to load, and only a vocabulary needs it.
    from pypinyin import Style, pinyin

    if not is_chinese(character):
        return ()
    return tuple(dict.fromkeys(pinyin(character, style=Style.NORMAL, heteronym=True)[0]))[:_MAX_READINGS]


def is_chinese(character: str) -> bool:
    """Whether this is a Chinese character of the common blocks."""
    return "\u4e00" <= character <= "\u9fff"


@cache
def confusable(syllable: str) -> str:
    """Return what the syllable becomes for a speaker who merges zh/z, ch/c, sh/s, n/l, f/h, -ng/-n."""
    initial, final = _split(syllable)
    return _MERGED_INITIALS.get(initial, initial) + _MERGED_FINALS.get(final, final)


@cache
def family(syllable: str) -> str:
    """Return a key that all syllables at finite distance share."""
    initial, final = _split(confusable(syllable))
    return _FAMILIES.get(initial, initial) + final


def distance(heard: str, meant: str) -> float:
    """Return how far one character sounds from another: one of the five levels of this module."""
    if heard == meant:
        return SAME
    return min((_syllable_distance(a, b) for a in readings(heard) for b in readings(meant)), default=DIFFERENT)


@cache
def _syllable_distance(one: str, other: str) -> float:
    if one == other:
        return HOMOPHONE
    if confusable(one) == confusable(other):
        return CONFUSABLE
    return NEIGHBOUR if family(one) == family(other) else DIFFERENT


def _split(syllable: str) -> tuple[str, str]:
    match = _INITIAL.match(syllable)
    return (match.group(1) or "", match.group(2)) if match else ("", syllable)
