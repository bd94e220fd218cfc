"""HTTP: what callers think of the service."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from assist_api.http.deps import CoreDep, SessionDep, permitted
from assist_api.http.permissions import Permission
from assist_api.surveys.models import SurveyAnswer
from assist_api.surveys.repository import SurveyRepository
from assist_api.surveys.schemas import BadMark, SurveyReport

router = APIRouter(tags=["surveys"])


@router.get("/surveys/report", dependencies=[Depends(permitted(Permission.WATCH_FLOOR))])
async def read_survey_report(
    session: SessionDep, core: CoreDep, days: Annotated[int, Query(ge=1, le=366)] = 30
) -> SurveyReport:
    """Return satisfaction with its response rate: as a whole, and per agent, type and area."""
    since = core.clock.now() - timedelta(days=days)
    rows = SurveyRepository(session)
    return SurveyReport(
        since=since,
        whole=await rows.whole(since),
        by_agent=await rows.by(SurveyAnswer.agent_name, since, served_by="agent"),
        by_intent=await rows.by(SurveyAnswer.intent, since),
        by_area=await rows.by(SurveyAnswer.area, since),
        bad_marks=[
            BadMark.model_validate({name: getattr(row, name) for name in BadMark.model_fields})
            for row in await rows.bad_marks(since)
        ],
    )
