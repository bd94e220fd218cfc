"""Finds the places of terms in many texts by one pass over arrays. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from kb.search.question.analysis.sounds import SOUND_RANGE

_Floats = npt.NDArray[np.float64]
_Codes = npt.NDArray[np.int16]
_Places = npt.NDArray[np.int64]

_BETWEEN = "\n"
"""Ends every text; folded texts have only blanks, so that no term reaches over it."""
_LAST = 0xFFFF
"""Stands for every character beyond the basic plane: rare ideographs and pictures, which count as one."""


class Occurrences:
    """Texts (folded, sounded or as initials) in which many terms are looked for."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Take in texts; none contains a line break."""
        joined = "".join([text + _BETWEEN for text in texts])
        self._points = np.minimum(np.frombuffer(joined.encode("utf-32-le"), np.uint32), _LAST)
        self._owners = np.repeat(np.arange(len(texts)), [len(text) + 1 for text in texts])
        self._texts = len(texts)

    def counts(self, terms: Sequence[str]) -> _Floats:
        """Return how often each term occurs, texts × terms; occurrences may overlap, as 哈哈 does twice in 哈哈哈."""
        counts = np.zeros((len(terms), self._texts))
        known, codes = self._coded("".join(terms))
        places = _by_code(codes, len(known))
        for row, term in zip(counts, terms, strict=True):
            at = places[known[term[0]]]
            for offset, character in enumerate(term[1:], 1):
                # A place that matched so far has a character behind it: at the latest the one between texts.
                at = at[codes[at + offset] == known[character]]
            row[:] = np.bincount(self._owners[at], minlength=self._texts)
        return counts.T

    def shares(self, characters: str) -> _Floats:
        """Return which share of each text's characters that say something are among these; 0 for a text of none."""
        says = _says_something()[self._points]
        _known, codes = self._coded(characters)
        among = np.bincount(self._owners[says & (codes > 0)], minlength=self._texts)
        own = np.bincount(self._owners[says], minlength=self._texts)
        shares: _Floats = among / np.maximum(own, 1)
        return shares

    def _coded(self, characters: str) -> tuple[dict[str, int], _Codes]:
        """Number these characters from 1 and return the texts in numbers, 0 for every other character."""
        known = {character: code for code, character in enumerate(dict.fromkeys(characters), 1)}
        table = np.zeros(_LAST + 1, np.int16)
        table[[min(ord(character), _LAST) for character in known]] = list(known.values())
        return known, table[self._points]


def _by_code(codes: _Codes, count: int) -> list[_Places]:
    """Return the ascending places of every code from 1; nothing for code 0."""
    places = np.flatnonzero(codes)
    order = np.argsort(codes[places], kind="stable")
    ends = np.cumsum(np.bincount(codes[places], minlength=count + 1))
    return np.split(places[order], ends[:-1])


@cache
def _says_something() -> npt.NDArray[np.bool_]:
    """Return by code point whether a character is a letter, a digit, an ideograph or a sound."""
    pattern = re.compile(rf"[\w{SOUND_RANGE}]")
    return np.array([pattern.match(chr(point)) is not None for point in range(_LAST)] + [True])
