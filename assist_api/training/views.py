"""Rows and masked calls as the pages of the trainer's room see them. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from assist_api.calls.events import CallSnapshot
from assist_api.training.items import ITEMS, ClipItem, ExerciseItem, LessonItem, QuestionItem, RolePlayItem
from assist_api.training.models import Clip, Lesson, LessonAttempt
from assist_api.training.practice import CallerTurn, PracticeCall
from assist_api.training.schemas import (
    AttemptItemView,
    CardChoice,
    CategoryOption,
    ClipLine,
    ClipView,
    LessonHead,
    ResultLine,
    TeacherTurn,
    TurnView,
)

LINES_BEFORE = 6
"""Of the conversation, before the turn of an exercise."""


def clip_view(clip: Clip, call: CallSnapshot | None) -> ClipView:
    """Return a clip with what is said in it; without lines where its call cannot be read."""
    lines = [] if call is None else lines_between(call, clip.start_ms, clip.end_ms)
    return ClipView(
        id=clip.id,
        call_id=clip.call_id,
        title=clip.title,
        note=clip.note,
        start_ms=clip.start_ms,
        end_ms=clip.end_ms,
        author_name=clip.author_name,
        created_at=clip.created_at,
        lines=lines,
    )


def lines_between(call: CallSnapshot, start_ms: int, end_ms: int) -> list[ClipLine]:
    """Return the utterances that are heard between two moments of a masked call."""
    return [
        ClipLine(leg_role=item.leg_role, start_ms=item.start_ms, text=item.written)
        for item in call.utterances
        if item.text and item.start_ms < end_ms and item.end_ms > start_ms
    ]


def lesson_head(lesson: Lesson, mine: Sequence[LessonAttempt]) -> LessonHead:
    """Return a lesson for a list, with how far the account is."""
    scores = [attempt.score for attempt in mine if attempt.score is not None]
    return LessonHead.model_validate(
        {
            "id": lesson.id,
            "title": lesson.title,
            "description": lesson.description,
            "is_exam": lesson.is_exam,
            "state": lesson.state,
            "pass_mark": lesson.pass_mark,
            "max_attempts": lesson.max_attempts,
            "skill": lesson.skill,
            "item_count": len(lesson.items),
            "version": lesson.version,
            "author_name": lesson.author_name,
            "updated_at": lesson.updated_at,
            "published_at": lesson.published_at,
            "my_attempts": len(mine),
            "my_best": max(scores, default=None),
            "has_passed": any(attempt.has_passed for attempt in mine),
        }
    )


def result_line(attempt: LessonAttempt) -> ResultLine:
    """Return an attempt for the list of results."""
    values = {name: getattr(attempt, name) for name in ResultLine.model_fields if name != "attempt_id"}
    return ResultLine.model_validate(values | {"attempt_id": attempt.id})


def turn_view(turn: CallerTurn, *, insists: bool = False) -> TurnView:
    """Return a turn without what was right then."""
    return TurnView(number=turn.number, start_ms=turn.start_ms, end_ms=turn.end_ms, text=turn.text, insists=insists)


def teacher_turn(turn: CallerTurn, practice: PracticeCall) -> TeacherTurn:
    """Return a turn with what was right then."""
    titles = [card.title for entry in turn.gold_cards if (card := practice.card(entry)) is not None]
    return TeacherTurn(
        **turn_view(turn).model_dump(),
        gold_cards=titles,
        gold_fields=sorted(turn.gold_fields),
        asked_next=sorted(turn.asked_next),
        reply=turn.reply,
    )


def item_view(
    item: LessonItem,
    *,
    clip: ClipView | None = None,
    practice: PracticeCall | None = None,
    call: CallSnapshot | None = None,
    turn_now: int | None = 0,
    insists: bool = False,
) -> AttemptItemView:
    """Return a part of a lesson without its answers.

    Args:
        item: The part.
        clip: Of a clip; None when it is gone.
        practice: The call of an exercise or of a role play; None when it is gone.
        call: The same call.
        turn_now: Turn of a role play that waits for an answer; None when none does.
        insists: The caller of a role play says it again.
    """
    turn = _turn(item, practice, turn_now)
    is_exercise = isinstance(item, ExerciseItem)
    asks = list(item.asks) if isinstance(item, ExerciseItem) else []
    asks_category = "category" in asks or isinstance(item, RolePlayItem)
    earlier = lines_between(call, 0, turn.start_ms)[-LINES_BEFORE:] if is_exercise and call and turn else []
    return AttemptItemView(
        id=item.id,
        kind=item.kind,
        text=item.text if isinstance(item, QuestionItem) else item.note,
        clip=clip,
        choices=item.choices if isinstance(item, QuestionItem) else [],
        asks=asks,
        turn=None if turn is None else turn_view(turn, insists=insists),
        turn_count=0 if practice is None else len(practice.turns),
        cards=[
            CardChoice(entry_id=card.entry_id, title=card.title, script=card.script)
            for card in (practice.cards if practice is not None and "card" in asks else ())
        ],
        categories=[
            CategoryOption(category_id=category_id, path=list(path))
            for category_id, path in (practice.categories if practice is not None and asks_category else ())
        ],
        earlier=earlier,
        has_audio=isinstance(item, ClipItem) or (call is not None and call.call.has_audio),
    )


def _turn(item: LessonItem, practice: PracticeCall | None, turn_now: int | None) -> CallerTurn | None:
    if practice is None:
        return None
    number = item.turn if isinstance(item, ExerciseItem) else turn_now
    is_practised = isinstance(item, ExerciseItem | RolePlayItem)
    if not is_practised or number is None or not 0 <= number < len(practice.turns):
        return None
    return practice.turns[number]


def items_of(stored: Sequence[object]) -> list[LessonItem]:
    """Return stored parts of a lesson."""
    return ITEMS.validate_python(list(stored))
