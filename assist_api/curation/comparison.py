"""Finds contradictions and near-duplicates among published entries. Pure, and long: called on a background thread."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from curation.pairs import EntryText, PairLabel, PairVerdict, compare
from kb.entries.models import Revision
from kb.search.embedders.base import Vectors

NEIGHBOURS = 8
"""Entries that each one is compared with; a text rarely has more than a few that answer the same question."""
COMPARED_FROM = 0.5
"""Cosine below which `curation.pairs` never calls a pair a contradiction or a duplicate."""
MOST_PAIRS = 200
LONG_ANSWER = 100
"""Characters from which an answer says more than one thing; those of the development pairs have fewer."""
SHARED_WORDS = 0.3
"""Of the answers of the demo knowledge, no two that answer different questions share more than .25."""
SHARED_CLAUSE = 0.35
_CLAUSES = re.compile(r"[。；;！？\n]")
_LETTERS = re.compile(r"[\W\d]")
"""What is left out before texts are compared: all but letters."""


@dataclass(frozen=True, slots=True)
class Side:
    """What is compared of a published text."""

    entry_id: UUID
    revision_id: UUID
    sector: str | None
    title: str
    answer: str

    @classmethod
    def of(cls, revision: Revision) -> Side:
        """Return the side of a revision."""
        return cls(revision.entry_id, revision.id, revision.sector, revision.title, revision.answer or revision.script)


@dataclass(frozen=True, slots=True)
class FoundPair:
    """Two texts that do not go together."""

    a: Side
    b: Side
    verdict: PairVerdict

    @property
    def key(self) -> str:
        """Names the two revisions, whichever comes first."""
        first, second = sorted((str(self.a.revision_id), str(self.b.revision_id)))
        return f"pair:{first}:{second}"

    @property
    def score(self) -> float:
        """How much speaks for it, 0..1."""
        return max(self.verdict.contradiction, self.verdict.duplicate)


def find_pairs(sides: Sequence[Side], vectors: Vectors) -> list[FoundPair]:
    """Return contradictions and duplicates, the surest first, at most `MOST_PAIRS`."""
    found = [FoundPair(sides[a], sides[b], verdict) for a, b, verdict in _judged(sides, vectors)]
    return sorted(found, key=lambda pair: (-pair.score, pair.key))[:MOST_PAIRS]


def _judged(sides: Sequence[Side], vectors: Vectors) -> Iterator[tuple[int, int, PairVerdict]]:
    for a, b in _near(vectors):
        one, other = sides[a], sides[b]
        if one.sector is not None and other.sector is not None and one.sector != other.sector:
            continue
        similarity = float(vectors[a] @ vectors[b])
        verdict = compare(EntryText(one.title, one.answer), EntryText(other.title, other.answer), similarity)
        if verdict.label is not PairLabel.DISTINCT and _is_borne_out(one, other, verdict):
            yield a, b, verdict


def _is_borne_out(one: Side, other: Side, verdict: PairVerdict) -> bool:
    """Return whether the words of two long answers bear out what similarity and facts say of them.

    Long answers on one subject lie near to each other and name many facts, whatever they answer. Such a pair is a
    duplicate only when the answers share words, and a contradiction only when a disagreement stands in clauses that
    say the same otherwise.
    """
    if min(len(one.answer), len(other.answer)) < LONG_ANSWER:
        return True
    if verdict.label is PairLabel.DUPLICATE:
        return _shared(one.answer, other.answer) >= SHARED_WORDS
    return any(
        _shared(_clause(one.answer, ours), _clause(other.answer, theirs)) >= SHARED_CLAUSE
        for ours, theirs in (each.words for each in verdict.disagreements)
    )


def _clause(text: str, words: str) -> str:
    """Return the clause around some words, without them."""
    return next((clause.replace(words, "") for clause in _CLAUSES.split(text) if words in clause), "")


def _shared(one: str, other: str) -> float:
    """Return the share of character pairs that two texts have in common (Dice), 0..1."""
    ours, theirs = (
        {text[at : at + 2] for at in range(len(text) - 1)} for text in (_LETTERS.sub("", one), _LETTERS.sub("", other))
    )
    return 2 * len(ours & theirs) / max(1, len(ours) + len(theirs))


def _near(vectors: Vectors) -> list[tuple[int, int]]:
    """Return the pairs of neighbours, each once; row by row, since all cosines at once would not fit in memory."""
    pairs: set[tuple[int, int]] = set()
    for row in range(len(vectors)):
        cosines = vectors @ vectors[row]
        cosines[row] = -1.0
        nearest = np.argsort(-cosines)[:NEIGHBOURS]
        pairs |= {(min(row, int(at)), max(row, int(at))) for at in nearest if cosines[at] >= COMPARED_FROM}
    return sorted(pairs)
