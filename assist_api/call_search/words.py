"""Splits what somebody types into words and phrases, and texts into pairs of characters. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kit.errors import InvalidInputError
from speech.text.itn import write_numbers

MOST_WORDS = 8
LONGEST_WORD = 60
_WORD = re.compile(r'"([^"]+)"|“([^”]+)”|(\S+)')


def folded(text: str) -> str:
    """Return a text as it is compared: in small letters."""
    return text.lower()


def words_of(text: str) -> list[str]:
    """Return the words and the phrases in quotation marks of a search, with figures for numbers, as texts are kept.

    Raises:
        InvalidInputError: `too_many_words`, or `word_too_long`.
    """
    typed = (folded(next(filter(None, match.groups()))) for match in _WORD.finditer(text))
    words = list(dict.fromkeys(write_numbers(word).text for word in typed))
    if len(words) > MOST_WORDS:
        raise InvalidInputError(f"Search for at most {MOST_WORDS} words.", field="text", code="too_many_words")
    if any(len(word) > LONGEST_WORD for word in words):
        raise InvalidInputError(f"A word has at most {LONGEST_WORD} characters.", field="text", code="word_too_long")
    return words


def grams_of(texts: Iterable[str]) -> set[str]:
    """Return every pair of neighbouring characters of texts, and every character that stands alone in one."""
    grams: set[str] = set()
    for text in map(folded, texts):
        grams.update(text[at : at + 2] for at in range(max(1, len(text) - 1)) if text[at : at + 2].strip())
    return {gram for gram in grams if "\0" not in gram}


def word_grams(word: str) -> set[str]:
    """Return the pairs that a text with this word must have; none for a single character."""
    return grams_of([word]) if len(word) > 1 else set()


def like_pattern(word: str) -> str:
    """Return the word as a pattern of `LIKE` with the escape character `/`."""
    return "%" + re.sub(r"([/%_])", r"/\1", word) + "%"
