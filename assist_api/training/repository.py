"""Every statement on clips, lessons and attempts."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.training.models import Clip, Lesson, LessonAttempt

MOST_LISTED = 200


class TrainingRepository:
    """Clips, lessons and attempts."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def add(self, row: Clip | Lesson | LessonAttempt) -> None:
        """Insert a row."""
        self.session.add(row)
        await self.session.flush()

    async def clips(self, call_id: UUID | None = None) -> Sequence[Clip]:
        """Return clips, the newest first."""
        statement = select(Clip).order_by(Clip.created_at.desc(), Clip.id).limit(MOST_LISTED)
        if call_id is not None:
            statement = statement.where(Clip.call_id == call_id)
        return (await self.session.scalars(statement)).all()

    async def find_clip(self, clip_id: UUID) -> Clip | None:
        """Return a clip, or None."""
        return await self.session.get(Clip, clip_id)

    async def clips_of(self, ids: Sequence[UUID]) -> dict[UUID, Clip]:
        """Return clips by their ids."""
        rows = await self.session.scalars(select(Clip).where(Clip.id.in_(ids)))
        return {row.id: row for row in rows}

    async def remove_clip(self, clip: Clip) -> None:
        """Delete a clip."""
        await self.session.delete(clip)

    async def lessons(self, *, only_published: bool) -> Sequence[Lesson]:
        """Return lessons, the newest first."""
        statement = select(Lesson).order_by(Lesson.updated_at.desc(), Lesson.id).limit(MOST_LISTED)
        if only_published:
            statement = statement.where(Lesson.state == "published")
        return (await self.session.scalars(statement)).all()

    async def find_lesson(self, lesson_id: UUID, *, is_locked: bool = False) -> Lesson | None:
        """Return a lesson, or None; locked, its row stays so until the transaction ends."""
        return await self.session.get(Lesson, lesson_id, with_for_update=is_locked or None)

    async def attempts_of(self, account_id: UUID, lesson_id: UUID | None = None) -> Sequence[LessonAttempt]:
        """Return the attempts of an account, the newest first."""
        statement = select(LessonAttempt).where(LessonAttempt.account_id == account_id)
        if lesson_id is not None:
            statement = statement.where(LessonAttempt.lesson_id == lesson_id)
        return (await self.session.scalars(statement.order_by(LessonAttempt.number.desc()))).all()

    async def results(self, lesson_id: UUID) -> Sequence[LessonAttempt]:
        """Return the attempts at a lesson, the newest first."""
        statement = select(LessonAttempt).where(LessonAttempt.lesson_id == lesson_id)
        return (
            await self.session.scalars(statement.order_by(LessonAttempt.started_at.desc()).limit(MOST_LISTED))
        ).all()

    async def find_attempt(self, attempt_id: UUID, *, is_locked: bool = False) -> LessonAttempt | None:
        """Return an attempt, or None; locked, its row stays so until the transaction ends."""
        return await self.session.get(LessonAttempt, attempt_id, with_for_update=is_locked or None)
