"""What the endpoints of changes and must-read publications take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from assist_api.http.permissions import Role
from assist_api.http.schemas import InputModel, OutputModel
from assist_api.must_reads.changes import ChangedFact, ChangedField
from kb.entries.schemas import RevisionDetail


class MustReadDraft(InputModel):
    """The present text of an entry becomes must-read."""

    entry_id: UUID
    revision_id: UUID = Field(description="409 `stale_revision` when it is no longer the entry's current one")
    roles: list[Role] = Field(default=[Role.AGENT], min_length=1, max_length=5)
    unit_id: UUID | None = Field(default=None, description="Only people of this unit and below it")
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""


class MustReadView(OutputModel):
    """A must-read publication with how many people have acknowledged it."""

    id: UUID
    entry_id: UUID
    revision_id: UUID
    title: str
    number: int
    roles: list[Role]
    unit_id: UUID | None
    note: str
    author_name: str
    created_at: datetime
    closed_at: datetime | None
    asked: int = Field(description="People of the audience")
    acknowledged: int


class MustReadList(OutputModel):
    """Must-read publications, the newest first."""

    items: list[MustReadView]


class ReaderView(OutputModel):
    """One person of the audience."""

    account_id: UUID
    name: str
    acknowledged_at: datetime | None = Field(description="null: not yet")


class ReaderList(OutputModel):
    """The audience of a must-read publication: who has not acknowledged it yet comes first."""

    must_read: MustReadView
    items: list[ReaderView]


class Reminded(OutputModel):
    """How many people were reminded."""

    people: int


class ChangeHead(OutputModel):
    """A publication in the list of what changed."""

    revision_id: UUID
    entry_id: UUID
    number: int = Field(description="1: a new entry")
    title: str
    sector: str | None
    change_note: str
    author: str
    published_at: datetime
    must_read_id: UUID | None = Field(description="Set when this account has to read it")
    note: str = Field(description="Of the curator who made it must-read")
    acknowledged_at: datetime | None


class ChangeList(OutputModel):
    """What changed in the knowledge: must-read and unread first, then the newest."""

    items: list[ChangeHead]
    due: int = Field(description="Must-read publications that this account has not acknowledged")


class ChangeView(OutputModel):
    """A publication with what it changed, in plain words."""

    head: ChangeHead
    facts: list[ChangedFact]
    fields: list[ChangedField]
    current: RevisionDetail


class DueCount(OutputModel):
    """How many must-read publications this account has not acknowledged."""

    due: int
