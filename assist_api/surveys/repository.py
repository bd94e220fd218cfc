"""Every statement on surveys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Float, Select, case, cast, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from assist_api.calls.models import CallRow
from assist_api.surveys.models import SurveyAnswer
from assist_api.surveys.schemas import SurveyFigure, SurveyLine

SATISFIED_FROM, BAD_UNTIL = 4, 2
MOST_LINES, MOST_BAD_MARKS, MOST_TEXTED = 50, 50, 50


class SurveyRepository:
    """Marks that callers gave."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def add(self, answer: SurveyAnswer) -> bool:
        """Insert an answer; False where it is known already."""
        if await self.session.get(SurveyAnswer, answer.id) is not None:
            return False
        self.session.add(answer)
        await self.session.flush()
        return True

    async def is_asked_about_agent(self, call_id: UUID) -> bool:
        """Tell whether the caller was asked about the agent of a call."""
        statement = select(SurveyAnswer.id).where(SurveyAnswer.call_id == call_id, SurveyAnswer.served_by == "agent")
        return await self.session.scalar(statement.limit(1)) is not None

    async def to_text(self, since: datetime) -> Sequence[tuple[UUID, str]]:
        """Return whom to ask by text message, of the callers who were asked since a moment and gave no mark."""
        statement = (
            select(SurveyAnswer.id, SurveyAnswer.texted_to)
            .where(
                SurveyAnswer.texted_to.is_not(None),
                SurveyAnswer.texted_at.is_(None),
                SurveyAnswer.mark.is_(None),
                SurveyAnswer.asked_at >= since,
            )
            .order_by(SurveyAnswer.asked_at)
            .limit(MOST_TEXTED)
        )
        return [(row_id, number) for row_id, number in await self.session.execute(statement) if number is not None]

    async def note_texted(self, answer_id: UUID, at: datetime) -> None:
        """Keep that a caller was asked."""
        await self.session.execute(update(SurveyAnswer).where(SurveyAnswer.id == answer_id).values(texted_at=at))

    async def texted(self, number: str, since: datetime) -> SurveyAnswer | None:
        """Return the newest question that a number was sent since a moment and has not answered."""
        statement = (
            select(SurveyAnswer)
            .where(SurveyAnswer.texted_to == number, SurveyAnswer.texted_at >= since, SurveyAnswer.mark.is_(None))
            .order_by(SurveyAnswer.texted_at.desc())
            .limit(1)
        )
        return await self.session.scalar(statement)

    async def agent_of(self, call_id: UUID | None) -> tuple[UUID | None, str]:
        """Return account and name of the agent who took a call."""
        if call_id is None:
            return None, ""
        row = await self.session.get(CallRow, call_id)
        return (None, "") if row is None else (row.agent_account_id, row.agent_name)

    async def whole(self, since: datetime) -> SurveyFigure:
        """Return the figure of everybody."""
        row = (await self.session.execute(_figures(since))).one()
        return SurveyFigure.model_validate(_values(row.asked, row.answered, row.satisfied, row.mean))

    async def by(
        self,
        column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
        since: datetime,
        *,
        served_by: str | None = None,
    ) -> list[SurveyLine]:
        """Return the figure of each value of a column, the most asked first."""
        key = func.coalesce(column, "").label("key")
        statement = _figures(since).add_columns(key).group_by(key).order_by(func.count().desc(), key).limit(MOST_LINES)
        if served_by is not None:
            statement = statement.where(SurveyAnswer.served_by == served_by)
        return [
            SurveyLine.model_validate({"key": row.key} | _values(row.asked, row.answered, row.satisfied, row.mean))
            for row in await self.session.execute(statement)
        ]

    async def bad_marks(self, since: datetime) -> Sequence[SurveyAnswer]:
        """Return marks of 1 and 2, the newest first."""
        statement = (
            select(SurveyAnswer)
            .where(SurveyAnswer.asked_at >= since, SurveyAnswer.mark <= BAD_UNTIL)
            .order_by(SurveyAnswer.asked_at.desc())
            .limit(MOST_BAD_MARKS)
        )
        return (await self.session.scalars(statement)).all()


def _figures(since: datetime) -> Select[tuple[int, int, int | None, float | None]]:
    is_satisfied = case((SurveyAnswer.mark >= SATISFIED_FROM, 1), else_=0)
    return select(
        func.count().label("asked"),
        func.count(SurveyAnswer.mark).label("answered"),
        func.sum(is_satisfied).label("satisfied"),
        cast(func.avg(SurveyAnswer.mark), Float).label("mean"),
    ).where(SurveyAnswer.asked_at >= since)


def _values(asked: int, answered: int, satisfied: int | None, mean: float | None) -> dict[str, object]:
    return {
        "asked": asked,
        "answered": answered,
        "response_rate": round(answered / asked, 4) if asked else None,
        "satisfied": round((satisfied or 0) / answered, 4) if answered else None,
        "mean": None if mean is None else round(mean, 2),
    }
