"""Traditional to Simplified: Whisper mixes the two, often inside one call."""

from __future__ import annotations

from functools import cache

from opencc import OpenCC


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


def simplify(text: str) -> str:
    """Return the text in Simplified characters; other scripts pass unchanged."""
    return str(_converter().convert(text))
