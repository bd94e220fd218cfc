"""HTTP: what callers think of the service."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from assist_api.audit.deps import ActorDep, AuditDep
from assist_api.http.deps import CoreDep, SessionDep, permitted
from assist_api.http.permissions import Permission
from assist_api.surveys.models import SurveyAnswer
from assist_api.surveys.repository import SurveyRepository
from assist_api.surveys.schemas import BadMark, SurveyReply, SurveyReplyTaken, SurveyReport
from assist_api.surveys.texting import take_reply

router = APIRouter(tags=["surveys"])
_MARK = re.compile(r"[1-5１-５]")


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


@router.post("/surveys/replies", dependencies=[Depends(permitted(Permission.MANAGE_INTEGRATIONS))])
async def take_survey_reply(
    reply: SurveyReply, session: SessionDep, core: CoreDep, audit: AuditDep, actor: ActorDep
) -> SurveyReplyTaken:
    """Take what a caller answered to the text message; the gateway of text messages calls this with an API token."""
    mark = _MARK.search(reply.text)
    if mark is None or not await take_reply(session, core.clock, reply.number, int(mark.group())):
        return SurveyReplyTaken(is_taken=False)
    audit.record(session, actor, "survey.replied", "survey", "reply", details={"mark": int(mark.group())})
    return SurveyReplyTaken(is_taken=True)
