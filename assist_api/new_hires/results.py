"""Reads what a new hire reached: scores of lessons, right categories in practice, cards used in calls."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.call_search.models import CardReadOut
from assist_api.calls.events import Verdict
from assist_api.calls.models import CallRow, CallSuggestionRow, SuggestionFeedbackRow
from assist_api.new_hires.level import MeasureName, Result
from assist_api.training.models import LessonAttempt

NEWEST = 50
"""Calls, and categories chosen in practice, that a share is of: older ones no longer tell how somebody works."""


async def results_of(session: AsyncSession, account_id: UUID, since: datetime) -> dict[MeasureName, Result]:
    """Return every result of an account since a moment."""
    return {
        "lessons": await _lessons(session, account_id, since),
        "categories": await _categories(session, account_id, since),
        "cards": await _cards(session, account_id, since),
    }


async def _lessons(session: AsyncSession, account_id: UUID, since: datetime) -> Result:
    """Return the mean of the best score of each finished lesson."""
    best = select(func.max(LessonAttempt.score)).where(*_finished(account_id, since)).group_by(LessonAttempt.lesson_id)
    scores = [score for score in await session.scalars(best) if score is not None]
    return Result(len(scores), round(sum(scores) / len(scores), 1)) if scores else Result(0, 0.0)


async def _categories(session: AsyncSession, account_id: UUID, since: datetime) -> Result:
    """Return the share of right categories among those chosen last in exercises and simulated calls."""
    newest = (
        select(LessonAttempt.answers)
        .where(*_finished(account_id, since))
        .order_by(LessonAttempt.finished_at.desc())
        .limit(NEWEST)
    )
    graded = [part for answers in await session.scalars(newest) for part in _category_parts(answers)][:NEWEST]
    return _share(sum(part["score"] >= 1 for part in graded), len(graded))


def _category_parts(answers: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for answer in answers.values():
        groups = [step["parts"] for step in answer["steps"]] or [answer["parts"]]
        yield from (part for parts in groups for part in parts if part["part"] == "category")


async def _cards(session: AsyncSession, account_id: UUID, since: datetime) -> Result:
    """Return the share of the newest calls with cards in which one was used or read out."""
    newest = (
        select(CallRow.id)
        .where(
            CallRow.agent_account_id == account_id,
            CallRow.created_at >= since,
            CallRow.ended_at.is_not(None),
            CallRow.id.in_(select(CallSuggestionRow.call_id).where(CallSuggestionRow.kind == "entry")),
        )
        .order_by(CallRow.created_at.desc())
        .limit(NEWEST)
    )
    calls = (await session.scalars(newest)).all()
    return _share(len(await _with_used_card(session, calls)), len(calls))


async def _with_used_card(session: AsyncSession, calls: Collection[UUID]) -> set[UUID]:
    used = select(SuggestionFeedbackRow.call_id).where(
        SuggestionFeedbackRow.call_id.in_(calls), SuggestionFeedbackRow.verdict == Verdict.USED
    )
    read_out = select(CardReadOut.call_id).where(CardReadOut.call_id.in_(calls))
    return {*await session.scalars(used), *await session.scalars(read_out)}


def _finished(account_id: UUID, since: datetime) -> tuple[Any, ...]:
    return LessonAttempt.account_id == account_id, LessonAttempt.finished_at >= since


def _share(hits: int, count: int) -> Result:
    return Result(count, round(100 * hits / count, 1)) if count else Result(0, 0.0)
