"""Edits of the knowledge base: commit, tell the index, and give it a moment to follow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol
from uuid import UUID

import structlog

from kb.review import ReviewService
from kb.schemas import EntryDetail, EntryDraft, RevisionDetail
from kb.service import KnowledgeService
from kit.clock import Clock
from kit.db import Database
from kit.tasks import TaskSupervisor

FINDABLE_WITHIN_SECONDS = 1.0
"""How long an edit waits for the index. Lexical indexing of one revision takes some ten milliseconds."""
log = structlog.get_logger(__name__)


class IndexFollower(Protocol):
    """The part of the indexer that an edit needs."""

    async def catch_up(self) -> int:
        """Apply every change up to now and return how many there were."""
        ...


class KnowledgeEditor:
    """Use cases that change entries, each in a transaction of its own."""

    def __init__(self, database: Database, clock: Clock, index: IndexFollower) -> None:
        self._database = database
        self._clock = clock
        self._index = index
        self._tasks = TaskSupervisor("knowledge")

    async def create(self, draft: EntryDraft, author: str) -> EntryDetail:
        """Publish a new entry; see `KnowledgeService.create_entry`."""
        async with self._edit() as knowledge:
            entry = await knowledge.create_entry(draft, author)
        await self._make_findable()
        return entry

    async def revise(self, entry_id: UUID, base_revision_id: UUID, draft: EntryDraft, author: str) -> RevisionDetail:
        """Publish the next revision; see `KnowledgeService.revise_entry`."""
        async with self._edit() as knowledge:
            revision = await knowledge.revise_entry(entry_id, base_revision_id, draft, author)
        await self._make_findable()
        return revision

    async def retire(self, entry_id: UUID) -> EntryDetail:
        """Take an entry out of search; see `KnowledgeService.retire_entry`."""
        async with self._edit() as knowledge:
            entry = await knowledge.retire_entry(entry_id)
        await self._make_findable()
        return entry

    async def publish_waiting(self, entry_id: UUID, revision_id: UUID) -> EntryDetail:
        """Publish a text that waits for review; see `ReviewService.publish`."""
        async with self._database.session() as session:
            entry = await ReviewService(session, self._clock).publish(entry_id, revision_id)
        await self._make_findable()
        return entry

    async def turn_down(self, entry_id: UUID, revision_id: UUID) -> EntryDetail:
        """Leave out a text that waits for review; see `ReviewService.turn_down`."""
        async with self._database.session() as session:
            return await ReviewService(session, self._clock).turn_down(entry_id, revision_id)

    @asynccontextmanager
    async def _edit(self) -> AsyncIterator[KnowledgeService]:
        async with self._database.session() as session:
            yield KnowledgeService(session, self._clock)

    async def aclose(self) -> None:
        """Stop waiting for the index; it catches up after the next start. Safe to call twice."""
        await self._tasks.aclose()

    async def _make_findable(self) -> None:
        # The edit is committed: a slow or broken index delays finding it, never fails the request, and goes on alone.
        catching_up = self._tasks.start(self._index.catch_up(), name="catch-up")
        _, late = await asyncio.wait({catching_up}, timeout=FINDABLE_WITHIN_SECONDS)
        if late:
            log.warning("edit_not_findable_yet")
