"""What the endpoints of the trainer's room take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from assist_api.facts.fields import FactField
from assist_api.http.schemas import InputModel
from assist_api.http.wire import WireModel
from assist_api.training.items import LessonItem, Line, Note, Part
from assist_api.training.scoring import GradedPart
from assist_api.transcripts.utterances import LegRole

LONGEST_CLIP_MS = 10 * 60_000
LessonState = Literal["draft", "published", "retired"]


class ClipDraft(InputModel):
    """A part of a call to keep."""

    call_id: UUID
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    note: Note = ""
    start_ms: Annotated[int, Field(ge=0)]
    end_ms: Annotated[int, Field(ge=0)]

    @model_validator(mode="after")
    def _has_a_length(self) -> ClipDraft:
        if not 0 < self.end_ms - self.start_ms <= LONGEST_CLIP_MS:
            raise ValueError("end_ms must lie behind start_ms, at most ten minutes")
        return self


class ClipLine(WireModel):
    """An utterance of a clip, masked."""

    leg_role: LegRole
    start_ms: int
    text: str


class ClipView(WireModel):
    """A clip with what is said in it."""

    id: UUID
    call_id: UUID
    title: str
    note: str
    start_ms: int
    end_ms: int
    author_name: str
    created_at: datetime
    lines: list[ClipLine]


class ClipList(WireModel):
    """Clips, the newest first."""

    items: list[ClipView]


class LessonDraft(InputModel):
    """A lesson or an exam as a trainer writes it."""

    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    description: Note = ""
    is_exam: bool = False
    pass_mark: Annotated[int, Field(ge=0, le=100, description="Percent")] = 60
    max_attempts: Annotated[int, Field(ge=0, le=20, description="0 for any number")] = 0
    skill: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=60), Field(description="Proposed when it is passed")
    ] = ""
    items: Annotated[list[LessonItem], Field(max_length=60)]
    base_version: Annotated[int, Field(ge=0, description="Version that was changed; 0 for a new lesson")] = 0

    @model_validator(mode="after")
    def _ids_differ(self) -> LessonDraft:
        if len({item.id for item in self.items}) != len(self.items):
            raise ValueError("each item needs an id of its own")
        return self


class LessonHead(WireModel):
    """A lesson in a list."""

    id: UUID
    title: str
    description: str
    is_exam: bool
    state: LessonState
    pass_mark: int
    max_attempts: int
    skill: str
    item_count: int
    version: int
    author_name: str
    updated_at: datetime
    published_at: datetime | None
    my_attempts: int
    my_best: float | None = Field(description="Percent; null while there is no finished attempt")
    has_passed: bool


class LessonList(WireModel):
    """Lessons, the newest first."""

    items: list[LessonHead]


class LessonEdit(WireModel):
    """A lesson as its trainer sees it, answers included."""

    lesson: LessonHead
    items: list[LessonItem]
    clips: list[ClipView]


class CardChoice(WireModel):
    """A card to choose in an exercise."""

    entry_id: UUID
    title: str
    script: str


class CategoryOption(WireModel):
    """A category to choose in an exercise."""

    category_id: str
    path: list[str]


class TurnView(WireModel):
    """A turn of the caller, masked."""

    number: int
    start_ms: int
    end_ms: int
    text: str
    insists: bool = Field(description="The caller says it again: the answer had nothing of what was due")


class TeacherTurn(TurnView):
    """A turn with what was right then; for who makes an exercise of it."""

    gold_cards: list[str] = Field(description="Titles")
    gold_fields: list[FactField]
    asked_next: list[FactField]
    reply: str


class PracticeView(WireModel):
    """A call as material for exercises."""

    call_id: UUID
    title: str
    turns: list[TeacherTurn]
    gold_category: CategoryOption | None


class AttemptItemView(WireModel):
    """A part of a lesson as a learner sees it: without the answers."""

    id: str
    kind: Literal["clip", "question", "exercise", "role_play"]
    text: str = Field(description="The note, or the question")
    clip: ClipView | None
    choices: list[str]
    asks: list[Part]
    turn: TurnView | None = Field(description="The turn of an exercise, or where a role play stands")
    turn_count: int
    cards: list[CardChoice]
    categories: list[CategoryOption]
    earlier: list[ClipLine] = Field(description="What was said before the turn of an exercise")
    has_audio: bool


class GradedAnswer(WireModel):
    """An answer with its score; the parts are empty in an exam that goes on."""

    item_id: str
    score: float | None = Field(description="0..1; null in an exam that goes on")
    parts: list[GradedPart]
    explanation: str
    next_turn: TurnView | None = Field(description="What the caller of a role play says now; null at the end")
    is_done: bool = Field(description="Nothing more is asked in this item")
    asks_category: bool = Field(description="The caller of a role play has hung up; the category of the call is due")


class AttemptView(WireModel):
    """An attempt as its learner sees it."""

    id: UUID
    lesson_id: UUID
    number: int
    started_at: datetime
    finished_at: datetime | None
    score: float | None
    has_passed: bool | None
    pass_mark: int
    is_exam: bool
    title: str
    items: list[AttemptItemView]
    answers: list[GradedAnswer]


class Answer(InputModel):
    """A learner's answer to one item; which fields count depends on its kind."""

    item_id: Line
    choice: Annotated[int, Field(ge=0, le=5)] | None = None
    card: UUID | None = None
    category: Annotated[str, StringConstraints(max_length=97)] | None = None
    fields: Annotated[tuple[FactField, ...], Field(max_length=11)] = ()
    next_question: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    turn: Annotated[int, Field(ge=-1, le=500, description="-1 for the category after the call")] | None = None
    reply: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000)] = ""


class SpokenText(WireModel):
    """What the recogniser wrote down of a spoken answer."""

    text: str = Field(description="Empty when nothing was said")


class ResultLine(WireModel):
    """One attempt in the list of results."""

    attempt_id: UUID
    account_name: str
    number: int
    started_at: datetime
    finished_at: datetime | None
    score: float | None
    has_passed: bool | None


class ResultList(WireModel):
    """Attempts at a lesson, the newest first."""

    lesson: LessonHead
    items: list[ResultLine]
