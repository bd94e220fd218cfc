"""Telephone and account numbers as people type them. Pure."""

from __future__ import annotations

import re
import unicodedata

_NOISE = re.compile(r"[\s\-()（）.·]")
_COUNTRY = re.compile(r"^(?:\+|00)86")
_PHONE = re.compile(r"\d{3,15}")


def folded(text: str) -> str:
    """Return the text in plain characters, without spaces at its ends."""
    return unicodedata.normalize("NFKC", text).strip()


def phone_digits(text: str) -> str | None:
    """Return a telephone number as digits without the country code of China; None where the text is none."""
    digits = _COUNTRY.sub("", _NOISE.sub("", folded(text)))
    return digits if _PHONE.fullmatch(digits) else None
