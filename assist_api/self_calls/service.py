"""Calls the exchange every day, keeps what came of it, and tells administrators of a failure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select

from assist_api.calls.models import CallRow
from assist_api.calls.states import TERMINAL_STATES
from assist_api.http.permissions import Role
from assist_api.notifications.rules import NotificationRule
from assist_api.notifications.service import Notifier
from assist_api.policies.service import Policies
from assist_api.self_calls.caller import SelfCaller
from assist_api.self_calls.models import MAKE, SelfCallRow
from assist_api.self_calls.policy import SELF_CALL
from cti_adapter.asterisk.self_test import SELF_TEST_NUMBER
from kit.clock import Clock
from kit.db import Database
from kit.jobs import JobHandler, JobQueue, JobResult, RunningJob

log = structlog.get_logger(__name__)

FAILED = "self_call.failed"
MOST_LEFT = 20
KINDS = (NotificationRule(FAILED, frozenset({"step"}), to_owner=False, to_roles=frozenset({Role.ADMIN})),)


class SelfCalls:
    """The calls that the server makes to itself.

    Args:
        database: Where their results are kept.
        clock: Tells when one is due.
        zone: In which the time of the policy is meant.
        jobs: Takes the orders; one process makes a call at a time.
        policies: Has the time in force.
        notifier: Tells of failures.
        caller: Makes a call; None where the exchange is not known here.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        zone: ZoneInfo,
        jobs: JobQueue,
        policies: Policies,
        notifier: Notifier,
        caller: SelfCaller | None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._zone = zone
        self._jobs = jobs
        self._policies = policies
        self._notifier = notifier
        self._caller = caller

    @property
    def handlers(self) -> tuple[JobHandler, ...]:
        """Kinds of durable work."""
        return (JobHandler(MAKE, self._make, max_attempts=1),) if self._caller is not None else ()

    async def order_due(self) -> None:
        """Order the call of the day once its time has come, also when the server was off at that time."""
        rule = self._policies.current(SELF_CALL)
        now = self._clock.now().astimezone(self._zone)
        due = datetime.combine(now.date(), rule.at, self._zone)
        if not rule.is_on or now < due:
            return
        newest = await self.newest(1)
        if not newest or newest[0].began_at < due:
            async with self._database.session() as session:
                await self._jobs.enqueue(session, MAKE, {}, unique_key="self")

    async def newest(self, limit: int) -> Sequence[SelfCallRow]:
        """Return the newest results."""
        async with self._database.session() as session:
            return (await session.scalars(select(SelfCallRow).order_by(SelfCallRow.began_at.desc()).limit(limit))).all()

    async def _left(self) -> Sequence[UUID]:
        statement = select(CallRow.id).where(CallRow.source == "live", CallRow.title == SELF_TEST_NUMBER)
        async with self._database.session() as session:
            return (await session.scalars(statement.where(CallRow.state.in_(TERMINAL_STATES)).limit(MOST_LEFT))).all()

    async def _make(self, job: RunningJob) -> JobResult | None:
        assert self._caller is not None  # noqa: S101 — the handler exists with a caller only
        await self._caller.forget_left(await self._left())
        began_at = self._clock.now()
        found = await self._caller.run()
        row = SelfCallRow(
            id=uuid4(),
            began_at=began_at,
            ended_at=self._clock.now(),
            failed_step=found.failed_step,
            detail=found.detail[:300],
            steps=[{"step": step, "seconds": seconds} for step, seconds in found.steps.items()],
        )
        async with job.transaction() as session:
            session.add(row)
            if found.failed_step is not None:
                log.warning("self_call_failed", step=found.failed_step, reason=found.detail)
                await self._notifier.notify(
                    session, FAILED, {"step": found.failed_step}, object_kind="self_call", object_id=row.id
                )
        return {"failed_step": found.failed_step}
