"""New-hire mode: who is in it, at which level of help, and what that changes at the desk."""

from __future__ import annotations

from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.accounts.models import Account
from assist_api.hints.extra import ExtraHints
from assist_api.http.actor import Actor
from assist_api.http.core import AuditTrail, DetailValue
from assist_api.http.permissions import Role
from assist_api.http.principal import CurrentAccount
from assist_api.new_hires.level import judged, level_of
from assist_api.new_hires.models import NewHire
from assist_api.new_hires.policy import NEW_HIRES
from assist_api.new_hires.results import results_of
from assist_api.new_hires.schemas import AgentOption, MeasureView, NewHireDraft, NewHireList, NewHireView
from assist_api.policies.service import Policies
from kit.clock import Clock
from kit.db import Database
from kit.errors import InvalidInputError, NotFoundError
from kit.outbox import signal

NEW_HIRES_CHANGED = "new_hires.changed"
"""Topic of the outbox: somebody was put into new-hire mode or out of it, or has another level."""


class NewHires:
    """Use cases of the new-hire mode; keeps the budget of hints of each new hire up to date."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        zone: ZoneInfo,
        audit: AuditTrail,
        policies: Policies,
        extra_hints: ExtraHints,
    ) -> None:
        self._database = database
        self._clock = clock
        self._zone = zone
        self._audit = audit
        self._policies = policies
        self._extra_hints = extra_hints

    async def refresh(self) -> None:
        """Work out every level anew and take the budgets of hints over."""
        per_level = self._policies.current(NEW_HIRES).extra_hints_per_level
        views = (await self.listed()).items
        self._extra_hints.replace({view.account_id: view.level * per_level for view in views})

    async def listed(self) -> NewHireList:
        """Return everybody in new-hire mode, the newest first, and the agents who are not."""
        async with self._database.session() as session:
            rows = await session.execute(
                select(NewHire, Account.display_name)
                .join(Account, Account.id == NewHire.account_id)
                .where(Account.is_active)
                .order_by(NewHire.since.desc(), Account.display_name)
            )
            items = [await self._view(session, row, name) for row, name in rows.all()]
            known = {item.account_id for item in items}
            agents = await session.execute(
                select(Account.id, Account.display_name)
                .where(Account.is_active, Account.role == Role.AGENT.value)
                .order_by(Account.display_name)
            )
            options = [AgentOption(account_id=row.id, name=row.display_name) for row in agents if row.id not in known]
        return NewHireList(items=items, agents=options)

    async def find(self, account: CurrentAccount) -> NewHireView | None:
        """Return the mode of an account, None where it is off."""
        async with self._database.session() as session:
            row = await session.get(NewHire, account.id)
            return None if row is None else await self._view(session, row, account.display_name)

    async def put(self, actor: Actor, account_id: UUID, draft: NewHireDraft) -> NewHireView:
        """Put an agent into new-hire mode, or change since when and at which level.

        Raises:
            NotFoundError: `account_not_found`: there is no such active agent.
            InvalidInputError: `since_in_future`.
        """
        if draft.since > self._clock.now().astimezone(self._zone).date():
            text = "The first day lies in the future; give today or an earlier day."
            raise InvalidInputError(text, field="since", code="since_in_future")
        async with self._database.session() as session:
            account = await session.get(Account, account_id)
            if account is None or not account.is_active or account.role != Role.AGENT.value:
                raise NotFoundError("There is no such active agent.", code="account_not_found")
            row = await session.get(NewHire, account_id, with_for_update=True)
            before = None if row is None else _value(row)
            if row is None:
                row = NewHire(account_id=account_id)
                session.add(row)
            row.since, row.fixed_level = draft.since, draft.fixed_level
            row.set_by_name, row.set_at = actor.name, self._clock.now()
            await session.flush()
            self._audit.record(
                session, actor, "new_hire.set", "account", account_id,
                before=before, after=_value(row), details=_value(row),
            )  # fmt: skip
            signal(session, NEW_HIRES_CHANGED)
            return await self._view(session, row, account.display_name)

    async def end(self, actor: Actor, account_id: UUID) -> None:
        """End the mode of an agent; the desk is as everybody's from then on.

        Raises:
            NotFoundError: `new_hire_not_found`.
        """
        async with self._database.session() as session:
            row = await session.get(NewHire, account_id, with_for_update=True)
            if row is None:
                raise NotFoundError("This account is not in new-hire mode.", code="new_hire_not_found")
            self._audit.record(session, actor, "new_hire.ended", "account", account_id, before=_value(row))
            await session.delete(row)
            signal(session, NEW_HIRES_CHANGED)

    async def _view(self, session: AsyncSession, row: NewHire, name: str) -> NewHireView:
        since = datetime.combine(row.since, time.min, self._zone)
        measures = judged(await results_of(session, row.account_id, since), self._policies.current(NEW_HIRES))
        return NewHireView(
            account_id=row.account_id,
            account_name=name,
            since=row.since,
            level=level_of(measures, row.fixed_level),
            fixed_level=row.fixed_level,
            set_by_name=row.set_by_name,
            set_at=row.set_at,
            measures=[
                MeasureView(
                    measure=each.measure,
                    count=each.result.count,
                    percent=each.result.percent,
                    needed_count=each.needed_count,
                    needed_percent=each.needed_percent,
                    has_passed=each.has_passed,
                )
                for each in measures
            ],
        )


def _value(row: NewHire) -> dict[str, DetailValue]:
    return {"since": row.since.isoformat(), "fixed_level": row.fixed_level}
