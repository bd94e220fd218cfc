"""What the knowledge endpoints take and give beyond `kb.schemas`."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from assist_api.schemas import OutputModel
from kb.schemas import EntryDraft, RevisionDetail


class EntryRevision(EntryDraft):
    """The whole text of the next revision, and the one it was written on top of."""

    base_revision_id: UUID = Field(description="409 `stale_revision` when it is no longer the entry's current one")

    def draft(self) -> EntryDraft:
        """Return the text alone."""
        return EntryDraft.model_validate(self.model_dump(exclude={"base_revision_id"}))


class RevisionList(OutputModel):
    """Every revision of an entry, the newest first."""

    items: list[RevisionDetail]
