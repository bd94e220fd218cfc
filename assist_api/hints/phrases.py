"""Phrases that a curator writes: plain words, choices in brackets and gaps; punctuation does not count. Pure.

`(跟|和)您…核对` is heard in "我跟您再核对一下": `(a|b)` is a choice, `(a|)` may be missing, and `…` stands for at most
ten characters. Spaces and punctuation do not count on either side, since recognisers set them as they like.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kit.errors import InvalidInputError

LONGEST_PHRASE = 160
_GAP = "…"
_GAP_LENGTH = 10
_MOST_GAPS = 4
"""More gaps than this make a search slow and say little."""
_MOST_CHOICES = 8
"""Each choice that may be missing doubles the ways to read a phrase."""
_SKIPPED = re.compile(r"[\W_]")
_NO_SIGNS = re.compile(r"[\[\]{}*+^$\\]")
"""Signs of regular expressions, which a phrase is not."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a phrase stands in a text.

    Attributes:
        start: First character (Unicode code points).
        end: One past the last.
    """

    start: int
    end: int


class Spoken:
    """A text as phrases are looked for in it: letters and digits alone, with their places in the original."""

    def __init__(self, text: str) -> None:
        """Prepare a text."""
        kept = [(place, letter.lower()) for place, letter in enumerate(text) if not _SKIPPED.match(letter)]
        self.text = text
        self.letters = "".join(letter for _, letter in kept)
        self._places = [place for place, letter in kept for _ in letter]

    def place(self, start: int, end: int) -> Place:
        """Return where a stretch of the letters stands in the original text."""
        return Place(self._places[start], self._places[end - 1] + 1)


class PhraseSet:
    """Phrases any of which counts, less those around which none does; immutable."""

    def __init__(self, heard: Sequence[str], unless: Sequence[str] = ()) -> None:
        """Compile the phrases.

        Raises:
            InvalidInputError: `phrase_invalid`: a phrase cannot be read; the message names it.
        """
        self._heard = _union(heard)
        self._unless = _union(unless)

    def find(self, spoken: Spoken) -> Place | None:
        """Return the first place that counts; None where the text does not say it."""
        if self._heard is None:
            return None
        excused = [] if self._unless is None else [found.span() for found in self._unless.finditer(spoken.letters)]
        for found in self._heard.finditer(spoken.letters):
            start, end = found.span()
            if end > start and not any(first < end and start < last for first, last in excused):
                return spoken.place(start, end)
        return None


def expression(phrase: str) -> str:
    """Return the regular expression of a phrase.

    Raises:
        InvalidInputError: `phrase_invalid`.
    """
    if len(phrase) > LONGEST_PHRASE:
        raise _error(phrase, f"it is longer than {LONGEST_PHRASE} characters")
    if phrase.count(_GAP) > _MOST_GAPS:
        raise _error(phrase, f"it has more than {_MOST_GAPS} gaps")
    if phrase.count("(") > _MOST_CHOICES:
        raise _error(phrase, f"it has more than {_MOST_CHOICES} choices")
    if signs := _NO_SIGNS.findall(phrase):
        raise _error(phrase, f"{signs[0]} has no meaning in it")
    made, depth = [], 0
    for letter in phrase:
        if letter == "(":
            depth += 1
            made.append("(?:")
        elif letter == ")":
            depth -= 1
            made.append(")")
        elif letter == "|" and depth > 0:
            made.append("|")
        elif letter == _GAP:
            made.append(f".{{0,{_GAP_LENGTH}}}?")
        elif not _SKIPPED.match(letter):
            made.append(re.escape(letter.lower()))
        if depth not in {0, 1, 2}:
            raise _error(phrase, "its brackets do not match")
    if depth:
        raise _error(phrase, "a bracket is not closed")
    compiled = "".join(made)
    if re.compile(compiled).fullmatch(""):
        raise _error(phrase, "it holds no word")
    return compiled


def _union(phrases: Sequence[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{expression(phrase)})" for phrase in phrases)) if phrases else None


def _error(phrase: str, problem: str) -> InvalidInputError:
    text = f"The phrase “{phrase[:LONGEST_PHRASE]}” cannot be read: {problem}."
    return InvalidInputError(text, field="phrase", code="phrase_invalid")
