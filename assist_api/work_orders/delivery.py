"""Hands accepted orders to the business system: once by id, tried again until it acknowledges."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from assist_api.business_systems.port import BusinessSystem, OrderMessage
from assist_api.customers.repository import CustomerRepository
from assist_api.work_orders.repository import WorkOrderRepository
from assist_api.work_orders.service import ORDERS_ACCEPTED
from kit.clock import Clock
from kit.db import Database
from kit.outbox import OutboxEvent, Subscriber

SUBSCRIBER = "business-system-orders"


class OrderDelivery:
    """Delivers orders; no transaction is open while the business system answers."""

    def __init__(self, database: Database, clock: Clock, system: BusinessSystem) -> None:
        self._database = database
        self._clock = clock
        self._system = system

    def subscriber(self) -> Subscriber:
        """Return the durable receiver of accepted orders."""
        return Subscriber(SUBSCRIBER, (ORDERS_ACCEPTED,), self.deliver, timeout=timedelta(seconds=20))

    async def deliver(self, event: OutboxEvent) -> None:
        """Hand over one order; one that was acknowledged before is left alone.

        Raises:
            DependencyError: The business system is away (tried again) or refuses (parked).
        """
        order_id = UUID(str(event.payload["order_id"]))
        message = await self._message(order_id)
        if message is None:
            return
        acknowledged = await self._system.submit_order(message)
        async with self._database.session() as session:
            order = await WorkOrderRepository(session).find(order_id, is_locked=True)
            if order is not None and order.acknowledged_at is None:
                order.external_reference = acknowledged.reference
                order.acknowledged_at = self._clock.now()

    async def _message(self, order_id: UUID) -> OrderMessage | None:
        async with self._database.session() as session:
            order = await WorkOrderRepository(session).find(order_id)
            if order is None or order.acknowledged_at is not None:
                return None
            customers = CustomerRepository(session)
            customer = None if order.customer_id is None else await customers.find(order.customer_id)
            copied = OrderMessage.model_fields.keys() - {"account_number"}
            values = {name: getattr(order, name) for name in copied}
            return OrderMessage.model_validate(
                values | {"account_number": None if customer is None else customer.account_number}
            )
