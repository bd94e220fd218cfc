"""Tells people of work orders that wait for them: the unit, the supervisors, whoever took the order."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.http.permissions import Permission
from assist_api.notifications.rules import NotificationRule
from assist_api.notifications.service import Notifier
from assist_api.units.reach import load_tree
from assist_api.work_orders.models import WorkOrder
from assist_api.work_orders.repository import WorkOrderRepository
from assist_api.work_orders.transitions import OrderAction
from kit.clock import Clock
from kit.db import Database

_NUMBER = frozenset({"number"})
RULES = (
    NotificationRule("work_order.dispatched", _NUMBER, to_owner=False),
    NotificationRule("work_order.urged", _NUMBER, to_owner=False),
    NotificationRule("work_order.returned", _NUMBER, to_owner=True),
    NotificationRule("work_order.escalated", _NUMBER, to_owner=False, to_holders_of=Permission.DIRECT_ORDERS),
    NotificationRule("work_order.overdue", _NUMBER, to_owner=False, to_holders_of=Permission.DIRECT_ORDERS),
)
_KINDS = {
    OrderAction.DISPATCH: "work_order.dispatched",
    OrderAction.URGE: "work_order.urged",
    OrderAction.RETURN: "work_order.returned",
    OrderAction.ESCALATE: "work_order.escalated",
}
_TO_UNIT = frozenset({OrderAction.DISPATCH, OrderAction.URGE})
MOST_AT_ONCE = 100
"""Orders that one round of the overdue check tells of; the next round goes on."""


class OrderNews:
    """Sends the notifications of work orders; each is written with the change that it tells of."""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier
        for rule in RULES:
            notifier.rules.add(rule)

    async def tell(self, session: AsyncSession, order: WorkOrder, action: OrderAction, by: UUID | None) -> None:
        """Tell of an action that somebody has to know; nobody is told of what they did themselves.

        Args:
            session: The session of the change.
            order: After the change.
            action: What was done.
            by: The account that did it; None for a crew or a program.
        """
        kind = _KINDS.get(action)
        if kind is None:
            return
        people = await self._people_of(session, order.unit_id) if action in _TO_UNIT else frozenset()
        await self._notifier.notify(
            session, kind, {"number": order.number}, object_kind="work_order", object_id=order.id,
            owner_id=order.created_by if order.created_by != by else None, recipients=people - {by},
        )  # fmt: skip

    async def tell_overdue(self, session: AsyncSession, order: WorkOrder) -> None:
        """Tell those who direct orders that a limit was passed; once for each limit."""
        await self._notifier.notify(
            session, "work_order.overdue", {"number": order.number}, object_kind="work_order", object_id=order.id,
            dedup_key=f"work_order.overdue:{order.id}:{order.due_at}",
        )  # fmt: skip

    async def _people_of(self, session: AsyncSession, unit_id: UUID | None) -> frozenset[UUID]:
        if unit_id is None:
            return frozenset()
        units = (await load_tree(session)).with_all_below(unit_id)
        return frozenset(await WorkOrderRepository(session).people_of(units))


class OverdueWatch:
    """Looks for orders whose limit has passed since the last round."""

    def __init__(self, database: Database, clock: Clock, news: OrderNews) -> None:
        self._database = database
        self._clock = clock
        self._news = news

    async def run(self) -> None:
        """Tell of every order that became overdue, and note that it was told."""
        now: datetime = self._clock.now()
        async with self._database.session() as session:
            for order in await WorkOrderRepository(session).newly_overdue(now, MOST_AT_ONCE):
                await self._news.tell_overdue(session, order)
                order.overdue_told_at = now
