"""Finds everything personal in a text and puts the kind in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kb.deidentify.addresses import find_addresses
from kb.deidentify.names import find_names
from kb.deidentify.numbers import find_numbers
from kb.deidentify.plates import find_plates
from kb.deidentify.spans import PersonalKind, PersonalSpan

_MASKS = {
    PersonalKind.NAME: ("[姓名]", "[name]"),
    PersonalKind.PHONE: ("[电话]", "[phone]"),
    PersonalKind.IDENTITY: ("[证件号]", "[identity number]"),
    PersonalKind.ACCOUNT: ("[户号]", "[account number]"),
    PersonalKind.BANK_CARD: ("[银行卡]", "[bank card]"),
    PersonalKind.PLATE: ("[车牌]", "[plate]"),
    PersonalKind.ADDRESS: ("[门牌]", "[house number]"),
    PersonalKind.EMAIL: ("[邮箱]", "[email]"),
}
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def find_personal(text: str) -> tuple[PersonalSpan, ...]:
    """Return every place of personal data in order, none overlapping another; the longer of two wins."""
    spans = sorted(_all(text), key=lambda span: (span.start - span.end, span.start))
    kept: list[PersonalSpan] = []
    for span in spans:
        if all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    return tuple(sorted(kept, key=lambda span: span.start))


def deidentify(text: str) -> str:
    """Return the text with a mask of its kind in place of everything personal; masking twice changes nothing."""
    return mask(text, find_personal(text))


def mask(text: str, spans: Sequence[PersonalSpan]) -> str:
    """Return the text with masks in place of the spans; they are in order and do not overlap."""
    language = 0 if _CHINESE.search(text) else 1
    parts: list[str] = []
    done = 0
    for span in spans:
        parts += text[done : span.start], _MASKS[span.kind][language]
        done = span.end
    return "".join([*parts, text[done:]])


def _all(text: str) -> Iterator[PersonalSpan]:
    for found in _EMAIL.finditer(text):
        yield PersonalSpan(PersonalKind.EMAIL, *found.span())
    yield from find_numbers(text)
    yield from find_plates(text)
    yield from find_addresses(text)
    yield from find_names(text)
