"""What the endpoints of the new-hire mode take and give."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from assist_api.http.schemas import InputModel, OutputModel
from assist_api.new_hires.level import MOST_HELP, MeasureName

EARLIEST = date(2000, 1, 1)
Level = Annotated[int, Field(ge=0, le=MOST_HELP)]


class NewHireDraft(InputModel):
    """Since when somebody is new, and with how much help."""

    since: Annotated[date, Field(ge=EARLIEST)] = Field(description="Results from this day on count")
    fixed_level: Level | None = Field(default=None, description="Null lets the results decide")


class MeasureView(OutputModel):
    """One result beside what takes a level away."""

    measure: MeasureName
    count: int = Field(description="Lessons, chosen categories or calls that the percentage is of")
    percent: float
    needed_count: int
    needed_percent: int
    has_passed: bool


class NewHireView(OutputModel):
    """An agent in new-hire mode."""

    account_id: UUID
    account_name: str
    since: date
    level: int = Field(description="3 most help, 0 the desk as everybody sees it")
    fixed_level: int | None = Field(description="Fixed by a trainer; null while the results decide")
    set_by_name: str
    set_at: datetime
    measures: list[MeasureView]


class AgentOption(OutputModel):
    """An agent who can be put into new-hire mode."""

    account_id: UUID
    name: str


class NewHireList(OutputModel):
    """Agents in new-hire mode, the newest first, and those who can be."""

    items: list[NewHireView]
    agents: list[AgentOption]


class OwnHelp(OutputModel):
    """How much more help the signed-in account sees at the desk, and why."""

    new_hire: NewHireView | None = Field(description="Null for an account that is not in new-hire mode")
