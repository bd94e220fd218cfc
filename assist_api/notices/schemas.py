"""What the endpoints of outage notices take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from assist_api.customers.schemas import CustomerSector
from assist_api.http.schemas import InputModel, OutputModel

AreaName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=100)]
NoticeText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=500)]


class NoticeDraft(InputModel):
    """A new notice."""

    area: AreaName = Field(description="Street, estate or district as callers name it")
    sector: CustomerSector
    text: NoticeText = Field(description="What agents read to callers")
    starts_at: AwareDatetime | None = Field(default=None, description="Left out, it holds from now on")
    ends_at: AwareDatetime | None = Field(default=None, description="Left out, it holds until somebody ends it")


class NoticeView(OutputModel):
    """A notice."""

    id: UUID
    area: str
    sector: CustomerSector
    text: str
    starts_at: datetime
    ends_at: datetime | None
    order_id: UUID | None
    created_by_name: str
    is_current: bool


class NoticePage(OutputModel):
    """A page of notices, the newest first."""

    items: list[NoticeView]
    next_cursor: str | None
