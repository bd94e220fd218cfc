"""Edits of the knowledge base: commit, tell the index, and give it a moment to follow."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Protocol
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.accounts.models import Account
from assist_api.http.actor import Actor
from assist_api.http.core import AuditTrail, DetailValue
from assist_api.http.permissions import PERMISSIONS, Permission, Role
from assist_api.knowledge.publishing import ASSENT, Admission, Admit, Consent
from assist_api.knowledge.schemas import SubmittedText
from kb.entries.drafts import Author, DraftService
from kb.entries.review import ReviewService
from kb.entries.schemas import EntryDetail, EntryDraft, RevisionDetail
from kb.entries.service import KnowledgeService
from kit.clock import Clock
from kit.db import Database
from kit.errors import InvalidInputError, NotAllowedError
from kit.tasks import TaskSupervisor

FINDABLE_WITHIN_SECONDS = 1.0
"""How long an edit waits for the index. Lexical indexing of one revision takes some ten milliseconds."""
PUBLISHER_ROLES = tuple(role for role in Role if Permission.EDIT_ENTRIES in PERMISSIONS[role])
DETAILS = frozenset({"owner", "reviewed_on", "change_note"})
"""What may change without tests and a second person: nothing that agents read."""
Published = Callable[[AsyncSession, Actor, RevisionDetail], Awaitable[None]]
"""Hears of a publication in its transaction."""
log = structlog.get_logger(__name__)


class IndexFollower(Protocol):
    """The part of the indexer that an edit needs."""

    async def catch_up(self) -> int:
        """Apply every change up to now and return how many there were."""
        ...


class KnowledgeEditor:
    """Use cases that change entries, each in a transaction of its own."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        index: IndexFollower,
        admit: Admit,
        audit: AuditTrail,
        *,
        four_eyes_for: Callable[[], Collection[str]] = tuple,
    ) -> None:
        """Keep the parts.

        Args:
            database: Where entries are.
            clock: Time of publications.
            index: Follows what is committed.
            admit: Lets a text through, or refuses it.
            audit: Records every change.
            four_eyes_for: Business types that nobody publishes alone; they are submitted for review.
        """
        self.on_published: list[Published] = []
        """Later modules add what has to hear of new texts."""
        self._four_eyes_for = four_eyes_for
        self._database = database
        self._clock = clock
        self._index = index
        self._admit = admit
        self._audit = audit
        self._tasks = TaskSupervisor("knowledge")

    async def create(self, draft: EntryDraft, actor: Actor, consent: Consent = ASSENT) -> EntryDetail:
        """Publish a new entry once its text is admitted; see `KnowledgeService.create_entry`.

        Raises:
            ConflictError: Gold questions would lose their place; see `PublicationGate.admit`.
            NotAllowedError: `review_needed`: the policy asks for a second person.
        """
        async with self._database.session() as session:
            await KnowledgeService(session, self._clock).check_new(draft)
            await self._refuse_alone(session, actor, draft.business_type)
        admission = await self._admit(draft, None, consent)
        async with self._database.session() as session:
            entry = await KnowledgeService(session, self._clock).create_entry(draft, actor.name)
            await admission.record(session, self._clock, entry.current)
            self._record(session, actor, "entry.created", entry.id, entry.current, admission)
        await self.make_findable()
        admission.note_published()
        return entry

    async def revise(
        self, entry_id: UUID, base_revision_id: UUID, draft: EntryDraft, actor: Actor, consent: Consent = ASSENT
    ) -> RevisionDetail:
        """Publish the next revision once its text is admitted; see `KnowledgeService.revise_entry`.

        Raises:
            ConflictError: As `KnowledgeService.revise_entry`, and as `PublicationGate.admit`.
            NotAllowedError: As `create`; the type of the present text counts as well as that of the new one.
        """
        async with self._database.session() as session:
            knowledge = KnowledgeService(session, self._clock)
            await knowledge.check_revision(entry_id, base_revision_id, draft)
            present = (await knowledge.get_entry(entry_id)).current.business_type
            await self._refuse_alone(session, actor, draft.business_type, present)
        # No session is held while the questions run; whoever is faster meanwhile makes the base stale.
        admission = await self._admit(draft, entry_id, consent)
        async with self._database.session() as session:
            knowledge = KnowledgeService(session, self._clock)
            revision = await knowledge.revise_entry(entry_id, base_revision_id, draft, actor.name)
            await admission.record(session, self._clock, revision)
            self._record(session, actor, "entry.revised", entry_id, revision, admission)
            await self._tell_published(session, actor, revision)
        await self.make_findable()
        admission.note_published()
        return revision

    async def revise_details(
        self, entry_id: UUID, base_revision_id: UUID, draft: EntryDraft, actor: Actor
    ) -> RevisionDetail:
        """Publish a revision that differs in owner or review date alone: no test runs, and no second person is asked.

        Raises:
            ConflictError: As `KnowledgeService.revise_entry`.
            InvalidInputError: As `KnowledgeService.revise_entry`; `text_changed`: it differs in something else.
        """
        async with self._database.session() as session:
            knowledge = KnowledgeService(session, self._clock)
            base = (await knowledge.get_entry(entry_id)).current
            if any(
                getattr(base, name) != getattr(draft, name) for name in EntryDraft.model_fields if name not in DETAILS
            ):
                message = "Only owner and review date can be changed this way; edit the entry instead."
                raise InvalidInputError(message, field="owner", code="text_changed")
            revision = await knowledge.revise_entry(entry_id, base_revision_id, draft, actor.name)
            self._record(session, actor, "entry.revised", entry_id, revision)
            return revision

    async def retire(self, entry_id: UUID, actor: Actor) -> EntryDetail:
        """Take an entry out of search; see `KnowledgeService.retire_entry`."""
        async with self._database.session() as session:
            entry = await KnowledgeService(session, self._clock).retire_entry(entry_id)
            self._record(session, actor, "entry.retired", entry_id, entry.current)
        await self.make_findable()
        return entry

    async def submit(self, text: SubmittedText, actor: Actor) -> RevisionDetail:
        """Let a text wait for a second person; what readers find does not change.

        Raises:
            NotFoundError, ConflictError, InvalidInputError: As `DraftService`.
        """
        async with self._database.session() as session:
            drafts, author = DraftService(session, self._clock), Author(actor.name, actor.account_id)
            if text.entry_id is None or text.base_revision_id is None:
                waiting = await drafts.submit_new(text.draft(), author)
            else:
                waiting = await drafts.submit_revision(text.entry_id, text.base_revision_id, text.draft(), author)
            details = {"revision_id": str(waiting.id)}
            self._audit.record(session, actor, "entry.drafted", "entry", waiting.entry_id, details=details)
            return (await KnowledgeService(session, self._clock).find_revisions([waiting.id]))[waiting.id]

    async def publish_waiting(
        self, entry_id: UUID, revision_id: UUID, actor: Actor, consent: Consent = ASSENT
    ) -> EntryDetail:
        """Publish a text that waits for review once it is admitted; see `ReviewService.publish`.

        Raises:
            ConflictError: As `ReviewService.publish`, and as `PublicationGate.admit`.
            NotAllowedError: `four_eyes`: it is the actor's own text, and somebody else may publish it.
        """
        async with self._database.session() as session:
            review = ReviewService(session, self._clock)
            draft = await review.check(entry_id, revision_id)
            author_id = await review.author_of(revision_id)
            if author_id is not None and author_id == actor.account_id and await _has_second(session, actor):
                message = "Somebody else has to publish a text that you submitted for review."
                raise NotAllowedError(message, code="four_eyes")
        admission = await self._admit(draft, entry_id, consent)
        async with self._database.session() as session:
            entry = await ReviewService(session, self._clock).publish(entry_id, revision_id)
            await admission.record(session, self._clock, entry.current)
            self._record(session, actor, "entry.published", entry_id, entry.current, admission)
            await self._tell_published(session, actor, entry.current)
        await self.make_findable()
        admission.note_published()
        return entry

    async def turn_down(self, entry_id: UUID, revision_id: UUID, actor: Actor) -> EntryDetail:
        """Leave out a text that waits for review; see `ReviewService.turn_down`."""
        async with self._database.session() as session:
            entry = await ReviewService(session, self._clock).turn_down(entry_id, revision_id)
            details = {"revision_id": str(revision_id)}
            self._audit.record(session, actor, "entry.turned_down", "entry", entry_id, details=details)
            return entry

    async def _tell_published(self, session: AsyncSession, actor: Actor, revision: RevisionDetail) -> None:
        for told in self.on_published:
            await told(session, actor, revision)

    async def _refuse_alone(self, session: AsyncSession, actor: Actor, *business_types: str) -> None:
        """Refuse a text that its author may not publish alone; where nobody else may publish, its author does."""
        if self._four_eyes_for_any(business_types) and actor.account_id and await _has_second(session, actor):
            message = "Two people publish texts of this business type: submit it for review."
            raise NotAllowedError(message, code="review_needed")

    def _four_eyes_for_any(self, business_types: Collection[str]) -> bool:
        return not set(self._four_eyes_for()).isdisjoint(business_types)

    def _record(
        self,
        session: AsyncSession,
        actor: Actor,
        action: str,
        entry_id: UUID,
        revision: RevisionDetail,
        admission: Admission | None = None,
    ) -> None:
        """Record what became of a text; a block that was overridden is told as such, without the reason."""
        details: dict[str, DetailValue] = {"revision_id": str(revision.id), "number": revision.number}
        if admission is not None:
            details["overrode_tests"] = bool(admission.override_reason)
        self._audit.record(session, actor, action, "entry", entry_id, after=revision, details=details)

    async def aclose(self) -> None:
        """Stop waiting for the index; it catches up after the next start. Safe to call twice."""
        await self._tasks.aclose()

    async def make_findable(self) -> None:
        """Wait a moment until the index has followed what was committed."""
        # The edit is committed: a slow or broken index delays finding it, never fails the request, and goes on alone.
        catching_up = self._tasks.start(self._index.catch_up(), name="catch-up")
        _, late = await asyncio.wait({catching_up}, timeout=FINDABLE_WITHIN_SECONDS)
        if late:
            log.warning("edit_not_findable_yet")


async def _has_second(session: AsyncSession, actor: Actor) -> bool:
    """Return whether another account may publish."""
    others = select(Account.id).where(
        Account.role.in_(PUBLISHER_ROLES), Account.is_active.is_(True), Account.id != actor.account_id
    )
    return await session.scalar(others.limit(1)) is not None
