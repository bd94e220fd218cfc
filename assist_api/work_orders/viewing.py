"""Shows one work order with everything that happened to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.addresses.service import AddressFinder, match_of
from assist_api.http.principal import CurrentAccount
from assist_api.units.reach import load_tree
from assist_api.work_orders.clock import appointment_of
from assist_api.work_orders.complaints import Judge, findings_of, hindrance, subject_of
from assist_api.work_orders.log import OrderEvent, replay
from assist_api.work_orders.models import WorkOrder, WorkOrderEventRow
from assist_api.work_orders.repository import WorkOrderRepository
from assist_api.work_orders.schemas import (
    ComplaintView,
    EvidenceSentence,
    Hindrance,
    OrderEventView,
    OrderPhotoView,
    OrderView,
)
from assist_api.work_orders.transitions import COMPLAINT, OrderAction, OrderState, legal_actions
from assist_api.work_orders.views import clocks_of, log_of, order_line
from kit.clock import Clock

_FOUND = ("verdict", "findings", "verified_by_name", "answer", "outcome", "attempts")
_COPIED = (
    "contact_phone", "description", "area_class", "customer_id", "call_id", "parent_id", "responsible_unit_id",
    "external_reference", "created_by_name",
)  # fmt: skip


class OrderViewer:
    """Builds what the page of one order shows."""

    def __init__(self, session: AsyncSession, clock: Clock, zone: ZoneInfo) -> None:
        self._session = session
        self._orders = WorkOrderRepository(session)
        self._addresses = AddressFinder(session)
        self._clock = clock
        self._zone = zone

    async def view(self, order: WorkOrder, account: CurrentAccount | None = None) -> OrderView:
        """Return an order; `account` decides which actions of a complaint are hindered."""
        rows = await self._orders.events_of(order.id)
        log, now, names = log_of(rows), self._clock.now(), await self._orders.unit_names()
        standing = replay(log)
        place = await self._addresses.by_code(order.area_code)
        parent = None if order.parent_id is None else await self._orders.find(order.parent_id)
        return OrderView.model_validate(
            {
                "order": order_line(order, names, now),
                "place": None if place is None else match_of(place),
                **{name: getattr(order, name) for name in _COPIED},
                "parent_number": None if parent is None else parent.number,
                "children": [order_line(child, names, now) for child in await self._orders.children_of(order.id)],
                "evidence": await self._evidence(order),
                "result": standing.result,
                "complaint": await self._complaint(order, rows, standing.result, account),
                "missed_callbacks": standing.missed_callbacks,
                "sampling": _sampling(log),
                "clocks": clocks_of(log, now, self._zone),
                "events": [_event_view(row) for row in rows],
                "photos": [
                    OrderPhotoView.model_validate({name: getattr(photo, name) for name in OrderPhotoView.model_fields})
                    for photo in await self._orders.photos_of(order.id)
                ],
                "legal_actions": _offered(standing.state, order, log),
            }
        )  # fmt: skip

    async def judge(self, account: CurrentAccount, order: WorkOrder) -> Judge:
        """Return how an account stands to the complaint of an order."""
        responsible = order.responsible_unit_id
        own = frozenset() if responsible is None else (await load_tree(self._session)).with_all_below(responsible)
        return Judge(account.id, is_of_department=account.unit_id in own)

    async def _complaint(self, order: WorkOrder, rows: Sequence[WorkOrderEventRow], statement: str,
                         account: CurrentAccount | None) -> ComplaintView | None:  # fmt: skip
        if order.business_type != COMPLAINT:
            return None
        found, kept = findings_of(rows), order.fields.get("complaint", {})
        hindrances: list[Hindrance] = []
        if account is not None:
            judge = await self.judge(account, order)
            for action in legal_actions(OrderState(order.state), COMPLAINT):
                code = hindrance(action, judge, subject_of(order.fields), found.verified_by)
                if code is not None:
                    hindrances.append(Hindrance(action=action, code=code))
        return ComplaintView.model_validate(
            {
                **{name: getattr(found, name) for name in _FOUND},
                "kind": kept.get("kind"),
                "subject": kept.get("subject", ""),
                "is_subject_known": subject_of(order.fields) is not None,
                "statement": statement,
                "hindrances": hindrances,
            }
        )

    async def _evidence(self, order: WorkOrder) -> dict[str, list[EvidenceSentence]]:
        named: dict[str, list[str]] = order.fields.get("evidence", {})
        if order.call_id is None or not named:
            return {}
        said = await self._orders.sentences_of(order.call_id)
        return {
            field: [
                EvidenceSentence(segment_id=UUID(segment), text=said[segment][0], start_ms=said[segment][1])
                for segment in segments
                if segment in said
            ]
            for field, segments in named.items()
        }


def _offered(state: OrderState, order: WorkOrder, log: Sequence[OrderEvent]) -> list[OrderAction]:
    """Return what the state allows; without an appointment there is none to drop."""
    actions = list(legal_actions(state, order.business_type))
    if OrderAction.DROP_APPOINTMENT in actions and appointment_of(log) is None:
        actions.remove(OrderAction.DROP_APPOINTMENT)
    return actions


def _sampling(log: Sequence[OrderEvent]) -> Mapping[str, Any] | None:
    """Return the draw of the newest review; None before one, and for reviews from before there was sampling."""
    reviews = [event.data.get("sampling") for event in log if event.action is OrderAction.REVIEW]
    return reviews[-1] if reviews else None


def _event_view(row: WorkOrderEventRow) -> OrderEventView:
    return OrderEventView.model_validate({name: getattr(row, name) for name in OrderEventView.model_fields})
