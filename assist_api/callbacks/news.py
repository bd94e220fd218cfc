"""Tells supervisors of callers who wait too long, or who could not be reached."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.callbacks.repository import CallbackRepository
from assist_api.callbacks.rules import RULES
from assist_api.http.permissions import Role
from assist_api.ivr.models import CallbackRequest
from assist_api.notifications.rules import NotificationRule
from assist_api.notifications.service import Notifier
from assist_api.policies.service import Policies
from kit.clock import Clock
from kit.db import Database

GIVEN_UP, LATE = "callback.given_up", "callback.delayed"
MOST_AT_ONCE = 100
"""Requests that one round tells of; the next round goes on."""
_PARAMETERS = frozenset({"queue"})
KINDS = (
    NotificationRule(GIVEN_UP, _PARAMETERS, to_owner=False, to_roles=frozenset({Role.SUPERVISOR})),
    NotificationRule(LATE, _PARAMETERS, to_owner=False, to_roles=frozenset({Role.SUPERVISOR})),
)


class CallbackNews:
    """Sends the notifications of callbacks; each is written with the change that it tells of."""

    def __init__(self, database: Database, clock: Clock, policies: Policies, notifier: Notifier) -> None:
        self._database = database
        self._clock = clock
        self._policies = policies
        self._notifier = notifier
        for rule in KINDS:
            notifier.rules.add(rule)

    async def tell(self, session: AsyncSession, kind: str, request: CallbackRequest) -> None:
        """Tell of one request; once for each request and kind."""
        await self._notifier.notify(
            session, kind, {"queue": request.queue}, object_kind="callback", object_id=request.id,
            dedup_key=f"{kind}:{request.id}",
        )  # fmt: skip

    async def watch(self) -> None:
        """Tell of every request that has waited longer than was promised, and note that it was told."""
        now = self._clock.now()
        before = now - timedelta(minutes=self._policies.current(RULES).promise_minutes)
        async with self._database.session() as session:
            for request in await CallbackRepository(session).late(before, MOST_AT_ONCE):
                await self.tell(session, LATE, request)
                request.told_late_at = now
