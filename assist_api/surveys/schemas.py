"""What the endpoints of surveys give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from assist_api.http.schemas import InputModel, OutputModel


class SurveyFigure(OutputModel):
    """Marks of some callers: the figure never stands without its response rate."""

    asked: int
    answered: int
    response_rate: float | None = Field(description="answered ÷ asked; null when nobody was asked")
    satisfied: float | None = Field(description="Share of marks 4 and 5 among the marks; null without one")
    mean: float | None = Field(description="Mean mark, 1 to 5; null without one")


class SurveyLine(SurveyFigure):
    """Marks of one agent, type or area."""

    key: str = Field(description="Name of the agent, intent or area; empty where there was none")


class BadMark(OutputModel):
    """A mark of 1 or 2."""

    id: UUID
    call_id: UUID | None
    asked_at: datetime
    mark: int
    agent_name: str
    intent: str | None
    area: str
    wants_call: bool


class SurveyReply(InputModel):
    """What a caller answered to the text message, as the gateway hands it over."""

    number: Annotated[str, StringConstraints(pattern=r"^\d{3,20}$")]
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class SurveyReplyTaken(OutputModel):
    """Whether a mark was kept."""

    is_taken: bool = Field(description="False where the number was not asked, or the text holds no mark")


class SurveyReport(OutputModel):
    """Satisfaction over some days."""

    since: datetime
    whole: SurveyFigure
    by_agent: list[SurveyLine] = Field(description="Of calls that an agent took, the most asked first")
    by_intent: list[SurveyLine]
    by_area: list[SurveyLine]
    bad_marks: list[BadMark] = Field(description="The newest first, at most 50")
