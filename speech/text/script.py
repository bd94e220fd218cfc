"""Tells in which language a text is written. Pure."""

from __future__ import annotations

import re

from speech.settings import Language

_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]{2}")


def written_language(text: str) -> Language:
    """Return the language of a text: English where it has Latin words and no Chinese character."""
    return Language.ENGLISH if _LATIN.search(text) and not _HAN.search(text) else Language.CHINESE
