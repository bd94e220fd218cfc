"""A store seen as if one document had been written already; the store itself is only read.

Everything above a store (analysis, ranking, confidence, explanation) works on this view as on the store, so that
"what would search find if this text were published?" takes the path that cards take, on every backend.

Two things are simpler than in a store. The document is a candidate whenever it shares a term with the question (or
has a vector): a store would drop it behind `limit` better ones, where the ranking puts it as well. And the vectors
come from outside, since a text that was never published has none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from haystack import Document
from haystack.document_stores.types import DuplicatePolicy

from kb.search.analysis.document_terms import document_terms
from kb.search.analysis.folding import fold
from kb.search.analysis.terms import Channel
from kb.search.document_records import answer_text, question_text
from kb.search.documents import SearchDocument
from kb.search.passages import passages_of
from kb.search.stores.base import (
    Candidate,
    CollectionStatistics,
    Passage,
    SearchFilter,
    SearchStore,
    Side,
    StoreCapabilities,
    Vector,
    VectorScore,
    WeightedTerm,
)
from kit.errors import ConflictError


@dataclass(frozen=True)
class Draft:
    """A document that is not in the store, taken apart once for many searches.

    Attributes:
        document: The text.
        terms: Its terms, by channel.
        question_characters: Length of what it is asked by, folded.
        answer_characters: Length of what it tells, folded.
        vectors: Unit vectors of its passages with their side; empty to search without.
    """

    document: SearchDocument
    terms: Mapping[Channel, Counter[str]]
    question_characters: int
    answer_characters: int
    vectors: tuple[tuple[Side, Vector], ...] = ()

    @classmethod
    def of(cls, document: SearchDocument, vectors: Mapping[str, Vector] | None = None) -> Self:
        """Take a document apart; `vectors` are by the hash of their passage."""
        known = vectors or {}
        return cls(
            document,
            {channel: Counter(terms) for channel, terms in document_terms(document).items()},
            len(fold(question_text(document)).text),
            len(fold(answer_text(document)).text),
            tuple((p.side, known[p.text_hash]) for p in passages_of(document) if p.text_hash in known),
        )

    def score(self, question: Vector) -> VectorScore:
        """Return the best cosine of each side."""
        sides: dict[Side, list[float]] = {side: [] for side in Side}
        for side, vector in self.vectors:
            sides[side].append(float(vector @ question))
        return VectorScore(max(sides[Side.QUESTION], default=None), max(sides[Side.ANSWER], default=None))


class OverlayStore:
    """A `SearchStore` with one document put in, replaced or taken out; it refuses every write."""

    def __init__(self, base: SearchStore, document_id: str, draft: Draft | None) -> None:
        """Look at a store.

        Args:
            base: The store below; whoever leased it closes it.
            document_id: Which document is as the draft says, whether the store has it or not.
            draft: The document as it would be; None as if it were gone.
        """
        self._base = base
        self._id = document_id
        self._draft = draft
        present = base.load([document_id]).get(document_id)
        self._replaced = None if present is None else Draft.of(present)

    # Searching ---------------------------------------------------------------------------------------------------

    def find_lexical(self, terms: Sequence[WeightedTerm], wanted: SearchFilter, limit: int) -> list[Candidate]:
        """Return the base's candidates, with the draft behind them when it shares a term."""
        found = self._others(self._base.find_lexical(terms, wanted, limit + 1))[:limit]
        draft = self._admitted(wanted)
        if draft is not None and any(draft.terms[term.channel][term.text] for term in terms):
            found.append(Candidate(self._id, 0.0))
        return found

    def find_vectors(self, vector: Vector, wanted: SearchFilter, limit: int) -> list[Candidate]:
        """Return the base's candidates and the draft, best first."""
        found = self._others(self._base.find_vectors(vector, wanted, limit + 1))[:limit]
        draft = self._admitted(wanted)
        if draft is not None and draft.vectors:
            score = draft.score(vector)
            found.append(Candidate(self._id, max(s for s in (score.question, score.answer) if s is not None)))
            found.sort(key=lambda candidate: -candidate.score)
        return found

    def _others(self, candidates: Iterable[Candidate]) -> list[Candidate]:
        return [candidate for candidate in candidates if candidate.document_id != self._id]

    def _admitted(self, wanted: SearchFilter) -> Draft | None:
        draft = self._draft
        return draft if draft is not None and wanted.admits(draft.document) else None

    def vector_scores(self, vector: Vector, document_ids: Sequence[str]) -> dict[str, VectorScore]:
        """Return cosines, the draft's from its own vectors."""
        scores = self._base.vector_scores(vector, [name for name in document_ids if name != self._id])
        if self._id in document_ids and self._draft is not None:
            scores[self._id] = self._draft.score(vector)
        return scores

    def load(self, document_ids: Iterable[str]) -> dict[str, SearchDocument]:
        """Return the documents, the draft in its place."""
        wanted = list(document_ids)
        loaded = self._base.load([name for name in wanted if name != self._id])
        if self._id in wanted and self._draft is not None:
            loaded[self._id] = self._draft.document
        return loaded

    def document_frequencies(self, terms: Sequence[tuple[Channel, str]]) -> Mapping[tuple[Channel, str], int]:
        """Return the base's counts, less the replaced document, plus the draft."""
        counts = dict(self._base.document_frequencies(terms))
        for part, step in ((self._replaced, -1), (self._draft, 1)):
            if part is not None:
                for channel, text in counts:
                    counts[channel, text] += step * (part.terms[channel][text] > 0)
        return {term: max(0, count) for term, count in counts.items()}

    def statistics(self) -> CollectionStatistics:
        """Return the base's counts and averages, less the replaced document, plus the draft.

        A document without a side does not count towards that side's average; how many those are is not known
        here and is too few to matter.
        """
        base = self._base.statistics()
        count, asked, told = base.document_count, base.average_question_characters, base.average_answer_characters
        asked_sum, told_sum = asked * count, told * count
        for part, step in ((self._replaced, -1), (self._draft, 1)):
            if part is not None:
                count += step
                asked_sum += step * (part.question_characters or asked)
                told_sum += step * (part.answer_characters or told)
        if count <= 0:
            return CollectionStatistics(0, 1.0, 1.0)
        return CollectionStatistics(count, max(1.0, asked_sum / count), max(1.0, told_sum / count))

    def vector_share(self) -> float:
        """Return the base's share: one document more or less does not decide whether vectors take part."""
        return self._base.vector_share()

    def count_documents(self) -> int:
        """Return the number of documents in this view."""
        return self.statistics().document_count

    @property
    def change_number(self) -> int:
        """The base's."""
        return self._base.change_number

    def passages_without_vector(self, limit: int) -> list[Passage]:
        """Return nothing: a view is not to be filled."""
        return []

    # Not for views -----------------------------------------------------------------------------------------------

    @property
    def capabilities(self) -> StoreCapabilities:
        """The base's name; never writable."""
        return StoreCapabilities(f"{self._base.capabilities.name}+draft", is_writable=False)

    def apply(
        self, upserts: Sequence[SearchDocument], removals: Sequence[str], change_number: int | None = None
    ) -> None:
        """Refuse."""
        raise _only_a_view()

    def add_vectors(self, vectors: Mapping[str, Vector]) -> None:
        """Refuse."""
        raise _only_a_view()

    def write_documents(self, documents: list[Document], policy: DuplicatePolicy = DuplicatePolicy.NONE) -> int:
        """Refuse."""
        raise _only_a_view()

    def delete_documents(self, document_ids: list[str]) -> None:
        """Refuse."""
        raise _only_a_view()

    def filter_documents(self, filters: dict[str, Any] | None = None) -> list[Document]:
        """Return the base's documents: no search reads them this way."""
        return self._base.filter_documents(filters)

    def to_dict(self) -> dict[str, Any]:
        """Refuse."""
        raise _only_a_view()

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Refuse."""
        raise _only_a_view()

    def close(self) -> None:
        """Leave the base to its owner."""


def _only_a_view() -> ConflictError:
    return ConflictError("This is a view of a search index and cannot be written.", code="search_index_locked")
