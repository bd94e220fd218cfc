"""What goes into and comes out of the knowledge tests. Input has defaults, output has none."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from kb.entries.schemas import OutputModel
from kb.gold.comparison import DropPolicy, Movement
from kb.gold.models import QuestionOrigin, RunTrigger


class GoldQuestionDetail(OutputModel):
    """One gold question."""

    id: UUID
    entry_id: UUID
    text: str
    origin: QuestionOrigin
    author: str
    created_at: datetime


class GoldQuestionRow(OutputModel):
    """One gold question with its entry, for lists and export."""

    id: UUID
    entry_id: UUID
    entry_key: str | None
    entry_title: str
    sector: str | None
    text: str
    origin: QuestionOrigin
    author: str
    created_at: datetime


class FoundEntryDetail(OutputModel):
    """An entry that a search found."""

    entry_id: UUID
    title: str


class PlacementDetail(OutputModel):
    """How a question fared."""

    rank: int | None = Field(description="From 1; null when not among the first ten")
    confidence: float = Field(description="Of the wanted entry, 0..1")
    has_answer: bool = Field(description='False: "nothing fits"')
    best: FoundEntryDetail | None = Field(description="What stood first")


class QuestionChange(OutputModel):
    """A gold question whose hits changed."""

    question_id: UUID
    text: str
    entry_id: UUID
    entry_title: str
    movement: Movement
    is_drop: bool = Field(description="An agent would see it: not first, not among the cards, or no card any more")
    before: PlacementDetail
    after: PlacementDetail
    displaced_by: FoundEntryDetail | None
    is_sector_known: bool = Field(
        default=True, description="False: asked as at the beginning of a call, when every sector is searched"
    )


class NearQuestionDetail(OutputModel):
    """A way to ask of the text that another entry answers now."""

    text: str
    entry_id: UUID
    entry_title: str
    sector: str | None = Field(description="Of that entry; null for every sector")
    confidence: float


class FiguresDetail(OutputModel):
    """Means over questions, 0..1."""

    questions: int
    hit_at_1: float
    hit_at_3: float
    mrr: float
    nothing_fits: float


class GoldReport(OutputModel):
    """What a text would do to the gold questions."""

    question_count: int
    available_count: int = Field(description="More than were tested when there are too many for one publication")
    state: Literal["complete", "lexical_only"]
    before: FiguresDetail
    after: FiguresDetail
    better: int
    worse: int
    drops: int
    changes: list[QuestionChange] = Field(description="Worst first")
    near: list[NearQuestionDetail] = Field(description="New ways to ask that another entry answers now")


class GoldRunDetail(OutputModel):
    """One line of the history."""

    id: UUID
    at: datetime
    trigger: RunTrigger
    author: str
    entry_id: UUID | None
    revision_number: int | None
    title: str
    question_count: int
    available_count: int
    state: Literal["complete", "lexical_only"]
    before: dict[str, FiguresDetail] = Field(description="By scope: `all` and sectors; empty for the first run of all")
    after: dict[str, FiguresDetail]
    better: int
    worse: int
    drops: int
    policy: DropPolicy
    override_reason: str


class GoldRunFull(GoldRunDetail):
    """One run with the questions it changed."""

    changes: list[QuestionChange]


class PolicyDetail(OutputModel):
    """What happens when a text would cost gold questions their place."""

    policy: DropPolicy
    chosen_by: str | None = Field(description="Null while it is the default of `KB_TEST_DROP_POLICY`")
    chosen_at: datetime | None


class GoldRunPage(OutputModel):
    """One page of the history, the newest first."""

    items: list[GoldRunDetail]
    next_cursor: str | None
