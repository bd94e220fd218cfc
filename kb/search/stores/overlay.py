"""A store seen as if documents had been written or removed already; the store itself is only read.

Everything above a store (analysis, ranking, confidence, explanation) works on this view as on the store, so that
"what would search find if these texts were published?" takes the path that cards take, on every backend.

Two things are simpler than in a store. A document of the view is a candidate whenever it shares a term with the
question (or has a vector): a store would drop it behind `limit` better ones, where the ranking puts it as well. And
the vectors come from outside, since a text that was never published has none.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from haystack import Document
from haystack.document_stores.types import DuplicatePolicy

from kb.search.document_records import answer_text, question_text
from kb.search.documents import SearchDocument
from kb.search.passages import passages_of
from kb.search.question.analysis.document_terms import document_terms
from kb.search.question.analysis.folding import fold
from kb.search.question.analysis.terms import Channel
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

Term = tuple[Channel, str]


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
    """A `SearchStore` with documents put in, replaced or taken out; it refuses every write."""

    def __init__(self, base: SearchStore, drafts: Mapping[str, Draft | None]) -> None:
        """Look at a store; what is counted of the documents is counted at the first search, on its thread.

        Args:
            base: The store below; whoever leased it closes it.
            drafts: Documents as they would be, by id, whether the store has them or not; None as if one were gone.
        """
        self._base = base
        self._hidden = frozenset(drafts)
        self._drafts = {name: draft for name, draft in drafts.items() if draft is not None}

    @cached_property
    def _replaced(self) -> list[Draft]:
        return [Draft.of(document) for document in self._base.load(self._hidden).values()]

    @cached_property
    def _named(self) -> dict[Term, list[str]]:
        return _names_by_term(self._drafts)

    @cached_property
    def _more(self) -> Counter[Term]:
        """In how many more documents (or fewer) than in the base a term occurs."""
        more = Counter({term: len(names) for term, names in self._named.items()})
        more.subtract(term for draft in self._replaced for term in _terms_of(draft))
        return more

    # Searching ---------------------------------------------------------------------------------------------------

    def find_lexical(self, terms: Sequence[WeightedTerm], wanted: SearchFilter, limit: int) -> list[Candidate]:
        """Return the base's candidates, with the drafts behind them that share a term.

        At most `limit` drafts: when more share one, those whose terms weigh most in sum, rare ones more (the weights
        of BM25 without its counts and lengths). A draft behind so many others is nobody's card.
        """
        found = self._others(self._base.find_lexical(terms, wanted, limit + len(self._replaced)))[:limit]
        shared: dict[str, list[WeightedTerm]] = {}
        for term in terms:
            for name in self._named.get((term.channel, term.text), ()):
                shared.setdefault(name, []).append(term)
        names = [name for name in shared if wanted.admits(self._drafts[name].document)]
        if len(names) > limit:
            weights = term_weights(terms, self)
            sums = {name: sum(weights[term.channel, term.text] for term in shared[name]) for name in names}
            names = sorted(names, key=lambda name: -sums[name])[:limit]
        return found + [Candidate(name, 0.0) for name in names]

    def find_vectors(self, vector: Vector, wanted: SearchFilter, limit: int) -> list[Candidate]:
        """Return the base's candidates and at most `limit` drafts, best first."""
        found = self._others(self._base.find_vectors(vector, wanted, limit + len(self._replaced)))[:limit]
        ours = [
            Candidate(name, _best(draft.score(vector)))
            for name, draft in self._drafts.items()
            if draft.vectors and wanted.admits(draft.document)
        ]
        ours.sort(key=lambda candidate: -candidate.score)
        return sorted([*found, *ours[:limit]], key=lambda candidate: -candidate.score)

    def _others(self, candidates: Iterable[Candidate]) -> list[Candidate]:
        return [candidate for candidate in candidates if candidate.document_id not in self._hidden]

    def vector_scores(self, vector: Vector, document_ids: Sequence[str]) -> dict[str, VectorScore]:
        """Return cosines, a draft's from its own vectors."""
        scores = self._base.vector_scores(vector, [name for name in document_ids if name not in self._hidden])
        return scores | {name: self._drafts[name].score(vector) for name in document_ids if name in self._drafts}

    def load(self, document_ids: Iterable[str]) -> dict[str, SearchDocument]:
        """Return the documents, the drafts in their places."""
        wanted = list(document_ids)
        loaded = self._base.load([name for name in wanted if name not in self._hidden])
        return loaded | {name: self._drafts[name].document for name in wanted if name in self._drafts}

    def document_frequencies(self, terms: Sequence[tuple[Channel, str]]) -> Mapping[tuple[Channel, str], int]:
        """Return the base's counts, less the replaced documents, plus the drafts."""
        counts = self._base.document_frequencies(terms)
        return {term: max(0, count + self._more[term]) for term, count in counts.items()}

    def statistics(self) -> CollectionStatistics:
        """Return the base's counts and averages, less the replaced documents, plus the drafts.

        A document without a side does not count towards that side's average; how many those are is not known
        here and is too few to matter.
        """
        base = self._base.statistics()
        count, asked, told = base.document_count, base.average_question_characters, base.average_answer_characters
        asked_sum, told_sum = asked * count, told * count
        for parts, step in ((self._replaced, -1), (self._drafts.values(), 1)):
            for part in parts:
                count += step
                asked_sum += step * (part.question_characters or asked)
                told_sum += step * (part.answer_characters or told)
        if count <= 0:
            return CollectionStatistics(0, 1.0, 1.0)
        return CollectionStatistics(count, max(1.0, asked_sum / count), max(1.0, told_sum / count))

    def vector_share(self) -> float:
        """Return the base's share: documents that are not written yet do not decide whether vectors take part."""
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


def term_weights(terms: Sequence[WeightedTerm], store: SearchStore) -> dict[Term, float]:
    """Return what each term of a question counts: its weight, times how rare it is in the store (BM25's idf)."""
    keys = [(term.channel, term.text) for term in terms]
    count, frequencies = store.statistics().document_count, store.document_frequencies(keys)
    weights: dict[Term, float] = {}
    for term, key in zip(terms, keys, strict=True):
        frequency = frequencies[key]
        idf = math.log(1 + (max(count, frequency) - frequency + 0.5) / (frequency + 0.5))
        weights[key] = weights.get(key, 0.0) + term.weight * idf
    return weights


def _names_by_term(drafts: Mapping[str, Draft]) -> dict[Term, list[str]]:
    named: dict[Term, list[str]] = {}
    for name, draft in drafts.items():
        for term in _terms_of(draft):
            named.setdefault(term, []).append(name)
    return named


def _terms_of(draft: Draft) -> Iterator[Term]:
    return ((channel, text) for channel, texts in draft.terms.items() for text in texts)


def _best(score: VectorScore) -> float:
    return max(side for side in (score.question, score.answer) if side is not None)


def _only_a_view() -> ConflictError:
    return ConflictError("This is a view of a search index and cannot be written.", code="search_index_locked")
