"""What the endpoints of notifications take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from assist_api.http.schemas import InputModel, OutputModel


class NotificationView(OutputModel):
    """One notification; the page has the text of its kind and puts the parameters in."""

    id: UUID
    kind: str
    parameters: dict[str, str | int | bool | None]
    object_kind: str
    object_id: str
    created_at: datetime
    read_at: datetime | None


class NotificationPage(OutputModel):
    """Notifications, the newest first; `next_cursor` asks for the next page and is null on the last one."""

    items: list[NotificationView]
    next_cursor: str | None
    unread: int


class ReadMarks(InputModel):
    """Which notifications were read; null for all."""

    ids: Annotated[list[UUID], Field(min_length=1, max_length=200)] | None


class UnreadCount(OutputModel):
    """How many notifications are left unread."""

    unread: int
