"""Turns stored orders into what pages show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from assist_api.work_orders.clock import LimitKind, LimitStep, StepLimit, appointment_clock, order_clock
from assist_api.work_orders.log import OrderEvent
from assist_api.work_orders.models import WorkOrder, WorkOrderEventRow
from assist_api.work_orders.schemas import OrderClock, OrderLine
from assist_api.work_orders.transitions import FINAL, OrderAction, OrderState
from kit.calendar import WorkingCalendar, around_the_clock, office_hours
from kit.sla import SLAClock

_CALENDARS: Mapping[str, Callable[[ZoneInfo], WorkingCalendar]] = {"always": around_the_clock, "office": office_hours}


def log_of(rows: Sequence[WorkOrderEventRow]) -> list[OrderEvent]:
    """Return the log of stored events."""
    return [OrderEvent(OrderAction(row.action), row.at, row.data) for row in rows]


@lru_cache(maxsize=8)
def _calendar(name: str, zone: ZoneInfo) -> WorkingCalendar:
    return _CALENDARS[name](zone)


def clocks_of(events: Sequence[OrderEvent], now: datetime, zone: ZoneInfo) -> list[OrderClock]:
    """Return the clock of every limit that was in force when the order was made, and of its appointment.

    Working hours and the time of the appointment are those of the zone.
    """
    promised = events[0].data.get("limits", []) if events else []
    made: list[OrderClock] = []
    for item in promised:
        limit = StepLimit(LimitStep(item["step"]), timedelta(minutes=item["minutes"]))
        clock = order_clock(events, limit, _calendar(item["calendar"], zone), now)
        if clock is not None:
            made.append(_clock_view(limit.step, LimitKind(item["kind"]), clock, item["source"]))
    appointed = appointment_clock(events, _calendar("always", zone), now)
    if appointed is not None:
        appointment, clock = appointed
        starts, ends = (moment.astimezone(zone) for moment in (appointment.starts_at, appointment.ends_at))
        source = f"{starts:%Y-%m-%d %H:%M}–{ends:%H:%M}"
        made.append(_clock_view(LimitStep.APPOINTMENT, LimitKind.LIMIT, clock, source))
    return made


def _clock_view(step: LimitStep, kind: LimitKind, clock: SLAClock, source: str) -> OrderClock:
    return OrderClock(
        step=step,
        kind=kind,
        state=clock.state,
        limit_minutes=int(clock.limit.total_seconds() // 60),
        used_seconds=int(clock.used.total_seconds()),
        due_at=clock.due_at,
        breached_at=clock.breached_at,
        source=source,
    )


def next_due(clocks: Sequence[OrderClock]) -> datetime | None:
    """Return when the first limit that still runs is reached, or was."""
    running = [clock for clock in clocks if clock.state == "running"]
    moments = [moment for clock in running if (moment := clock.breached_at or clock.due_at) is not None]
    return min(moments, default=None)


def order_line(order: WorkOrder, unit_names: Mapping[UUID, str], now: datetime) -> OrderLine:
    """Return an order as a line of a list."""
    names = set(OrderLine.model_fields) - {"unit_name", "responsible_unit_name", "is_overdue"}
    responsible = order.responsible_unit_id
    is_open = OrderState(order.state) not in FINAL
    return OrderLine.model_validate(
        {name: getattr(order, name) for name in names}
        | {
            "unit_name": None if order.unit_id is None else unit_names.get(order.unit_id),
            "responsible_unit_name": None if responsible is None else unit_names.get(responsible),
            "is_overdue": is_open and order.due_at is not None and order.due_at < now,
        }
    )
