"""Finds everything personal in a text and puts the kind in its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from kb.deidentify.addresses import find_addresses, find_whole_addresses
from kb.deidentify.handles import find_handles
from kb.deidentify.names import find_names
from kb.deidentify.numbers import find_numbers
from kb.deidentify.plates import find_plates
from kb.deidentify.spans import PersonalKind, PersonalSpan
from kit.errors import MisconfiguredError

_MASKS = {
    PersonalKind.NAME: ("[姓名]", "[name]"),
    PersonalKind.SURNAME: ("[姓名]", "[name]"),
    PersonalKind.PHONE: ("[电话]", "[phone]"),
    PersonalKind.IDENTITY: ("[证件号]", "[identity number]"),
    PersonalKind.ACCOUNT: ("[户号]", "[account number]"),
    PersonalKind.METER: ("[表号]", "[meter number]"),
    PersonalKind.BANK_CARD: ("[银行卡]", "[bank card]"),
    PersonalKind.PLATE: ("[车牌]", "[plate]"),
    PersonalKind.ADDRESS: ("[门牌]", "[house number]"),
    PersonalKind.EMAIL: ("[邮箱]", "[email]"),
    PersonalKind.MESSENGER: ("[微信号]", "[messenger id]"),
}
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def find_personal(text: str, *, has_whole_addresses: bool = False) -> tuple[PersonalSpan, ...]:
    """Return every place of personal data in order, none overlapping another; the longer of two wins.

    Args:
        text: What was said or written.
        has_whole_addresses: Whether an address counts from the name of the road on. Cases leave the road readable, so
            that those of one area are found together; exports do not.
    """
    spans = sorted(_all(text, find_whole_addresses if has_whole_addresses else find_addresses), key=_longest_first)
    kept: list[PersonalSpan] = []
    for span in spans:
        if all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    return tuple(sorted(kept, key=lambda span: span.start))


def _longest_first(span: PersonalSpan) -> tuple[int, int]:
    return span.start - span.end, span.start


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


def check_recognisers(promised: Iterable[str]) -> None:
    """Check that every kind of personal data that a policy promises to mask has a recogniser and a mask.

    Raises:
        MisconfiguredError: A kind has none; the product must not start with a promise that it cannot keep.
    """
    known = {kind.value for kind in PersonalKind if kind in _MASKS}
    if missing := sorted(set(promised) - known):
        raise MisconfiguredError(
            f"the masking policy promises {', '.join(missing)}, which nothing here recognises; "
            f"the kinds are {', '.join(sorted(known))}",
            code="masking_kind_unknown",
        )


def _all(text: str, addresses: Callable[[str], Iterator[PersonalSpan]]) -> Iterator[PersonalSpan]:
    yield from find_handles(text)
    yield from find_numbers(text)
    yield from find_plates(text)
    yield from addresses(text)
    yield from find_names(text)
