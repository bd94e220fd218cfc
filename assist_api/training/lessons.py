"""Clips and lessons: made, changed, published and listed."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.calls.events import CallSnapshot
from assist_api.http.actor import Actor
from assist_api.http.core import AuditTrail
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from assist_api.training.items import ClipItem, ExerciseItem, LessonItem, RolePlayItem
from assist_api.training.material import CallMaterial
from assist_api.training.models import Clip, Lesson
from assist_api.training.repository import TrainingRepository
from assist_api.training.schemas import (
    CategoryOption,
    ClipDraft,
    ClipList,
    ClipView,
    LessonDraft,
    LessonEdit,
    LessonHead,
    LessonList,
    LessonState,
    PracticeView,
    ResultList,
)
from assist_api.training.views import clip_view, items_of, lesson_head, result_line, teacher_turn
from kit.clock import Clock
from kit.errors import ConflictError, InvalidInputError, NotFoundError


class LessonDesk:
    """Use cases of trainers, and the lists of learners; one unit of work."""

    def __init__(self, session: AsyncSession, clock: Clock, audit: AuditTrail, material: CallMaterial) -> None:
        self._session = session
        self._rows = TrainingRepository(session)
        self._clock = clock
        self._audit = audit
        self._material = material

    async def make_clip(self, actor: Actor, draft: ClipDraft) -> ClipView:
        """Keep a part of a finished call.

        Raises:
            NotFoundError: There is no such call.
            ConflictError: `call_not_ended`.
            InvalidInputError: `clip_outside_call`.
        """
        call = await self._material.call(draft.call_id)
        if draft.end_ms > (call.call.duration_ms or call.call.heard_ms) + 1_000:
            raise InvalidInputError("The clip ends behind the call.", field="end_ms", code="clip_outside_call")
        clip = Clip(
            id=uuid4(),
            **draft.model_dump(),
            author_id=actor.account_id,
            author_name=actor.name,
            created_at=self._clock.now(),
        )
        await self._rows.add(clip)
        self._audit.record(self._session, actor, "clip.created", "clip", clip.id)
        return clip_view(clip, call)

    async def clips(self, call_id: UUID | None) -> ClipList:
        """Return clips, the newest first."""
        return ClipList(items=await self._clip_views(await self._rows.clips(call_id)))

    async def find_clip(self, clip_id: UUID) -> Clip:
        """Return a clip.

        Raises:
            NotFoundError: `clip_not_found`.
        """
        clip = await self._rows.find_clip(clip_id)
        if clip is None:
            raise NotFoundError("There is no such clip.", code="clip_not_found")
        return clip

    async def remove_clip(self, actor: Actor, clip_id: UUID) -> None:
        """Delete a clip that no lesson uses.

        Raises:
            NotFoundError: `clip_not_found`.
            ConflictError: `clip_in_use`.
        """
        clip = await self.find_clip(clip_id)
        for lesson in await self._rows.lessons(only_published=False):
            if any(item.get("clip_id") == str(clip_id) for item in lesson.items):
                raise ConflictError(f"The lesson {lesson.title} uses this clip.", code="clip_in_use")
        await self._rows.remove_clip(clip)
        self._audit.record(self._session, actor, "clip.removed", "clip", clip_id)

    async def practice(self, call_id: UUID) -> PracticeView:
        """Return a call as material for exercises, with what was right at each turn.

        Raises:
            NotFoundError: There is no such call.
            ConflictError: `call_not_ended`.
        """
        call, practice = await self._material.call(call_id), await self._material.practice(call_id)
        paths = dict(practice.categories)
        gold = practice.gold_category
        return PracticeView(
            call_id=call_id,
            title=call.call.title,
            turns=[teacher_turn(turn, practice) for turn in practice.turns],
            gold_category=None if gold is None else CategoryOption(category_id=gold, path=list(paths.get(gold, ()))),
        )

    async def lessons(self, account: CurrentAccount) -> LessonList:
        """Return the lessons of an account: published ones, and drafts for who teaches."""
        rows = await self._rows.lessons(only_published=not account.may(Permission.TEACH))
        mine = await self._rows.attempts_of(account.id)
        return LessonList(
            items=[lesson_head(row, [attempt for attempt in mine if attempt.lesson_id == row.id]) for row in rows]
        )

    async def edit(self, lesson_id: UUID) -> LessonEdit:
        """Return a lesson with its answers.

        Raises:
            NotFoundError: `lesson_not_found`.
        """
        return await self._edit_view(await self._find(lesson_id))

    async def save(self, actor: Actor, draft: LessonDraft, lesson_id: UUID | None = None) -> LessonEdit:
        """Make a lesson, or change it; attempts that have begun keep the parts they began with.

        Raises:
            NotFoundError: `lesson_not_found`, or a clip or call that it names is not there.
            ConflictError: `lesson_changed`: somebody saved it meanwhile.
        """
        await self._check(draft.items)
        now = self._clock.now()
        lesson = None if lesson_id is None else await self._find(lesson_id, is_locked=True)
        if lesson is not None and lesson.version != draft.base_version:
            raise ConflictError("Somebody changed this lesson meanwhile; look at it again.", code="lesson_changed")
        values = draft.model_dump(mode="json", exclude={"base_version"})
        if lesson is None:
            lesson = Lesson(
                id=uuid4(),
                **values,
                state="draft",
                version=1,
                author_id=actor.account_id,
                author_name=actor.name,
                created_at=now,
                updated_at=now,
                published_at=None,
            )
            await self._rows.add(lesson)
        else:
            for name, value in values.items():
                setattr(lesson, name, value)
            lesson.version += 1
            lesson.updated_at = now
        self._audit.record(self._session, actor, "lesson.saved", "lesson", lesson.id, after=values)
        return await self._edit_view(lesson)

    async def set_state(self, actor: Actor, lesson_id: UUID, state: LessonState) -> LessonHead:
        """Publish a lesson to everyone who learns, or take it out of the list.

        Raises:
            NotFoundError: `lesson_not_found`.
            ConflictError: `lesson_empty`: there is nothing to publish.
        """
        lesson = await self._find(lesson_id, is_locked=True)
        if state == "published" and not lesson.items:
            raise ConflictError("Put something into the lesson first.", code="lesson_empty")
        if state == "published":
            lesson.published_at = self._clock.now()
        lesson.state = state
        lesson.version += 1
        action = "lesson.published" if state == "published" else "lesson.retired"
        self._audit.record(self._session, actor, action, "lesson", lesson.id)
        return lesson_head(lesson, ())

    async def results(self, lesson_id: UUID) -> ResultList:
        """Return how everyone did.

        Raises:
            NotFoundError: `lesson_not_found`.
        """
        lesson = await self._find(lesson_id)
        attempts = await self._rows.results(lesson_id)
        return ResultList(lesson=lesson_head(lesson, ()), items=[result_line(attempt) for attempt in attempts])

    async def _check(self, items: Sequence[LessonItem]) -> None:
        wanted = [item.clip_id for item in items if isinstance(item, ClipItem)]
        known = await self._rows.clips_of(wanted)
        if any(clip_id not in known for clip_id in wanted):
            raise NotFoundError("A clip of this lesson is not there any more.", code="clip_not_found")
        for item in items:
            if isinstance(item, ExerciseItem | RolePlayItem):
                practice = await self._material.practice(item.call_id)
                number = item.turn if isinstance(item, ExerciseItem) else 0
                if number >= len(practice.turns):
                    raise InvalidInputError(
                        "The caller of this call has no such turn.", field="items", code="turn_not_found"
                    )

    async def _find(self, lesson_id: UUID, *, is_locked: bool = False) -> Lesson:
        lesson = await self._rows.find_lesson(lesson_id, is_locked=is_locked)
        if lesson is None:
            raise NotFoundError("There is no such lesson.", code="lesson_not_found")
        return lesson

    async def _edit_view(self, lesson: Lesson) -> LessonEdit:
        items = items_of(lesson.items)
        clips = await self._rows.clips_of([item.clip_id for item in items if isinstance(item, ClipItem)])
        return LessonEdit(
            lesson=lesson_head(lesson, ()), items=items, clips=await self._clip_views(list(clips.values()))
        )

    async def _clip_views(self, clips: Sequence[Clip]) -> list[ClipView]:
        calls: dict[UUID, CallSnapshot] = {}
        for call_id in {clip.call_id for clip in clips}:
            calls[call_id] = await self._material.call(call_id)
        return [clip_view(clip, calls[clip.call_id]) for clip in clips]
