"""Finds contradictions and near-duplicates among published entries. Pure, and long: called on a background thread."""

from __future__ import annotations

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
        if verdict.label is not PairLabel.DISTINCT:
            yield a, b, verdict


def _near(vectors: Vectors) -> list[tuple[int, int]]:
    """Return the pairs of neighbours, each once; row by row, since all cosines at once would not fit in memory."""
    pairs: set[tuple[int, int]] = set()
    for row in range(len(vectors)):
        cosines = vectors @ vectors[row]
        cosines[row] = -1.0
        nearest = np.argsort(-cosines)[:NEIGHBOURS]
        pairs |= {(min(row, int(at)), max(row, int(at))) for at in nearest if cosines[at] >= COMPARED_FROM}
    return sorted(pairs)
