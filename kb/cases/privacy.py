"""The de-identified view of a case; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kb.deidentify import PersonalKind, deidentify, find_personal
from kb.entries.schemas import CaseDetail

_TEXTS = ("title", "problem", "solution", "area", "equipment")
_PERSONAL_KEYS = (
    (
        re.compile(
            r"姓名|联系人|户主|称呼|业主|^(?i:(?:(?:full|customer|caller|owner)(?:'s)? )?name|caller|customer|owner)$"
        ),
        "[姓名]",
        "[name]",
    ),
    (re.compile(r"电话|手机号|联系方式|^(?i:(?:mobile|tele)?\s?phone(?: number)?)$"), "[电话]", "[phone]"),
    (re.compile(r"微信|^(?i:wechat(?: id)?)$"), "[微信号]", "[messenger id]"),
    (re.compile(r"身份证|证件号|^(?i:identity number|id card|passport)$"), "[证件号]", "[identity number]"),
    (re.compile(r"户号|^(?i:account(?: number)?)$"), "[户号]", "[account number]"),
)
"""Keys that say what stands behind them, which nothing in the value announces."""
_IS_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_MASKED = re.compile(r"\[[^\]]+\]")
_SHORTEST_NAME = 2


def deidentified(case: CaseDetail) -> CaseDetail:
    """Return the case with everything personal in its texts and facts masked; a masked one comes back as it is.

    A name that one text or fact of the case gives away is masked in all of them.
    """
    if case.is_deidentified:
        return case
    names = sorted(set(_names(case)), key=len, reverse=True)
    texts = {name: _masked(getattr(case, name), names) for name in _TEXTS}
    facts: dict[str, str] = {}
    for key, value in case.facts.items():
        facts[_free(_masked(key, names), facts)] = _mask_of_key(key, value) or _masked(value, names)
    return case.model_copy(update={**texts, "facts": facts, "is_deidentified": True})


def _names(case: CaseDetail) -> Iterator[str]:
    for key, value in case.facts.items():
        if _PERSONAL_KEYS[0][0].search(key) and len(value.strip()) >= _SHORTEST_NAME:
            yield value.strip()
    for text in (*(getattr(case, name) for name in _TEXTS), *case.facts, *case.facts.values()):
        for span in find_personal(text):
            found = text[span.start : span.end].strip()
            if span.kind is PersonalKind.NAME and len(found) >= _SHORTEST_NAME:
                yield found


def _masked(text: str, names: Iterable[str]) -> str:
    for name in names:
        mask = "[姓名]" if _IS_CHINESE.search(name) else "[name]"
        # A Latin name is no part of a longer word.
        pattern = re.escape(name) if _IS_CHINESE.search(name) else rf"(?<!\w){re.escape(name)}(?!\w)"
        text = re.sub(pattern, mask, text)
    return deidentify(text)


def _mask_of_key(key: str, value: str) -> str | None:
    if not value.strip() or _MASKED.fullmatch(value.strip()):
        return None
    for pattern, chinese, english in _PERSONAL_KEYS:
        if pattern.search(key):
            return chinese if _IS_CHINESE.search(key) else english
    return None


def _free(key: str, taken: dict[str, str]) -> str:
    """Two keys may be the same once they are masked; none is lost."""
    number, free = 2, key
    while free in taken:
        number, free = number + 1, f"{key} {number}"
    return free
