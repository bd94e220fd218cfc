"""Finds whom a comment names with an @ sign. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeVar

K = TypeVar("K")
MOST_MENTIONED = 10
_MENTION = re.compile(r"@(?P<rest>[^@\n]+)")


def mentioned(text: str, names: Mapping[K, Iterable[str]]) -> list[K]:
    """Return the people whom a text names, in its order, at most `MOST_MENTIONED`.

    Chinese has no blank after a name, so the longest name that follows the sign counts.

    Args:
        text: Of the comment.
        names: Names by which each person may be called: display name and user name.
    """
    by_length = sorted(
        ((name.casefold(), key) for key, known in names.items() for name in known if name),
        key=lambda pair: -len(pair[0]),
    )
    found: list[K] = []
    for match in _MENTION.finditer(text):
        rest = match["rest"].casefold()
        key = next((key for name, key in by_length if rest.startswith(name)), None)
        if key is not None and key not in found:
            found.append(key)
    return found[:MOST_MENTIONED]
