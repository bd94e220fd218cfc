"""Tells where a reader sees something else than the recogniser wrote: mended words, and figures for numbers. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import rjieba

from speech.events import TextChange
from speech.text.itn import write_numbers


def changes_between(heard: str, text: str) -> tuple[TextChange, ...]:
    """Return the changes of a text, in order and without overlap; every place points into `text`.

    Args:
        heard: What the recogniser wrote, in Simplified characters and with even spacing.
        text: The same with misheard words mended, which keeps its length. Where the lengths differ all the same, only
            numbers are told.
    """
    is_aligned = len(heard) == len(text)
    source = heard if is_aligned else text
    numbers = [(item.start, item.end, item.text) for item in write_numbers(text).changes]
    words = [
        (start, end, text[start:end])
        for start, end in (_mended_words(heard, text) if is_aligned else ())
        if all(end <= first or last <= start for first, last, _ in numbers)
    ]
    return tuple(TextChange(start, end, source[start:end], written) for start, end, written in sorted(numbers + words))


def written_text(text: str, places: Iterable[tuple[int, int, str]]) -> str:
    """Return a text as a reader sees it; never empty where the text is not.

    Args:
        text: What was heard.
        places: Start, end and wording of its changes, in order and without overlap.
    """
    pieces = []
    done = 0
    for start, end, written in places:
        pieces += [text[done:start], written]
        done = end
    return "".join([*pieces, text[done:]]) or text


def _mended_words(heard: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield the dictionary's words of the text in which a character was changed."""
    start = 0
    for word in rjieba.cut(text, False):
        end = start + len(word)
        if heard[start:end] != text[start:end]:
            yield start, end
        start = end
