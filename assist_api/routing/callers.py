"""What is known of a caller when a call asks where to go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import get_args

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.customers.models import Customer
from assist_api.customers.numbers import phone_digits
from assist_api.routing.book import CustomerClass, Service
from assist_api.routing.decision import CallFacts
from assist_api.routing.repository import RoutingRepository

_CLASSES: Sequence[CustomerClass] = get_args(CustomerClass)
"""From the lowest to the highest."""
_MOBILE_SHOWN, _AREA_SHOWN = 3, 4


async def facts_of(session: AsyncSession, service: Service, caller: str, dialled: str, at: datetime) -> CallFacts:
    """Return what is known of a call; of several accounts of a caller the highest class counts."""
    phone = phone_digits(caller)
    rows = RoutingRepository(session)
    customers = [] if phone is None else await rows.customers_of(phone)
    if not customers:
        return CallFacts(phone or "", dialled, at)
    ids = [customer.id for customer in customers]
    assigned = next((item.agent_account_id for item in customers if item.agent_account_id is not None), None)
    last = await rows.last_agent(ids, at - timedelta(hours=service.last_agent_hours))
    return CallFacts(
        phone or "",
        dialled,
        at,
        customer_class=max((_class_at(item, at) for item in customers), key=_CLASSES.index),
        assigned_agent=await rows.telephone(assigned),
        last_agent=await rows.telephone(last),
        open_orders=await rows.open_orders(ids),
    )


def area_of(caller: str) -> str:
    """Return the beginning of a number that tells the area or the network and nobody's identity."""
    return caller[: _AREA_SHOWN if caller.startswith("0") else _MOBILE_SHOWN]


def _class_at(customer: Customer, at: datetime) -> CustomerClass:
    is_over = customer.class_until is not None and customer.class_until < at.date()
    known = [name for name in _CLASSES if name == customer.customer_class]
    return known[0] if known and not is_over else "ordinary"
