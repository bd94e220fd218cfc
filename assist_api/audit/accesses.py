"""Entries for what somebody read or heard: once in a while for each object, however often it is asked for."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from assist_api.audit.repository import AuditFilter, AuditRepository
from assist_api.http.actor import Actor
from assist_api.http.core import AuditTrail
from kit.clock import Clock
from kit.db import Database

ONCE_IN = timedelta(minutes=10)
"""A player asks for a recording piece by piece, and a page asks for a call again and again."""


class AccessLog:
    """Records readings in transactions of its own, before what is read leaves."""

    def __init__(self, database: Database, clock: Clock, audit: AuditTrail) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit

    async def note(self, actor: Actor, action: str, object_kind: str, object_id: UUID | str) -> bool:
        """Record that an account read or heard an object, unless it was recorded less than `ONCE_IN` ago.

        Returns:
            Whether an entry was written.
        """
        recent = AuditFilter(
            actor_id=actor.account_id,
            action=action,
            object_kind=object_kind,
            object_id=str(object_id),
            since=self._clock.now() - ONCE_IN,
        )
        async with self._database.session() as session:
            if await AuditRepository(session).has_any(recent):
                return False
        async with self._database.session() as session:
            # Two requests at once both saw nothing; the second one waits here and then sees the first one's entry.
            entries = AuditRepository(session)
            await entries.lock_end()
            if await entries.has_any(recent):
                return False
            self._audit.record(session, actor, action, object_kind, object_id)
        return True
