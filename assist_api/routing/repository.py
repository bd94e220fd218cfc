"""Every statement on versions of the routing book, routed calls, and what is known of a caller."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.accounts.models import Account
from assist_api.calls.models import CallRow
from assist_api.customers.models import Customer, CustomerCall, CustomerPhone
from assist_api.routing.models import RoutedCall, RoutingVersion
from assist_api.routing.skilled import Skilled, comparable_skill
from assist_api.training.models import SkillProposal
from assist_api.work_orders.models import WorkOrder
from assist_api.work_orders.transitions import FINAL

IN_FORCE = ("applied", "saved")


class RoutingRepository:
    """Versions, decisions, callers."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def in_force(self) -> RoutingVersion | None:
        """Return the version that is in force, or None while nobody wrote one."""
        statement = select(RoutingVersion).where(RoutingVersion.state.in_(IN_FORCE))
        return await self.session.scalar(statement.order_by(RoutingVersion.number.desc()).limit(1))

    async def newest_number(self) -> int:
        """Return the highest number, also of versions that were refused; 0 when there is none."""
        return await self.session.scalar(select(func.max(RoutingVersion.number))) or 0

    async def find(self, number: int) -> RoutingVersion | None:
        """Return one version, or None."""
        return await self.session.get(RoutingVersion, number)

    async def page(self, *, limit: int, before: int | None) -> Sequence[RoutingVersion]:
        """Return versions, the newest first."""
        statement = select(RoutingVersion).order_by(RoutingVersion.number.desc()).limit(limit)
        if before is not None:
            statement = statement.where(RoutingVersion.number < before)
        return (await self.session.scalars(statement)).all()

    async def add(self, version: RoutingVersion) -> None:
        """Insert a version.

        Raises:
            IntegrityError: Somebody else took its number.
        """
        self.session.add(version)
        await self.session.flush()

    async def note_call(self, call: RoutedCall) -> None:
        """Keep where a call was sent; a question that is repeated replaces its answer."""
        await self.session.merge(call)

    async def find_call(self, call_id: UUID) -> RoutedCall | None:
        """Return where a call was sent, or None."""
        return await self.session.get(RoutedCall, call_id)

    async def calls(
        self, *, since: datetime | None = None, until: datetime | None = None, limit: int
    ) -> Sequence[RoutedCall]:
        """Return routed calls, the newest first."""
        statement = select(RoutedCall).order_by(RoutedCall.at.desc(), RoutedCall.call_id).limit(limit)
        if since is not None:
            statement = statement.where(RoutedCall.at >= since)
        if until is not None:
            statement = statement.where(RoutedCall.at < until)
        return (await self.session.scalars(statement)).all()

    # ---- what is known of a caller ----

    async def customers_of(self, phone: str) -> Sequence[Customer]:
        """Return the customers with a telephone number; a person may have several accounts."""
        by_phone = select(CustomerPhone.customer_id).where(CustomerPhone.number == phone)
        statement = select(Customer).where(Customer.id.in_(by_phone)).order_by(Customer.account_number).limit(20)
        return (await self.session.scalars(statement)).all()

    async def telephone(self, account_id: UUID | None) -> str | None:
        """Return the number of an account's telephone: its extension, or a user name of digits; else None."""
        account = None if account_id is None else await self.session.get(Account, account_id)
        if account is None or not account.is_active:
            return None
        return account.telephone

    async def open_orders(self, customer_ids: Sequence[UUID]) -> int:
        """Return how many work orders of customers are open."""
        statement = select(func.count()).where(
            WorkOrder.customer_id.in_(customer_ids), WorkOrder.state.not_in([state.value for state in FINAL])
        )
        return await self.session.scalar(statement) or 0

    async def last_agent(self, customer_ids: Sequence[UUID], since: datetime) -> UUID | None:
        """Return the account that last had a call with one of the customers."""
        statement = (
            select(CallRow.agent_account_id)
            .join(CustomerCall, CustomerCall.call_id == CallRow.id)
            .where(
                CustomerCall.customer_id.in_(customer_ids),
                CallRow.created_at >= since,
                CallRow.agent_account_id.is_not(None),
            )
            .order_by(CallRow.created_at.desc())
            .limit(1)
        )
        return await self.session.scalar(statement)

    async def skilled_agents(self) -> Skilled:
        """Return the agents with a confirmed skill who have a telephone of their own."""
        confirmed = (
            select(SkillProposal.skill, Account)
            .join(Account, Account.id == SkillProposal.account_id)
            .where(SkillProposal.state == "confirmed", Account.is_active)
        )
        found: dict[str, set[str]] = defaultdict(set)
        for skill, account in await self.session.execute(confirmed):
            if (number := account.telephone) is not None:
                found[comparable_skill(skill)].add(number)
        return found
