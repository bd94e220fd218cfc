"""Folds documents that say nearly the same, so that one answer does not fill the list; pure.

Copies of an entry, for another region or by mistake, are told by their text: the share of three-character pieces that
two documents have in common. The titles must be alike too, since one stock answer may serve many questions. A piece
of text that decides (a number, a not) must agree exactly: two tariffs written in the same words are two answers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from kb.search.ranking.projections import ProjectedDocument

SAME_ABOVE = 0.7
"""Jaccard similarity of three-character pieces from which two documents are one (docs/benchmarks/2026-11-29.md)."""
TITLES_ABOVE = 0.7
"""Share of the shorter title's character pairs that the other title must have; a copy for a region adds its name."""
LOOKED_AT = 30
"""Documents of a ranking that are compared with the better ones; 2 ms of one core for entries of 300 characters."""
_PIECE = 3
_SHORTEST = 12
"""Characters below which a text is too short to tell a copy from a like."""

_NOT_CONTENT = re.compile(r"[^\w]|_")
_DECIDING = re.compile(r"\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百千万半]+|[不没无未非禁勿别]")


@dataclass(frozen=True)
class _Fingerprint:
    """What is compared of a document, made when first needed."""

    document: ProjectedDocument

    @cached_property
    def text(self) -> str:
        parts = [part for part in self.document.asked if part.field != "variants"]
        return _NOT_CONTENT.sub("", "".join(part.folded.text for part in (*parts, *self.document.told)))

    @cached_property
    def title_pairs(self) -> frozenset[str]:
        title = _NOT_CONTENT.sub("", "".join(part.folded.text for part in self.document.asked if part.field == "title"))
        return frozenset(title[at : at + 2] for at in range(len(title) - 1))

    @cached_property
    def pieces(self) -> frozenset[str]:
        return frozenset(self.text[at : at + _PIECE] for at in range(len(self.text) - _PIECE + 1))

    @cached_property
    def deciding(self) -> Counter[str]:
        # A copy is often told apart by a number in its title: （二）, 副本2.
        return Counter(_DECIDING.findall("\n".join(part.folded.text for part in self.document.told)))


def _is_same(one: _Fingerprint, other: _Fingerprint) -> bool:
    if one.document.document.kind is not other.document.document.kind:
        return False
    shorter, longer = sorted((len(one.text), len(other.text)))
    if shorter < _SHORTEST or shorter < SAME_ABOVE * longer * 0.9:
        return False
    titles = min(len(one.title_pairs), len(other.title_pairs))
    if not titles or len(one.title_pairs & other.title_pairs) < TITLES_ABOVE * titles:
        return False
    shared = len(one.pieces & other.pieces)
    return shared >= SAME_ABOVE * (len(one.pieces) + len(other.pieces) - shared) and one.deciding == other.deciding


def folded(documents: Sequence[ProjectedDocument], limit: int) -> list[tuple[int, tuple[int, ...]]]:
    """Fold a ranking.

    Args:
        documents: Best first.
        limit: How many are wanted.

    Returns:
        The place of each document that is shown, best first, with the places of those folded into it. Past
        `LOOKED_AT` documents stand for themselves.
    """
    shown: list[tuple[int, _Fingerprint, list[int]]] = []
    for place, document in enumerate(documents):
        made = _Fingerprint(document)
        compared = shown if place < LOOKED_AT else []
        same = next((under for _place, other, under in compared if _is_same(other, made)), None)
        if same is not None:
            same.append(place)
        elif len(shown) < limit:
            shown.append((place, made, []))
        elif place >= LOOKED_AT:
            break
    return [(place, tuple(under)) for place, _made, under in shown]
