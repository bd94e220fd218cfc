"""Drafts: texts that a person submits for review. Search finds none of them. Never commits."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from kb.entries.category_tree import category_rows
from kb.entries.models import Entry, Revision, RevisionOrigin, RevisionState
from kb.entries.repository import EntryRepository
from kb.entries.schemas import EntryDraft
from kb.entries.service import KnowledgeService
from kb.taxonomy.tree import load_taxonomy
from kit.clock import Clock


@dataclass(frozen=True, slots=True)
class Author:
    """Who submits a draft: display name and account."""

    name: str
    account_id: UUID | None


class DraftService:
    """Writes revisions in review. The caller owns the session and commits it."""

    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._entries = EntryRepository(session)
        self._knowledge = KnowledgeService(session, clock)
        self._session = session
        self._clock = clock

    async def submit_new(self, draft: EntryDraft, author: Author) -> Revision:
        """Make an entry whose first text waits for review.

        Raises:
            InvalidInputError: As `KnowledgeService.create_entry`.
        """
        await self._knowledge.check_new(draft)
        entry_id, revision_id = uuid4(), uuid4()
        self._session.add(Entry(id=entry_id, current_revision_id=revision_id, created_at=self._clock.now()))
        await self._session.flush()
        return await self._add(revision_id, entry_id, draft, author)

    async def submit_revision(
        self, entry_id: UUID, base_revision_id: UUID, draft: EntryDraft, author: Author
    ) -> Revision:
        """Let the next text of an entry wait for review; the published one stays what readers see.

        Raises:
            NotFoundError, ConflictError, InvalidInputError: As `KnowledgeService.revise_entry`.
        """
        await self._knowledge.check_revision(entry_id, base_revision_id, draft)
        return await self._add(uuid4(), entry_id, draft, author)

    async def _add(self, revision_id: UUID, entry_id: UUID, draft: EntryDraft, author: Author) -> Revision:
        nodes = category_rows(load_taxonomy(), draft.situation, draft.idea, draft.means)
        for node in nodes:
            await self._entries.add_category(node)
        revision = Revision(
            id=revision_id,
            entry_id=entry_id,
            number=await self._entries.latest_number(entry_id) + 1,
            state=RevisionState.IN_REVIEW,
            origin=RevisionOrigin.EDIT,
            category_id=nodes[-1]["id"],
            author=author.name,
            author_id=author.account_id,
            created_at=self._clock.now(),
            published_at=None,
            **draft.model_dump(mode="python"),
        )
        self._session.add(revision)
        await self._session.flush()
        return revision
