"""Work orders: from the caller's words to a crew at the door, and back to the caller."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.business_systems.port import BusinessSystem
from assist_api.calls.service import CallService
from assist_api.customers.schemas import Contact, ContactKind
from assist_api.customers.service import ContactSources
from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.notifications.service import Notifier
from assist_api.policies.service import Policies
from assist_api.work_orders import crew_endpoints, endpoints, first_contact_endpoints, mass_fault_endpoints
from assist_api.work_orders.delivery import OrderDelivery
from assist_api.work_orders.from_calls import CallOrders
from assist_api.work_orders.news import OrderNews, OverdueWatch
from assist_api.work_orders.photos import MAX_PHOTO_BYTES
from assist_api.work_orders.policy import ORDER_POLICIES
from assist_api.work_orders.repository import WorkOrderRepository
from kit.periodic import Loop


def build(
    core: Core,
    policies: Policies,
    contacts: ContactSources,
    calls: CallService,
    system: BusinessSystem,
    notifier: Notifier,
) -> Module[CallOrders]:
    """Build the module."""
    for kind in ORDER_POLICIES:
        policies.add(kind)
    contacts.add(order_contacts)
    core.outbox.subscribe(OrderDelivery(core.database, core.clock, system).subscriber())
    news = OrderNews(notifier)
    watch = OverdueWatch(core.database, core.clock, news)
    return Module(
        name="work_orders",
        service=CallOrders(calls),
        provides=(news,),
        loops=(Loop("overdue-orders", OVERDUE_CHECK_SECONDS, watch.run),),
        routers=(mass_fault_endpoints.router, first_contact_endpoints.router, endpoints.router, crew_endpoints.router),
        upload_limits={"/crew/photo": MAX_PHOTO_BYTES},
    )


OVERDUE_CHECK_SECONDS = 60.0
"""A supervisor who is told a minute late loses nothing; limits are given in minutes."""


async def order_contacts(session: AsyncSession, customer_id: UUID, limit: int) -> Sequence[Contact]:
    """Return the work orders of a customer as contacts."""
    orders = await WorkOrderRepository(session).of_customers([customer_id], limit)
    return [
        Contact(at=order.created_at, kind=ContactKind.WORK_ORDER, id=order.id, title=order.number, state=order.state)
        for order in orders
    ]
