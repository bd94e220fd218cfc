"""What the endpoints of comments take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from assist_api.http.schemas import InputModel, OutputModel


class CommentDraft(InputModel):
    """A comment; `@name` tells the person of it."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]


class CommentView(OutputModel):
    """A comment on an entry."""

    id: UUID
    author_name: str
    is_mine: bool
    text: str
    created_at: datetime


class EntryTalk(OutputModel):
    """The comments on an entry, the oldest first, and whether this account follows it."""

    items: list[CommentView]
    is_subscribed: bool
    subscribers: int = Field(description="People who are told of new texts and comments")


class SubscriptionChoice(InputModel):
    """Whether this account is told of new texts of an entry and of comments on it."""

    is_subscribed: bool
