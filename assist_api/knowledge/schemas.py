"""What the knowledge endpoints take and give beyond `kb.entries.schemas`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from assist_api.http.schemas import OutputModel
from assist_api.knowledge.publishing import Consent
from kb.entries.schemas import EntryDraft, InputModel, RevisionDetail
from kb.kinds import Audience


class Publication(InputModel):
    """What the editor says about gold questions that would lose their place."""

    ask_before_drop: bool = Field(
        default=False, description="409 `knowledge_test_drop` with the report, instead of publishing with a warning"
    )
    override_reason: str = Field(
        default="",
        max_length=500,
        pattern=r"^[^\x00]*$",  # PostgreSQL cannot store U+0000
        description="Why it is right although the policy is to block; kept with the run",
    )

    def consent(self) -> Consent:
        """Return it for the gate."""
        return Consent(self.ask_before_drop, self.override_reason)


class NewEntry(EntryDraft, Publication):
    """The whole text of an entry, and what the editor says about drops."""

    def draft(self) -> EntryDraft:
        """Return the text alone."""
        return EntryDraft.model_validate(self.model_dump(include=set(EntryDraft.model_fields)))


class EntryRevision(NewEntry):
    """The whole text of the next revision, and the one it was written on top of."""

    base_revision_id: UUID = Field(description="409 `stale_revision` when it is no longer the entry's current one")


class SubmittedText(EntryDraft):
    """A text that waits for a second person: a new entry, or the next text of one."""

    entry_id: UUID | None = Field(default=None, description="None for a new entry")
    base_revision_id: UUID | None = Field(default=None, description="Needed with `entry_id`; as for a revision")

    @model_validator(mode="after")
    def _check_base(self) -> Self:
        if (self.entry_id is None) != (self.base_revision_id is None):
            raise ValueError("give entry_id and base_revision_id together, or neither")
        return self

    def draft(self) -> EntryDraft:
        """Return the text alone."""
        return EntryDraft.model_validate(self.model_dump(include=set(EntryDraft.model_fields)))


class RevisionList(OutputModel):
    """Every revision of an entry, the newest first."""

    items: list[RevisionDetail]


class BulkChange(InputModel):
    """One change to many entries; what is null stays as it is."""

    entry_ids: Annotated[list[UUID], Field(min_length=1, max_length=200)]
    owner: Annotated[str, Field(max_length=100)] | None = None
    reviewed_on: date | None = None
    audiences: Annotated[list[Audience], Field(min_length=1)] | None = None
    sector: Literal["power", "heating", "water", "gas", "tv", "every"] | None = None
    retire: bool = Field(default=False, description="Take them out of search instead")
    change_note: Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")] = ""

    @property
    def changes_readers(self) -> bool:
        """Whether it changes who finds the entries; then the rules of publications hold for each."""
        return self.audiences is not None or self.sector is not None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        values = (self.owner, self.reviewed_on, self.audiences, self.sector)
        if self.retire is all(value is None for value in values):
            return self
        raise ValueError("say what to change: owner, reviewed_on, audiences or sector; or retire, alone")


class BulkOutcome(OutputModel):
    """What became of one entry."""

    entry_id: UUID
    title: str
    code: str | None = Field(description="Why it was left as it is; null when it was changed")


class BulkResult(OutputModel):
    """What became of each entry."""

    items: list[BulkOutcome]
    changed: int
