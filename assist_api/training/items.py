"""The parts of a lesson as they are stored and as a trainer writes them. Pure."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, TypeAdapter, model_validator

from assist_api.http.schemas import InputModel

ItemId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000)]
Part = Literal["card", "category", "fields", "next_question"]
PARTS: tuple[Part, ...] = ("card", "category", "fields", "next_question")


class ClipItem(InputModel):
    """Listen to a clip; nothing is asked."""

    kind: Literal["clip"]
    id: ItemId
    clip_id: UUID
    note: Note = ""


class QuestionItem(InputModel):
    """A question with choices, of which one is right."""

    kind: Literal["question"]
    id: ItemId
    text: Line
    choices: Annotated[list[Line], Field(min_length=2, max_length=6)]
    right: Annotated[int, Field(ge=0, le=5, description="Number of the right choice, from 0")]
    explanation: Note = ""

    @model_validator(mode="after")
    def _right_is_a_choice(self) -> QuestionItem:
        if self.right >= len(self.choices):
            raise ValueError("right must be the number of a choice")
        return self


class ExerciseItem(InputModel):
    """Hear a turn of the caller, then decide as the agent on the telephone had to."""

    kind: Literal["exercise"]
    id: ItemId
    call_id: UUID
    turn: Annotated[int, Field(ge=0, le=500, description="Number of the caller's turn, from 0")]
    asks: Annotated[list[Part], Field(min_length=1, max_length=4)]
    note: Note = ""


class RolePlayItem(InputModel):
    """A call replayed turn by turn; the learner answers in the place of the agent."""

    kind: Literal["role_play"]
    id: ItemId
    call_id: UUID
    note: Note = ""


LessonItem = Annotated[ClipItem | QuestionItem | ExerciseItem | RolePlayItem, Field(discriminator="kind")]
ITEMS: TypeAdapter[list[LessonItem]] = TypeAdapter(list[LessonItem])
GRADED = ("question", "exercise", "role_play")
"""Kinds of items that count for the score."""
