"""Says where two texts of the same call differ in their words; punctuation does not count. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz.distance import Levenshtein

from assist_api.transcripts.utterances import LegRole, TextChange, Utterance


@dataclass(frozen=True, slots=True)
class _Sign:
    """A letter or digit of a leg, and where it stands: number of the utterance and place in its text."""

    sign: str
    utterance: int
    place: int


@dataclass(frozen=True, slots=True)
class _Edit:
    """Signs `start` to `end` of the second text stand where the first one has `heard`."""

    start: int
    end: int
    heard: str


def differences(seen: Sequence[Utterance], second: Sequence[Utterance]) -> list[list[TextChange]]:
    """Return for each utterance of the second text where it differs from the first, in order.

    Both texts are compared as a reader sees them, and each leg as a whole, since utterances may be cut elsewhere.
    `heard` is what the first text has; an empty place says that the second leaves words out.
    """
    found: list[list[TextChange]] = [[] for _ in second]
    for role in LegRole:
        before = "".join(sign.sign for sign in _signs(seen, role))
        after = list(_signs(second, role))
        for edit in _edits(before, "".join(sign.sign for sign in after)):
            for number, change in _placed(edit, after, second):
                found[number].append(change)
    return found


def _signs(utterances: Sequence[Utterance], role: LegRole) -> Iterator[_Sign]:
    for number, utterance in enumerate(utterances):
        if utterance.leg_role is role:
            for place, sign in enumerate(utterance.written):
                if sign.isalnum():
                    yield _Sign(sign.lower(), number, place)


def _edits(before: str, after: str) -> list[_Edit]:
    edits: list[_Edit] = []
    for code in Levenshtein.opcodes(before, after):
        if code.tag == "equal":
            continue
        heard = before[code.src_start : code.src_end]
        if edits and edits[-1].end == code.dest_start:
            last = edits.pop()
            edits.append(_Edit(last.start, code.dest_end, last.heard + heard))
        else:
            edits.append(_Edit(code.dest_start, code.dest_end, heard))
    return edits


def _placed(edit: _Edit, signs: Sequence[_Sign], utterances: Sequence[Utterance]) -> Iterator[tuple[int, TextChange]]:
    """Yield the changes of an edit, one for each utterance that it reaches into; the first has `heard`."""
    if not signs:
        return
    if edit.start == edit.end:
        before = signs[edit.start - 1] if edit.start else None
        number, place = (signs[0].utterance, 0) if before is None else (before.utterance, before.place + 1)
        yield number, TextChange(start=place, end=place, heard=edit.heard, written="")
        return
    part = signs[edit.start : edit.end]
    cuts = [
        0,
        *(at + 1 for at, (one, next_) in enumerate(pairwise(part)) if one.utterance != next_.utterance),
        len(part),
    ]
    for start, end in pairwise(cuts):
        first, last = part[start], part[end - 1]
        words = utterances[first.utterance].written[first.place : last.place + 1]
        heard = edit.heard if start == 0 else ""
        yield first.utterance, TextChange(start=first.place, end=last.place + 1, heard=heard, written=words)
