"""Mends homophones that the recogniser wrote wrongly, by texts that sound like the question. Pure.

A telephone line turns 网上银行 into 枉上银行. The documents that sound like the question know the right characters;
how common each pair of neighbouring characters is in the collection decides between what was heard and what they say
(the best path over the characters, as in a noisy-channel speller). Sounds never change, so that whatever matches by
sound matches as before; the caller's own words stay what explanations point at.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

_MOST_CHOICES = 4
"""Characters considered at one place, the one heard included."""
_HEARD_COUNTS = 4.0
"""What keeping a character is worth, in natural logarithms of pair frequencies. A character between two that stay may
change when both pairs it makes are new and both others are known; one at an edge needs a pair known from six documents.
Half of that changed every ninth clean question, mostly in names."""
_UNKNOWN = 0.1
"""Frequency of a pair that no document has."""
_HAN = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff]")

Choices = Sequence[Sequence[str]]
"""For every character of a question what may have been said; first what was heard."""


@dataclass(frozen=True, slots=True)
class SoundedText:
    """A folded text and its sounds, of equal length."""

    text: str
    sounds: str


def choices(heard: SoundedText, known: Sequence[SoundedText]) -> Choices | None:
    """Return what may have been said by the texts that sound alike, best text first; None when nothing differs.

    At least two syllables in a row must sound alike for a text to have a say.
    """
    votes: list[dict[str, float]] = [defaultdict(float) for _ in heard.text]
    beginnings = _beginnings(heard)
    for rank, text in enumerate(known, 1):
        _vote(votes, heard, beginnings, text, 1 / rank)
    if not any(votes):
        return None
    return [
        (own, *sorted(vote, key=vote.__getitem__, reverse=True)[: _MOST_CHOICES - 1])
        for own, vote in zip(heard.text, votes, strict=True)
    ]


def _vote(
    votes: Sequence[dict[str, float]], heard: SoundedText, beginnings: Sequence[str], known: SoundedText, weight: float
) -> None:
    """Let a text say what it writes where it sounds like the question, longer pieces louder."""
    free_from = 0
    for start in [start for start, sound in enumerate(beginnings) if sound and sound in known.sounds]:
        if start < free_from:
            continue
        length, at = _longest_alike(heard, known.sounds, start)
        for offset in range(length):
            own, other = heard.text[start + offset], known.text[at + offset]
            if own != other:
                votes[start + offset][other] += weight * (length - 1)
        # Pieces may overlap by one character, whose neighbours on both sides then have a say.
        free_from = start + length - 1


def _beginnings(heard: SoundedText) -> list[str]:
    """Return for every place the two syllables that begin there, or nothing where two ideographs do not."""
    is_han = [_HAN.match(character) is not None for character in heard.text]
    return [heard.sounds[start : start + 2] if both else "" for start, both in enumerate(map(all, pairwise(is_han)))]


def _longest_alike(heard: SoundedText, sounds: str, start: int) -> tuple[int, int]:
    """Return length and place in a text of the longest piece it has from a place where it has two syllables."""
    length, place = 2, sounds.find(heard.sounds[start : start + 2])
    while start + length < len(heard.text) and _HAN.match(heard.text[start + length]):
        found = sounds.find(heard.sounds[start : start + length + 1])
        if found < 0:
            break
        length, place = length + 1, found
    return length, place


def pairs(options: Choices) -> set[str]:
    """Return the pairs of characters whose frequencies `likeliest` asks for."""
    return {
        one + other
        for left, right in pairwise(options)
        for one in left
        for other in right
        if _HAN.match(one) and _HAN.match(other)
    }


def likeliest(options: Choices, frequencies: Mapping[str, int]) -> str:
    """Return the likeliest text.

    Args:
        options: As `choices` returns them.
        frequencies: In how many documents each pair of characters stands; absent means in none.
    """
    worth = {pair: math.log(frequencies.get(pair, 0) + _UNKNOWN) for pair in pairs(options)}
    paths = [(_HEARD_COUNTS if not place else 0.0, character) for place, character in enumerate(options[0])]
    for column in options[1:]:
        paths = [_best_path(paths, place, character, worth) for place, character in enumerate(column)]
    return max(paths, key=lambda path: path[0])[1]


def _best_path(
    paths: Sequence[tuple[float, str]], place: int, character: str, worth: Mapping[str, float]
) -> tuple[float, str]:
    score, text = max(
        ((score + worth.get(text[-1] + character, 0.0), text) for score, text in paths), key=lambda path: path[0]
    )
    return score + (_HEARD_COUNTS if not place else 0.0), text + character
