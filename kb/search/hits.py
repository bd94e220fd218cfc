"""Types of the hits of a search, with their reasons; frozen, leaf types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kb.kinds import DocumentKind


class MatchKind(StrEnum):
    """How a term of the question met a term of the document."""

    EXACT = "exact"
    PINYIN = "pinyin"
    SYNONYM = "synonym"


@dataclass(frozen=True, slots=True)
class TermMatch:
    """One place where question and document share a term.

    Offsets count Unicode code points and are half-open. Overlapping matches of one field are merged.

    Attributes:
        kind: Same characters, same sound, or a curated synonym.
        field: `title`, `variants`, `answer` or `script` of an entry; `problem` or `solution` of a case.
        field_index: Which variant, 0 for single-valued fields.
        start: First character in the field's plain text.
        end: One past the last character in the field.
        query_start: First character in `SearchQuery.text`.
        query_end: One past the last character in the question.
    """

    kind: MatchKind
    field: str
    field_index: int
    start: int
    end: int
    query_start: int
    query_end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """One document, with its reasons.

    Attributes:
        kind: Entry or case.
        document_id: Stable identity of the entry or case (UUID text), the same over revisions.
        revision_id: The immutable revision the text comes from (UUID text); the case id for cases.
        revision_number: Counts an entry's revisions from 1; 1 for cases.
        title: Title of the revision.
        score: Fused score; comparable within one result only.
        confidence: Calibrated probability, 0..1, that this hit answers the question.
        score_parts: Named parts of the score (`words`, `bigrams`, `pinyin`, `vector`, …), each 0..1.
        matches: Shared terms, by field and position.
        sector: `power heating water gas tv`, or None for every sector.
        category_id: `<business_type>/<situation code>`, or None.
        folded: Ids of the documents that say nearly the same and stand behind this one, best first.
    """

    kind: DocumentKind
    document_id: str
    revision_id: str
    revision_number: int
    title: str
    score: float
    confidence: float
    score_parts: Mapping[str, float] = field(default_factory=dict)
    matches: tuple[TermMatch, ...] = ()
    sector: str | None = None
    category_id: str | None = None
    folded: tuple[str, ...] = ()


class SearchState(StrEnum):
    """How much of the search took part.

    `LOCAL`: the search server is away, and the copy on this machine answered, by words and sounds.
    """

    COMPLETE = "complete"
    LEXICAL_ONLY = "lexical_only"
    LOCAL = "local"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Answer to one query.

    Attributes:
        hits: Best first.
        state: Whether vectors took part, or nothing did.
        has_answer: False when no hit is trusted to answer ("nothing fits"); hits are still listed.
        took_ms: Wall milliseconds inside the search.
    """

    hits: tuple[Hit, ...]
    state: SearchState
    has_answer: bool
    took_ms: float
