"""Decides whether a reviewed order is called back, by the policy in force. Nothing is changed."""

from __future__ import annotations

from typing import Any

from assist_api.http.actor import program
from assist_api.policies.service import Policies
from assist_api.work_orders.callback_sampling import is_dangerous, kept, sample, share_for
from assist_api.work_orders.models import WorkOrder
from assist_api.work_orders.policy import CALLBACKS
from assist_api.work_orders.repository import WorkOrderRepository
from assist_api.work_orders.transitions import OrderAction

SAMPLER = program("callback-sampling")
"""Closes the reviewed orders that are not drawn."""


class CallbackSampler:
    """Draws orders for call-backs."""

    def __init__(self, orders: WorkOrderRepository, policies: Policies) -> None:
        self._orders = orders
        self._policies = policies

    async def draw(self, order: WorkOrder) -> dict[str, Any]:
        """Return whether an order is called back and why, as its log keeps it."""
        chosen, policy = self._policies.in_force(CALLBACKS.name).version, self._policies.current(CALLBACKS)
        log = await self._orders.events_of(order.id)
        found = sample(
            order.id, share_for(policy, sector=order.sector, business_type=order.business_type),
            is_danger=is_dangerous(order.category_id) or await self._orders.has_alert(order.call_id),
            was_reopened=any(event.action == OrderAction.REOPEN for event in log),
        )  # fmt: skip
        return kept(found, 0 if chosen is None else chosen.number)
