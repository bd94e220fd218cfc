"""The dispatchers' board: open orders in columns by state, area or unit. One unit of work; the caller commits."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from assist_api.units.reach import reach_of
from assist_api.work_orders.models import WorkOrder
from assist_api.work_orders.repository import OrderFilter, WorkOrderRepository
from assist_api.work_orders.schemas import BoardColumn, BoardGroup, OrderBoard, OrderLine
from assist_api.work_orders.transitions import OPEN, OrderState
from assist_api.work_orders.views import order_line
from kit.clock import Clock

CARDS = 30
"""Orders that a column shows; the rest is counted."""
MOST_COLUMNS = 24
"""Areas or units with most open orders; more columns cannot be looked over."""
_COLUMNS = {BoardGroup.STATE: WorkOrder.state, BoardGroup.AREA: WorkOrder.area, BoardGroup.UNIT: WorkOrder.unit_id}
_STATES = [state for state in OrderState if state in OPEN]


class DispatchBoard:
    """What dispatchers see of the open orders of their units."""

    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._session = session
        self._orders = WorkOrderRepository(session)
        self._clock = clock

    async def show(self, account: CurrentAccount, group: BoardGroup, wanted: OrderFilter) -> OrderBoard:
        """Return the columns; states in the order of work, areas and units with most open orders first."""
        reach = await reach_of(self._session, account, Permission.READ_ORDERS)
        now, names = self._clock.now(), await self._orders.unit_names()
        counts, rows = await self._orders.board(wanted, reach, _COLUMNS[group], now, CARDS)
        items: dict[str, list[OrderLine]] = {}
        for row in rows:
            value = {BoardGroup.STATE: row.state, BoardGroup.AREA: row.area, BoardGroup.UNIT: row.unit_id}[group]
            items.setdefault(_key(value), []).append(order_line(row, names, now))
        by_key = {_key(value): counted for value, counted in counts.items()}
        columns = [
            BoardColumn(
                key=key, name=_name(key, group, names), orders=by_key.get(key, (0, 0))[0],
                overdue=by_key.get(key, (0, 0))[1], items=items.get(key, []),
            )
            for key in _keys(group, by_key)
        ]  # fmt: skip
        totals = [sum(column) for column in zip(*by_key.values(), strict=True)] or [0, 0]
        return OrderBoard(group=group, orders=totals[0], overdue=totals[1], columns=columns)


def _key(value: object) -> str:
    return "" if value is None else str(value)


def _keys(group: BoardGroup, counts: Mapping[str, tuple[int, int]]) -> list[str]:
    if group is BoardGroup.STATE:
        return [state.value for state in _STATES]
    return sorted(counts, key=lambda key: (-counts[key][0], key))[:MOST_COLUMNS]


def _name(key: str, group: BoardGroup, names: Mapping[UUID, str]) -> str:
    return names.get(UUID(key), "") if group is BoardGroup.UNIT and key else key
