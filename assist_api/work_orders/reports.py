"""Reads the reports of faults that mass faults are found in: work orders, and calls without one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.addresses.service import AddressFinder
from assist_api.calls.models import CallEventRow, CallRow
from assist_api.units.reach import Reach
from assist_api.work_orders.areas import area_of
from assist_api.work_orders.mass_faults import Matter, Report, ReportKind, group_of
from assist_api.work_orders.models import WorkOrder
from assist_api.work_orders.repository import within
from assist_api.work_orders.transitions import OrderState

MOST_CALLS = 500
"""Calls of the last hour that are looked at: four times what 30 agents take."""
_EVENTS = ("facts.found", "fact.edited", "category.ranked", "category.chosen")
_FAULT = "fault/"


class ReportReader:
    """Reports of faults."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def orders(self, reach: Reach, since: datetime) -> list[Report]:
        """Return the fault orders within reach that were made since a moment."""
        columns = (WorkOrder.id, WorkOrder.created_at, WorkOrder.area, WorkOrder.sector, WorkOrder.category_id)
        wanted = select(*columns).where(*_faults(reach), WorkOrder.created_at >= since)
        return [
            Report(ReportKind.ORDER, row.id, row.created_at, Matter(row.area, row.sector, group_of(row.category_id)))
            for row in await self.session.execute(wanted)
        ]

    async def past_orders(self, reach: Reach, since: datetime, until: datetime) -> dict[Matter, int]:
        """Return how many fault orders within reach each matter had in a time."""
        columns = (WorkOrder.area, WorkOrder.sector, WorkOrder.category_id)
        wanted = select(*columns, func.count().label("orders")).where(
            *_faults(reach), WorkOrder.created_at >= since, WorkOrder.created_at < until
        )
        counted: dict[Matter, int] = {}
        for row in await self.session.execute(wanted.group_by(*columns)):
            matter = Matter(row.area, row.sector, group_of(row.category_id))
            counted[matter] = counted.get(matter, 0) + row.orders
        return counted

    async def calls(self, since: datetime) -> list[Report]:
        """Return the calls about a fault since a moment that no order was made of, with the address that was said."""
        has_order = select(WorkOrder.id).where(WorkOrder.call_id == CallRow.id).exists()
        newest = (
            select(CallRow.id, CallRow.created_at, CallRow.sector)
            .where(CallRow.created_at >= since, ~has_order)
            .order_by(CallRow.created_at.desc())
            .limit(MOST_CALLS)
        )
        calls = {row.id: row for row in await self.session.execute(newest)}
        wanted = (
            select(CallEventRow.call_id, CallEventRow.type, CallEventRow.data)
            .where(CallEventRow.call_id.in_(calls), CallEventRow.type.in_(_EVENTS))
            .order_by(CallEventRow.call_id, CallEventRow.seq)
        )
        heard: dict[UUID, dict[str, str]] = {}
        for call_id, kind, data in await self.session.execute(wanted):
            heard.setdefault(call_id, {}).update(_learned(kind, data))
        found: list[Report] = []
        areas = await self._areas({known.get("by_hand") or known.get("address", "") for known in heard.values()})
        for call_id, known in heard.items():
            category_id = known.get("chosen") or known.get("ranked") or ""
            area, call = areas[known.get("by_hand") or known.get("address", "")], calls[call_id]
            if area and category_id.startswith(_FAULT):
                group = group_of(category_id)
                matter = Matter(area, call.sector or group.partition(".")[0], group)
                found.append(Report(ReportKind.CALL, call_id, call.created_at, matter))
        return found

    async def _areas(self, addresses: set[str]) -> dict[str, str]:
        """Return the area of each address: of the address tree, else what the address itself calls a street."""
        places = await AddressFinder(self.session).find_all(addresses)
        return {address: area_of(address) if place is None else place.area for address, place in places.items()}


def _faults(reach: Reach) -> tuple[Any, ...]:
    is_counted = WorkOrder.state.not_in((OrderState.CANCELLED, OrderState.DRAFT))
    return within(reach), WorkOrder.business_type == "fault", WorkOrder.area != "", is_counted


def _learned(kind: str, data: Mapping[str, Any]) -> dict[str, str]:
    """Return what one event tells of address and category."""
    if kind == "facts.found":
        said = [fact["value"] for fact in data["facts"] if fact["field"] == "address"]
        return {"address": said[0] if said else ""}
    if kind == "fact.edited":
        return {"by_hand": data["value"]} if data["field"] == "address" else {}
    if kind == "category.chosen":
        return {"chosen": data["category_id"]}
    ranked = [] if data["has_abstained"] else data["categories"]
    return {"ranked": ranked[0]["category_id"]} if ranked else {}
