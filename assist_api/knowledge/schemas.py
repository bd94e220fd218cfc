"""What the knowledge endpoints take and give beyond `kb.entries.schemas`."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from assist_api.http.schemas import OutputModel
from assist_api.knowledge.publishing import Consent
from kb.entries.schemas import EntryDraft, InputModel, RevisionDetail


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


class RevisionList(OutputModel):
    """Every revision of an entry, the newest first."""

    items: list[RevisionDetail]
