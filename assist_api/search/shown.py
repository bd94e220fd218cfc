"""What every shown document has, in the search field and in a call: matched words, confidence, folded documents."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import Field

from assist_api.http.wire import Span, WireModel


class CardMatch(WireModel):
    """A term that caller and entry share: highlighted on both sides, dotted when only the sound agrees."""

    kind: Literal["exact", "pinyin", "synonym"]
    segment_id: UUID | None = Field(description="The utterance it stands in; null for a typed search")
    utterance_span: Span | None
    field: Literal["title", "variants", "answer", "script", "problem", "solution"]
    field_index: int
    field_span: Span


class Confidence(StrEnum):
    """The bar of three steps on a card."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class FoldedDocument(WireModel):
    """An entry or case that says nearly the same as the one shown, and stands behind it."""

    document_id: UUID = Field(description="Of the entry or case")
    title: str
    region: str | None = Field(description="Of an entry, or the area of a case; null for everywhere")
