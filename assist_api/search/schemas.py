"""What the typed search takes and gives."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from assist_api.http.schemas import InputModel
from assist_api.http.wire import WireModel
from assist_api.search.shown import CardMatch, Confidence, FoldedDocument
from kb.kinds import Audience, DocumentKind
from kb.search.query import MAX_QUERY_CHARACTERS

SectorName = Literal["power", "heating", "water", "gas", "tv"]
MAX_RESULTS = 20


class SearchRequest(InputModel):
    """A typed question; it travels in the body, for what people type does not belong into a URL."""

    text: Annotated[str, StringConstraints(max_length=MAX_QUERY_CHARACTERS)]
    kinds: list[DocumentKind] = Field(default=[DocumentKind.ENTRY, DocumentKind.CASE], min_length=1, max_length=2)
    sector: SectorName | None = None
    region: Annotated[str, StringConstraints(max_length=32)] | None = Field(
        default=None, description="Only entries for this region or for everywhere; null for every region"
    )
    on: date | None = Field(default=None, description="The day whose validity counts; null for today")
    audience: Audience = Field(default=Audience.AGENT, description="Only what this audience may see")
    limit: Annotated[int, Field(ge=1, le=MAX_RESULTS)] = 10
    call_id: UUID | None = Field(default=None, description="The call during which it was typed")


class FoundEntry(WireModel):
    """One knowledge entry that answers a typed question; the fields a suggestion card shares keep their names."""

    entry_id: UUID
    revision_id: UUID
    revision_number: int
    title: str
    script: str = Field(description="The sentence(s) to say aloud")
    answer: str = Field(description="Markdown")
    variants: list[str]
    sector: str | None
    category_path: list[str] = Field(description="Chinese names: sector, group, situation, then idea and means")
    business_type: str
    reviewed_on: date | None
    valid_until: date | None
    confidence: Confidence
    probability: float = Field(description="Calibrated, 0..1")
    score_parts: dict[str, float]
    matches: list[CardMatch] = Field(description="`utterance_span` lies in the typed text")
    folded: list[FoldedDocument] = Field(description="Says nearly the same, best first")


class FoundCase(WireModel):
    """One solved case that resembles a typed question."""

    case_id: UUID
    title: str
    problem: str
    solution: str
    outcome: str
    sector: str | None
    occurred_on: date
    area: str
    probability: float
    matches: list[CardMatch]
    folded: list[FoldedDocument] = Field(description="Says nearly the same, best first")


class SearchAnswer(WireModel):
    """Answer to a typed question, best first."""

    cards: list[FoundEntry]
    cases: list[FoundCase]
    state: Literal["complete", "lexical_only", "local", "unavailable"]
    has_answer: bool = Field(description="False when nothing found is trusted to answer")
    took_ms: float
