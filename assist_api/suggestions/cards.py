"""Cards and cases as they are suggested in a call; the list that a screen shows."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from assist_api.http.wire import Span, WireModel
from assist_api.search.shown import CardMatch, Confidence, FoldedDocument


class Card(WireModel):
    """One knowledge entry revision, as suggested."""

    suggestion_id: UUID
    entry_id: UUID
    revision_id: UUID
    revision_number: int
    title: str
    script: str = Field(description="The sentence(s) to say aloud")
    answer: str = Field(description="Markdown")
    variants: list[str]
    sector: str | None = Field(description="Null for every sector")
    category_path: list[str] = Field(description="Chinese names: sector, group, situation, then idea and means")
    business_type: str
    reviewed_on: date | None
    valid_until: date | None
    confidence: Confidence
    probability: float = Field(description="Calibrated, 0..1")
    score_parts: dict[str, float]
    trigger_segment_ids: list[UUID]
    matches: list[CardMatch]
    is_new: bool = Field(description="Not in the list shown before this one")
    # Events written before there were these fields have none of them.
    folded: list[FoldedDocument] = Field(default=[], description="Says nearly the same, best first")
    number: int | None = Field(
        default=None, description="Number on the screen and its key, 1..9; the same for the whole call"
    )
    answers_segment_id: UUID | None = Field(default=None, description="The customer's utterance that it answers")


class CaseCard(WireModel):
    """One solved case, as suggested beside the entries."""

    suggestion_id: UUID
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
    folded: list[FoldedDocument] = Field(default=[], description="Says nearly the same, best first")


class SuggestionList(WireModel):
    """All that the suggestion panel shows at one moment; replaces the list before it."""

    cards: list[Card] = Field(max_length=3)
    cases: list[CaseCard] = Field(max_length=3)
    trigger_segment_id: UUID | None
    search_state: Literal["complete", "lexical_only", "local", "unavailable"]


class SuggestionWithheld(WireModel):
    """A search that showed nothing new: "no card" is a result and is logged.

    `nothing_fits` names an utterance that no entry answers, and folds the list until the next `suggestion.shown`.
    """

    reason: Literal["nothing_fits", "unchanged", "not_a_question", "search_unavailable"]
    trigger_segment_id: UUID
    search_state: Literal["complete", "lexical_only", "local", "unavailable"]


class CardSpoken(WireModel):
    """What of a card the agent has said so far, recognised in the agent's words; the newest counts."""

    suggestion_id: UUID
    script: list[Span] = Field(description="Sentences of the script that were said, as ranges of its text")
    steps: list[int] = Field(description="Steps of the answer's first numbered list that were said, from 0")
    is_finished: bool = Field(description="The whole script was said")
    segment_id: UUID = Field(description="The agent's utterance that added to it")
