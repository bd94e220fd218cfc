"""Interface of search stores; each backend has a folder beside this file.

A store keeps documents, an inverted index over application-side terms, and vectors. It finds candidates; scoring,
fusion and explanation happen above it and are therefore the same on every backend. The first six methods are
Haystack's `DocumentStore` protocol. All methods block: call them in an executor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt
from haystack import Document
from haystack.document_stores.types import DuplicatePolicy

from kb.kinds import Audience, DocumentKind
from kb.search.documents import SearchDocument
from kb.search.question.analysis.terms import Channel

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class StoreCapabilities:
    """Properties of a store that callers may branch on.

    Attributes:
        name: Of the backend.
        is_writable: False when another process holds the writer's place; searching works all the same.
    """

    name: str
    is_writable: bool


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """What a document must fulfil to be a candidate; fields as in `SearchQuery`, `on` resolved to a day.

    `document_ids` narrows to documents the database chose; no id at all admits nothing.
    """

    kinds: frozenset[DocumentKind]
    on: date
    audience: Audience = Audience.AGENT
    sector: str | None = None
    region: str | None = None
    document_ids: frozenset[str] | None = None

    def admits(self, document: SearchDocument) -> bool:
        """Whether the document fulfils the filter."""
        return (
            document.kind in self.kinds
            and (self.document_ids is None or document.document_id in self.document_ids)
            and self.audience in document.audiences
            and (self.sector is None or document.sector in (None, self.sector))
            and (self.region is None or document.region in (None, self.region))
            and (document.valid_from is None or document.valid_from <= self.on)
            and (document.valid_until is None or self.on <= document.valid_until)
        )


@dataclass(frozen=True, slots=True)
class WeightedTerm:
    """A term of one channel and how much it counts."""

    channel: Channel
    text: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document and the score of the retrieval step that found it; comparable within one answer only."""

    document_id: str
    score: float


class Side(StrEnum):
    """Which part of a document a passage stands for."""

    QUESTION = "question"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Passage:
    """A text to embed; `text_hash` names the vector, so unchanged text is never embedded again."""

    text_hash: str
    side: Side
    text: str


@dataclass(frozen=True, slots=True)
class VectorScore:
    """Best cosine of a document's passages; None while a side has no vector (yet)."""

    question: float | None
    answer: float | None


@dataclass(frozen=True, slots=True)
class CollectionStatistics:
    """What BM25 needs to know of the whole collection; lengths count characters of folded text."""

    document_count: int
    average_question_characters: float
    average_answer_characters: float


class SearchStore(Protocol):
    """A place for documents, terms and vectors."""

    def count_documents(self) -> int:
        """Return the number of documents."""
        ...

    def filter_documents(self, filters: dict[str, Any] | None = None) -> list[Document]:
        """Return the documents that match Haystack filters, as Haystack documents."""
        ...

    def write_documents(self, documents: list[Document], policy: DuplicatePolicy = DuplicatePolicy.NONE) -> int:
        """Write Haystack documents; `NONE` and `OVERWRITE` replace, as every re-import must be idempotent."""
        ...

    def delete_documents(self, document_ids: list[str]) -> None:
        """Delete by id; unknown ids are ignored, so that a replayed change does no harm."""
        ...

    def to_dict(self) -> dict[str, Any]:
        """Serialise how to open the store (not its content)."""
        ...

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Open a store from `to_dict`."""
        ...

    @property
    def capabilities(self) -> StoreCapabilities:
        """Name and whether it can be written."""
        ...

    def apply(
        self, upserts: Sequence[SearchDocument], removals: Sequence[str], change_number: int | None = None
    ) -> None:
        """Replace and remove documents and remember the change they belong to, all or nothing.

        Raises:
            ConflictError: This process may only read.
        """
        ...

    @property
    def change_number(self) -> int:
        """The last change applied, 0 when none."""
        ...

    def find_lexical(self, terms: Sequence[WeightedTerm], wanted: SearchFilter, limit: int) -> list[Candidate]:
        """Return the documents with the best weighted BM25 over the terms, best first."""
        ...

    def find_vectors(self, vector: Vector, wanted: SearchFilter, limit: int) -> list[Candidate]:
        """Return the documents with the passages nearest to a question's vector, best first."""
        ...

    def vector_scores(self, vector: Vector, document_ids: Sequence[str]) -> dict[str, VectorScore]:
        """Return cosines of the documents' passages with a question's vector."""
        ...

    def load(self, document_ids: Iterable[str]) -> dict[str, SearchDocument]:
        """Return the documents that (still) exist."""
        ...

    def document_frequencies(self, terms: Sequence[tuple[Channel, str]]) -> Mapping[tuple[Channel, str], int]:
        """Return in how many documents each term occurs."""
        ...

    def statistics(self) -> CollectionStatistics:
        """Return counts and average lengths."""
        ...

    def passages_without_vector(self, limit: int) -> list[Passage]:
        """Return passages that wait for a vector, each text once."""
        ...

    def add_vectors(self, vectors: Mapping[str, Vector]) -> None:
        """Store unit vectors by text hash.

        Raises:
            ConflictError: This process may only read.
        """
        ...

    def vector_share(self) -> float:
        """Return the share of documents that have a vector, 0..1; 1 for an empty store."""
        ...

    def close(self) -> None:
        """Release files and locks; safe to call twice."""
        ...
