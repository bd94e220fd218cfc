"""Texts that wait for review: somebody looks at them, then they are published or turned down. Never commits."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from kb.entries.models import Revision, RevisionState
from kb.entries.repository import EntryRepository
from kb.entries.schemas import EntryDetail, EntryDraft
from kb.entries.service import KnowledgeService
from kb.kinds import DocumentKind
from kit.clock import Clock
from kit.errors import ConflictError, InvalidInputError, NotFoundError


class ReviewService:
    """Decisions on revisions in review. The caller owns the session and commits it."""

    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._entries = EntryRepository(session)
        self._knowledge = KnowledgeService(session, clock)
        self._session = session
        self._clock = clock

    async def check(self, entry_id: UUID, revision_id: UUID) -> EntryDraft:
        """Return the text if `publish` would take it now.

        Raises:
            NotFoundError: There is no such entry or revision.
            ConflictError: `not_in_review`: somebody has decided already.
            InvalidInputError: `title_taken`: another published entry has the title.
        """
        waiting = await self._waiting(entry_id, revision_id)
        taken_by = await self._entries.find_same_title(waiting.title, waiting.sector, waiting.region)
        if taken_by not in (None, entry_id):
            message = "Another entry of this sector and region has this title; retire it or edit this text."
            raise InvalidInputError(message, field="title", code="title_taken", entry_id=str(taken_by))
        return EntryDraft.model_validate(waiting, from_attributes=True)

    async def author_of(self, revision_id: UUID) -> UUID | None:
        """Return the account that submitted a text; None when it was not submitted by one."""
        found = await self._entries.find_revisions([revision_id])
        return found[0].author_id if found else None

    async def publish(self, entry_id: UUID, revision_id: UUID) -> EntryDetail:
        """Put the text in the place of the published one, or publish the entry for the first time.

        Raises:
            NotFoundError, InvalidInputError: As `check`.
            ConflictError: As `check`; `stale_revision`: the entry was edited now.
        """
        await self.check(entry_id, revision_id)
        current_id = (await self._knowledge.get_entry(entry_id)).current.id
        now = self._clock.now()
        if current_id != revision_id:
            if not await self._entries.swap_current(entry_id, current_id, revision_id):
                raise ConflictError("Somebody has just saved a new text; look again.", code="stale_revision")
            await self._entries.set_retired(current_id, now)
        await self._decide(revision_id, {"state": RevisionState.PUBLISHED, "published_at": now})
        await self._entries.record_change(DocumentKind.ENTRY, entry_id, now)
        return await self._knowledge.get_entry(entry_id)

    async def turn_down(self, entry_id: UUID, revision_id: UUID) -> EntryDetail:
        """Leave the text out; what is published stays.

        Raises:
            NotFoundError: There is no such entry or revision.
            ConflictError: `not_in_review`: somebody has decided already.
        """
        await self._waiting(entry_id, revision_id)
        await self._decide(revision_id, {"state": RevisionState.RETIRED, "retired_at": self._clock.now()})
        return await self._knowledge.get_entry(entry_id)

    async def _waiting(self, entry_id: UUID, revision_id: UUID) -> Revision:
        found = await self._entries.find_revisions([revision_id])
        if not found or found[0].entry_id != entry_id:
            raise NotFoundError("There is no such revision of this entry.", code="revision_not_found")
        if found[0].state != RevisionState.IN_REVIEW:
            raise _decided()
        return found[0]

    async def _decide(self, revision_id: UUID, values: dict[str, object]) -> None:
        statement = update(Revision).where(Revision.id == revision_id, Revision.state == RevisionState.IN_REVIEW)
        result = await self._session.execute(statement.values(values).returning(Revision.id))
        if result.scalar() is None:
            raise _decided()
        self._session.expire_all()


def _decided() -> ConflictError:
    return ConflictError("The text does not wait for review any more; look again.", code="not_in_review")
