"""E-mail addresses, written or spelt out (`liu点wei艾特example点com`), and names of messenger accounts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.deidentify.spans import PersonalKind, PersonalSpan

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_DIGIT = "0-9零〇一二三四五六七八九幺两"
_SIGNS = rf"(?:[A-Za-z{_DIGIT}]|[大小]写(?=\s?[A-Za-z])|(?<=[A-Za-z{_DIGIT}])\s(?=[A-Za-z{_DIGIT}]))+"
_PART = rf"{_SIGNS}(?:\s?(?:点|杠|下划线|横杠|减号|[._-])\s?{_SIGNS})*"
_AT = r"(?:艾特|爱特|圈[aA]|小老鼠|花[aA]|[@＠]|(?<![A-Za-z])at(?![A-Za-z]))"
_SPELT = re.compile(
    rf"{_PART}\s?{_AT}\s?{_SIGNS}(?:\s?(?:点|\.|\bdot\b)\s?(?:[A-Za-z](?:\s?[A-Za-z])+|康母?|抗姆|科姆))+"
)
_SPELT_ENGLISH = re.compile(r"\b[\w.+-]+(?: dot [\w-]+)* at [\w-]+(?: dot [A-Za-z]{2,})+\b", re.ASCII | re.IGNORECASE)
_MESSENGER = re.compile(
    r"(?:微信号?|QQ号?|[Ww]e[Cc]hat(?: id)?|钉钉号?)(?:就)?(?:是|叫|：|:|"
    r"，)?\s?([A-Za-z0-9][A-Za-z0-9_-]{4,19})(?![A-Za-z0-9_@-])"
)


def find_handles(text: str) -> Iterator[PersonalSpan]:
    """Yield e-mail addresses and messenger accounts."""
    for pattern in (_EMAIL, _SPELT, _SPELT_ENGLISH):
        for found in pattern.finditer(text):
            yield PersonalSpan(PersonalKind.EMAIL, *found.span())
    for found in _MESSENGER.finditer(text):
        if not re.fullmatch(r"1[3-9]\d{9}", found[1]):
            yield PersonalSpan(PersonalKind.MESSENGER, *found.span(1))
