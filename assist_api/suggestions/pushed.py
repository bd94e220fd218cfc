"""A card that a supervisor puts before the agent of a running call."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from assist_api.http.wire import WireModel


class CardPushed(WireModel):
    """A published knowledge entry, pushed by a person; the caller hears nothing of it."""

    push_id: UUID
    entry_id: UUID
    revision_id: UUID
    title: str
    script: str = Field(description="The sentence(s) to say aloud")
    answer: str = Field(description="Markdown")
    category_path: list[str] = Field(description="Chinese names: sector, group, situation, then idea and means")
    pushed_by: str = Field(description="Display name of the person")
