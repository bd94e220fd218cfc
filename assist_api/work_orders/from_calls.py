"""The work order that a call suggests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, get_args
from uuid import UUID

from assist_api.addresses.service import AddressFinder
from assist_api.calls.access import viewer_of
from assist_api.calls.events import CallSnapshotEvent
from assist_api.calls.viewer import CallViewer
from assist_api.customers.models import Customer
from assist_api.customers.repository import CustomerRepository
from assist_api.customers.schemas import AreaClass, CustomerHit, CustomerSector
from assist_api.customers.service import CustomerService
from assist_api.facts.observer import call_facts
from assist_api.http.principal import CurrentAccount
from assist_api.work_orders.areas import area_of
from assist_api.work_orders.proposal import describing, description, filled_fields, missing_fields
from assist_api.work_orders.schemas import FieldSource, FilledField, OrderProposal
from assist_api.work_orders.service import WorkOrderService
from kb.taxonomy.tree import split_category_id


class Calls(Protocol):
    """The part of `CallService` that orders need."""

    async def check_reading(self, viewer: CallViewer, call_id: UUID) -> None:
        """Insist that the viewer may read the call, and record it when the call is another agent's."""
        ...

    async def snapshot(self, call_id: UUID) -> CallSnapshotEvent:
        """Return the call as it stands."""
        ...


class CallOrders:
    """Proposes work orders from calls; keeps no state."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def propose(
        self, account: CurrentAccount, call_id: UUID, orders: WorkOrderService, customers: CustomerService,
        rows: CustomerRepository,
    ) -> OrderProposal:  # fmt: skip
        """Return the order as a call fills it, the customers it may be of, and their open orders.

        Raises:
            NotFoundError: The call does not exist for this account.
        """
        await self._calls.check_reading(viewer_of(account), call_id)
        call = (await self._calls.snapshot(call_id)).data
        sentences = describing(call.utterances)
        # Calls from before facts were kept have none.
        fields = filled_fields(call.facts or call_facts([item for item in call.utterances if item.is_final]))
        fields.append(description(sentences))
        numbers = [item.value for item in fields if item.field in {"account_number", "contact_phone", "meter_number"}]
        found: dict[UUID, CustomerHit] = {}
        bound = await rows.customer_of_call(call_id)
        if bound is not None:
            numbers.insert(0, (await customers.get(bound)).account_number)
        for number in numbers:
            found |= {hit.id: hit for hit in (await customers.search(number)).items if hit.id not in found}
        chosen = call.chosen_category
        ranked = call.category.categories[0] if call.category is not None and call.category.categories else None
        category_id = chosen.category_id if chosen is not None else None if ranked is None else ranked.category_id
        business_type: Any = "fault" if category_id is None else split_category_id(category_id)[0]
        area_class = AreaClass.URBAN
        if len(found) == 1:
            customer = await customers.get(next(iter(found)))
            fields += from_file(fields, customer)
            area_class = AreaClass(customer.premises[0].area_class) if customer.premises else area_class
        address = next((item.value for item in fields if item.field == "address"), "")
        place = await AddressFinder(rows.session).find(address)
        phones = [item.value for item in fields if item.field == "contact_phone"]
        return OrderProposal.model_validate(
            {
                "call_id": call_id,
                "business_type": business_type,
                "sector": call.call.sector or sector_of(category_id),
                "category_id": category_id,
                "area": area_of(address) if place is None else place.area,
                "area_class": (place and place.nearest("area_class")) or area_class,
                "fields": fields,
                "missing": missing_fields(orders.required(business_type), fields),
                "customers": list(found.values()),
                "open_orders": await orders.open_of(list(found), phones),
                "order": await orders.made_by_call(call_id),
            }
        )


def from_file(filled: Sequence[FilledField], customer: Customer) -> list[FilledField]:
    """Return what the file of the customer adds to fields that nobody filled in the call."""
    known = {item.field for item in filled if item.value}
    kept = {
        "contact_name": customer.name,
        "contact_phone": customer.phones[0].number if customer.phones else "",
        "address": customer.premises[0].address if customer.premises else "",
    }
    return [
        FilledField(field=name, value=value, segment_ids=[], source=FieldSource.FILE, is_confirmed=False)
        for name, value in kept.items()
        if value and name not in known
    ]


def sector_of(category_id: str | None) -> str | None:
    """Return the sector of a category: situations of a utility begin with its name, general ones have none."""
    if category_id is None:
        return None
    first = split_category_id(category_id)[1].partition(".")[0]
    return first if first in get_args(CustomerSector) else None
