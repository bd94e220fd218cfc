"""Licence plates, written (苏A·12345) or with spoken digits (苏A幺二三四五)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.deidentify.spans import PersonalKind, PersonalSpan
from kit.numerals import SPOKEN_DIGITS

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_SIGN = rf"[A-HJ-NP-Za-hj-np-z0-9{''.join(SPOKEN_DIGITS)}]"
_CHINESE = re.compile(
    rf"[{_PROVINCES}][ ]?[A-Za-z][ ·•.\-]?(?=[A-Za-z]{{0,3}}[ ]?[0-9{''.join(SPOKEN_DIGITS)}])"
    rf"(?:{_SIGN}{{5,6}}|{_SIGN}(?:[ ]{_SIGN}){{4,5}})"
)
_ENGLISH = re.compile(
    r"\b(?:licen[cs]e plate|plate number|plate)(?: is| number is|:)? +([A-Z0-9][A-Z0-9 -]{3,9}[A-Z0-9])\b"
)


def find_plates(text: str) -> Iterator[PersonalSpan]:
    """Yield every licence plate."""
    for found in _CHINESE.finditer(text):
        yield PersonalSpan(PersonalKind.PLATE, *found.span())
    for found in _ENGLISH.finditer(text):
        if re.search(r"\d", found.group(1)):
            yield PersonalSpan(PersonalKind.PLATE, *found.span(1))
