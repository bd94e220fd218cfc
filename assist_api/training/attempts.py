"""Attempts at lessons: begun, answered, graded and finished."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.http.actor import Actor
from assist_api.http.core import AuditTrail
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from assist_api.training.items import GRADED, ClipItem, ExerciseItem, LessonItem, QuestionItem, RolePlayItem
from assist_api.training.material import AROUND_MS, CallMaterial
from assist_api.training.models import Lesson, LessonAttempt
from assist_api.training.practice import CallerTurn, PracticeCall
from assist_api.training.repository import TrainingRepository
from assist_api.training.role_play import FILING, answered, current_turn, filed, heard_turns
from assist_api.training.schemas import Answer, AttemptItemView, AttemptView, GradedAnswer
from assist_api.training.scoring import (
    GradedPart,
    grade_card,
    grade_category,
    grade_choice,
    grade_fields,
    grade_question,
    total,
)
from assist_api.training.skills import Skills
from assist_api.training.views import clip_view, item_view, items_of, turn_view
from kit.clock import Clock
from kit.errors import ConflictError, InvalidInputError, NotFoundError


class AttemptDesk:
    """Use cases of learners; one unit of work."""

    def __init__(
        self, session: AsyncSession, clock: Clock, audit: AuditTrail, material: CallMaterial, skills: Skills
    ) -> None:
        self._session = session
        self._skills = skills
        self._rows = TrainingRepository(session)
        self._clock = clock
        self._audit = audit
        self._material = material

    async def start(self, account: CurrentAccount, actor: Actor, lesson_id: UUID) -> AttemptView:
        """Begin an attempt, or go on with the one that is open.

        Raises:
            NotFoundError: `lesson_not_found`; a draft exists for those who teach.
            ConflictError: `no_attempts_left`.
        """
        lesson = await self._rows.find_lesson(lesson_id, is_locked=True)
        if lesson is None or not (lesson.state == "published" or account.may(Permission.TEACH)):
            raise NotFoundError("There is no such lesson.", code="lesson_not_found")
        before = await self._rows.attempts_of(account.id, lesson_id)
        if before and before[0].finished_at is None:
            return await self._view(before[0], lesson)
        if lesson.max_attempts and len(before) >= lesson.max_attempts:
            raise ConflictError(
                f"All {lesson.max_attempts} attempts are used; a trainer can allow more.", code="no_attempts_left"
            )
        attempt = LessonAttempt(
            id=uuid4(),
            lesson_id=lesson_id,
            account_id=account.id,
            account_name=account.display_name,
            number=len(before) + 1,
            items=list(lesson.items),
            pass_mark=lesson.pass_mark,
            answers={},
            started_at=self._clock.now(),
            finished_at=None,
            score=None,
            has_passed=None,
        )
        await self._rows.add(attempt)
        self._audit.record(self._session, actor, "lesson.attempted", "lesson", lesson_id)
        return await self._view(attempt, lesson)

    async def view(self, account: CurrentAccount, attempt_id: UUID) -> AttemptView:
        """Return an attempt of the account, or anybody's for who reads results.

        Raises:
            NotFoundError: `attempt_not_found`.
        """
        attempt = await self._find(account, attempt_id, is_read_only=True)
        return await self._view(attempt, await self._lesson(attempt))

    async def answer(self, account: CurrentAccount, actor: Actor, attempt_id: UUID, answer: Answer) -> GradedAnswer:
        """Grade an answer; in a lesson a second one replaces the first, in an exam the first counts.

        Raises:
            NotFoundError: `attempt_not_found`, or `item_not_found`.
            ConflictError: `attempt_finished`, `already_answered`, or `turn_answered`: a role play stands elsewhere.
            InvalidInputError: `answer_missing`.
        """
        attempt = await self._find(account, attempt_id)
        lesson = await self._lesson(attempt)
        if attempt.finished_at is not None:
            raise ConflictError("This attempt is finished; begin another one.", code="attempt_finished")
        item = _item(attempt, answer.item_id)
        known = attempt.answers.get(item.id)
        if known is not None and lesson.is_exam and known["is_done"]:
            raise ConflictError("In an exam the first answer counts.", code="already_answered")
        stored = await self._graded(item, answer, known)
        attempt.answers = attempt.answers | {item.id: stored}
        self._audit.record(self._session, actor, "lesson.answered", "attempt", attempt.id, details={"item": item.id})
        return await self._answer_view(item, stored, is_open_exam=lesson.is_exam)

    async def finish(self, account: CurrentAccount, actor: Actor, attempt_id: UUID) -> AttemptView:
        """End an attempt and give its score; what was not answered counts as nothing. A second time changes nothing.

        Raises:
            NotFoundError: `attempt_not_found`.
        """
        attempt = await self._find(account, attempt_id)
        lesson = await self._lesson(attempt)
        if attempt.finished_at is None:
            counted = [item["id"] for item in attempt.items if item["kind"] in GRADED]
            points = [attempt.answers[item]["score"] if item in attempt.answers else 0.0 for item in counted]
            attempt.score = round(100 * sum(points) / len(points), 1) if points else 100.0
            attempt.has_passed = attempt.score >= attempt.pass_mark
            attempt.finished_at = self._clock.now()
            details = {"passed": attempt.has_passed, "percent": round(attempt.score)}
            self._audit.record(self._session, actor, "lesson.finished", "lesson", lesson.id, details=details)
            if attempt.has_passed and lesson.is_exam and lesson.skill:
                await self._skills.propose(attempt, lesson.skill)
        return await self._view(attempt, lesson)

    async def audio(self, account: CurrentAccount, attempt_id: UUID, item_id: str, turn: int | None) -> Path:
        """Return what an item lets its learner hear, with a tone over masked words.

        Raises:
            NotFoundError: `attempt_not_found`, `item_not_found`, or `recording_not_found`.
        """
        attempt = await self._find(account, attempt_id, is_read_only=True)
        item = _item(attempt, item_id)
        if isinstance(item, ClipItem):
            clip = await self._rows.find_clip(item.clip_id)
            if clip is None:
                raise _no_recording()
            return await self._material.audio(clip.call_id, clip.start_ms, clip.end_ms)
        if isinstance(item, QuestionItem):
            raise _no_recording()
        stored = attempt.answers.get(item.id)
        number = item.turn if isinstance(item, ExerciseItem) else (current_turn(stored) if turn is None else turn)
        if number is None or (isinstance(item, RolePlayItem) and number not in heard_turns(stored)):
            raise _no_recording()
        found = (await self._material.practice(item.call_id)).turns
        if not 0 <= number < len(found):
            raise _no_recording()
        start = max(0, found[number].start_ms - AROUND_MS)
        return await self._material.audio(item.call_id, start, found[number].end_ms + AROUND_MS)

    async def _graded(self, item: LessonItem, answer: Answer, known: dict[str, Any] | None) -> dict[str, Any]:
        if isinstance(item, QuestionItem):
            return _stored([grade_choice(answer.choice, item.right)])
        if isinstance(item, ExerciseItem):
            practice = await self._material.practice(item.call_id)
            return _stored(_exercise_parts(item, practice, answer))
        if isinstance(item, RolePlayItem):
            return self._role_play_step(await self._material.practice(item.call_id), answer, known)
        raise InvalidInputError("A clip asks nothing.", field="item_id", code="answer_not_wanted")

    @staticmethod
    def _role_play_step(practice: PracticeCall, answer: Answer, known: dict[str, Any] | None) -> dict[str, Any]:
        if known is not None and known["is_done"]:
            known = None
        current = current_turn(known)
        if answer.turn is not None and answer.turn != current:
            raise ConflictError("The caller has gone on meanwhile; load the page again.", code="turn_answered")
        if known is not None and current == FILING:
            return filed(practice, known, answer.category)
        if not answer.reply:
            raise InvalidInputError("Answer the caller.", field="reply", code="answer_missing")
        return answered(practice, known, answer.reply)

    async def _view(self, attempt: LessonAttempt, lesson: Lesson) -> AttemptView:
        items = items_of(attempt.items)
        is_open_exam = lesson.is_exam and attempt.finished_at is None
        answers = [
            await self._answer_view(item, attempt.answers[item.id], is_open_exam=is_open_exam)
            for item in items
            if item.id in attempt.answers
        ]
        return AttemptView(
            id=attempt.id,
            lesson_id=lesson.id,
            number=attempt.number,
            started_at=attempt.started_at,
            finished_at=attempt.finished_at,
            score=attempt.score,
            has_passed=attempt.has_passed,
            pass_mark=attempt.pass_mark,
            is_exam=lesson.is_exam,
            title=lesson.title,
            items=[await self._item_view(item, attempt) for item in items],
            answers=answers,
        )

    async def _item_view(self, item: LessonItem, attempt: LessonAttempt) -> AttemptItemView:
        try:
            if isinstance(item, ClipItem):
                clip = await self._rows.find_clip(item.clip_id)
                shown = None if clip is None else clip_view(clip, await self._material.call(clip.call_id))
                return item_view(item, clip=shown)
            if isinstance(item, ExerciseItem | RolePlayItem):
                stored = attempt.answers.get(item.id)
                return item_view(
                    item,
                    practice=await self._material.practice(item.call_id),
                    call=await self._material.call(item.call_id),
                    turn_now=current_turn(stored),
                    insists=stored is not None and stored.get("insists", False),
                )
        except NotFoundError:
            # The call was deleted since; the item stands empty and the rest goes on.
            return item_view(item)
        return item_view(item)

    async def _answer_view(self, item: LessonItem, stored: dict[str, Any], *, is_open_exam: bool) -> GradedAnswer:
        turn: CallerTurn | None = None
        number = current_turn(stored) if isinstance(item, RolePlayItem) else None
        if isinstance(item, RolePlayItem) and number is not None and number != FILING:
            turn = (await self._material.practice(item.call_id)).turns[number]
        explanation = item.explanation if isinstance(item, QuestionItem) and not is_open_exam else ""
        return GradedAnswer(
            item_id=item.id,
            score=None if is_open_exam else round(stored["score"], 3),
            parts=[] if is_open_exam else [GradedPart.model_validate(part) for part in stored["parts"]],
            explanation=explanation,
            next_turn=None if turn is None else turn_view(turn, insists=stored.get("insists", False)),
            is_done=stored["is_done"],
            asks_category=number == FILING,
        )

    async def _find(self, account: CurrentAccount, attempt_id: UUID, *, is_read_only: bool = False) -> LessonAttempt:
        attempt = await self._rows.find_attempt(attempt_id, is_locked=not is_read_only)
        may_read = is_read_only and account.may(Permission.READ_RESULTS)
        if attempt is None or not (attempt.account_id == account.id or may_read):
            raise NotFoundError("There is no such attempt.", code="attempt_not_found")
        return attempt

    async def _lesson(self, attempt: LessonAttempt) -> Lesson:
        lesson = await self._rows.find_lesson(attempt.lesson_id)
        if lesson is None:
            raise NotFoundError("There is no such lesson.", code="lesson_not_found")
        return lesson


def _exercise_parts(item: ExerciseItem, practice: PracticeCall, answer: Answer) -> list[GradedPart]:
    if item.turn >= len(practice.turns):
        raise NotFoundError("The call of this exercise has no such turn.", code="item_not_found")
    turn = practice.turns[item.turn]
    grades = {
        "card": lambda: grade_card(answer.card, turn.gold_cards),
        "category": lambda: grade_category(answer.category, practice.gold_category),
        "fields": lambda: grade_fields(answer.fields, turn.gold_fields),
        "next_question": lambda: grade_question(answer.next_question, turn.asked_next, turn.reply),
    }
    return [grades[part]() for part in item.asks]


def _stored(parts: list[GradedPart]) -> dict[str, Any]:
    return {
        "score": total(parts),
        "parts": [part.model_dump(mode="json") for part in parts],
        "steps": [],
        "is_done": True,
    }


def _item(attempt: LessonAttempt, item_id: str) -> LessonItem:
    for item in items_of(attempt.items):
        if item.id == item_id:
            return item
    raise NotFoundError("The lesson has no such part.", code="item_not_found")


def _no_recording() -> NotFoundError:
    return NotFoundError("There is nothing to hear here.", code="recording_not_found")
