"""Mass faults: find them now, and confirm one. One unit of work; the caller commits."""

from __future__ import annotations

from collections import Counter

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.addresses.service import AddressFinder
from assist_api.http.actor import Actor
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from assist_api.notices.schemas import NoticeDraft
from assist_api.notices.service import NoticeService
from assist_api.units.reach import reach_of
from assist_api.work_orders.mass_faults import HISTORY, WINDOW, Matter, ReportKind, Surge, find_surges
from assist_api.work_orders.models import WorkOrder
from assist_api.work_orders.reports import ReportReader
from assist_api.work_orders.repository import WorkOrderRepository
from assist_api.work_orders.schemas import (
    ConfirmedMassFault,
    MassFaultConfirmation,
    MassFaults,
    MassFaultView,
    SurgeReport,
)
from assist_api.work_orders.service import WorkOrderService
from assist_api.work_orders.transitions import FINAL, TRANSITIONS, OrderAction, OrderState
from kit.clock import Clock
from kit.errors import ConflictError

_CURRENT_NOTICES = 200
"""Notices that hold at the same time are few; more than this would be a mistake of somebody."""


class MassFaultService:
    """What supervisors see of mass faults and do about them."""

    def __init__(self, session: AsyncSession, clock: Clock, orders: WorkOrderService, notices: NoticeService) -> None:
        self._session = session
        self._reports = ReportReader(session)
        self._rows = WorkOrderRepository(session)
        self._addresses = AddressFinder(session)
        self._clock = clock
        self._orders = orders
        self._notices = notices

    async def now(self, account: CurrentAccount) -> MassFaults:
        """Return the mass faults of the last hour for which no notice holds yet."""
        return MassFaults(items=[await self._view(surge) for surge in await self._surges(account)])

    async def confirm(
        self, account: CurrentAccount, actor: Actor, confirmation: MassFaultConfirmation
    ) -> ConfirmedMassFault:
        """Gather the orders of a mass fault under the oldest one and make its notice.

        Raises:
            ConflictError: `mass_fault_over`: the reports are no longer more than usual, or somebody confirmed it.
        """
        wanted = Matter(confirmation.area, confirmation.sector, confirmation.group)
        surge = next((item for item in await self._surges(account) if item.matter == wanted), None)
        if surge is None:
            text = "This is no mass fault any more, or somebody has confirmed it already."
            raise ConflictError(text, code="mass_fault_over")
        parent, merged = await self._gather(actor, surge)
        draft = NoticeDraft.model_validate(confirmation.model_dump(include={"area", "sector", "text", "ends_at"}))
        notice = await self._notices.create(actor, draft, None if parent is None else parent.id)
        return ConfirmedMassFault(notice=notice, parent_id=None if parent is None else parent.id, merged_orders=merged)

    async def _surges(self, account: CurrentAccount) -> list[Surge]:
        now = self._clock.now()
        reach = await reach_of(self._session, account, Permission.DIRECT_ORDERS)
        recent = await self._reports.orders(reach, now - WINDOW) + await self._reports.calls(now - WINDOW)
        if not recent:
            return []
        past = await self._reports.past_orders(reach, now - WINDOW - HISTORY, now - WINDOW)
        current = await self._notices.page(is_current=True, limit=_CURRENT_NOTICES, place=None)
        told = {(notice.area, notice.sector) for notice in current.items}
        return [item for item in find_surges(recent, past) if (item.matter.area, item.matter.sector) not in told]

    async def _gather(self, actor: Actor, surge: Surge) -> tuple[WorkOrder | None, int]:
        ids = [report.id for report in surge.reports if report.kind is ReportKind.ORDER]
        found = [await self._rows.find(order_id, is_locked=True) for order_id in sorted(ids)]
        going_on = [order for order in found if order is not None and OrderState(order.state) not in FINAL]
        if not going_on:
            return None, 0
        # One that others were merged into already stays the parent; an order that a crew works on goes before others.
        parents = {order.id for order in going_on if await self._rows.children_of(order.id)}
        mergeable = TRANSITIONS[OrderAction.MERGE]
        parent = min(
            going_on,
            key=lambda order: (order.id not in parents, OrderState(order.state) in mergeable, order.created_at),
        )
        merged = 0
        for order in going_on:
            if order is not parent and order.id not in parents and OrderState(order.state) in mergeable:
                order.parent_id = parent.id
                await self._orders.append(actor, order, OrderAction.MERGE, {"parent": parent.number})
                merged += 1
        return parent, merged

    async def _view(self, surge: Surge) -> MassFaultView:
        orders = {order.id: order for order in await self._rows.find_all([report.id for report in surge.reports])}
        codes = Counter(order.area_code for order in orders.values())
        places = await self._addresses.by_codes(codes)
        feeders = Counter[str]()
        for code, place in places.items():
            feeders[place.nearest("feeder")] += codes[code]
        kinds = Counter(report.kind for report in surge.reports)
        return MassFaultView.model_validate(
            {
                "area": surge.matter.area,
                "sector": surge.matter.sector,
                "group": surge.matter.group,
                "orders": kinds[ReportKind.ORDER],
                "calls": kinds[ReportKind.CALL],
                "feeders": [name for name, _count in feeders.most_common() if name],
                "usual_in_an_hour": round(surge.usual, 2),
                "probability": surge.probability,
                "first_at": surge.reports[0].at,
                "reports": [
                    SurgeReport(
                        kind=report.kind,
                        id=report.id,
                        at=report.at,
                        number=orders[report.id].number if report.id in orders else None,
                        address=orders[report.id].address if report.id in orders else "",
                    )
                    for report in surge.reports
                ],
            }
        )
