"""Customers: find, read a file, contact history, import. One unit of work; the caller commits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.customers.file_format import CustomerLine
from assist_api.customers.models import Customer, CustomerPhone, Meter, Premise
from assist_api.customers.numbers import folded, phone_digits
from assist_api.customers.repository import CustomerRepository
from assist_api.customers.schemas import (
    AreaClass,
    Contact,
    ContactHistory,
    ContactKind,
    CustomerClass,
    CustomerClassChange,
    CustomerFile,
    CustomerHit,
    CustomerHits,
    CustomerPhoneView,
    ImportedCustomers,
    PremiseView,
)
from assist_api.http.actor import Actor
from assist_api.http.core import AuditTrail
from kit.clock import Clock
from kit.errors import InvalidInputError, NotFoundError

MAX_CONTACTS = 100
READS_COUNT_ONCE_IN = timedelta(hours=1)
"""An agent opens the same file several times in a call; one audit entry an hour says the same."""

ContactSource = Callable[[AsyncSession, UUID, int], Awaitable[Sequence[Contact]]]
"""Gives the newest contacts of a customer from another module."""


class ContactSources:
    """What adds to the contact history of a customer; later modules register their contacts."""

    def __init__(self) -> None:
        self._sources: list[ContactSource] = []

    def add(self, source: ContactSource) -> None:
        """Register a source."""
        self._sources.append(source)

    async def of(self, session: AsyncSession, customer_id: UUID, limit: int) -> list[Contact]:
        """Return the contacts of every source."""
        return [contact for source in self._sources for contact in await source(session, customer_id, limit)]


class CustomerService:
    """What agents and supervisors do with customers."""

    def __init__(self, session: AsyncSession, clock: Clock, audit: AuditTrail, sources: ContactSources) -> None:
        self._session = session
        self._customers = CustomerRepository(session)
        self._clock = clock
        self._audit = audit
        self._sources = sources

    async def search(self, text: str) -> CustomerHits:
        """Return customers by telephone, account or meter number, or by the beginning of the name."""
        wanted = folded(text)
        found = await self._customers.search(text=wanted, phone=phone_digits(wanted))
        return CustomerHits(items=[_hit(customer) for customer in found])

    async def read_file(self, actor: Actor, customer_id: UUID) -> CustomerFile:
        """Return a customer's file; the reading is an audit entry, one an hour for each account.

        Raises:
            NotFoundError: There is no such customer.
        """
        customer = await self.get(customer_id)
        now = self._clock.now()
        if actor.account_id is not None:
            known = await self._customers.find_read(customer_id, actor.account_id)
            if known is None or now - known.recorded_at >= READS_COUNT_ONCE_IN:
                self._audit.record(self._session, actor, "customer.read", "customer", customer_id)
                await self._customers.note_read(customer_id, actor.account_id, now)
        return await self._file(customer)

    async def change_class(self, actor: Actor, customer_id: UUID, change: CustomerClassChange) -> CustomerFile:
        """Serve a customer in another way from now on.

        Raises:
            NotFoundError: There is no such customer.
            InvalidInputError: `class_reason_required`, or `account_not_found`.
        """
        customer = await self.get(customer_id)
        if change.customer_class is CustomerClass.VIP and not change.class_reason:
            text = "Say why this customer is a VIP."
            raise InvalidInputError(text, field="class_reason", code="class_reason_required")
        agent_id = change.agent_account_id
        if agent_id is not None and await self._customers.account_name(agent_id) is None:
            raise InvalidInputError("There is no such account.", field="agent_account_id", code="account_not_found")
        before = (customer.customer_class, customer.class_reason, str(customer.class_until))
        customer.customer_class = change.customer_class
        customer.class_reason, customer.class_until = change.class_reason, change.class_until
        customer.agent_account_id = agent_id
        after = (customer.customer_class, customer.class_reason, str(customer.class_until))
        details = {"class": change.customer_class.value}
        self._audit.record(
            self._session, actor, "customer.changed", "customer", customer_id, before=before, after=after,
            details=details,
        )  # fmt: skip
        await self._session.flush()
        return await self._file(customer)

    async def bind_call(self, actor: Actor, customer_id: UUID, call_id: UUID) -> None:
        """Note that a call was this customer's.

        Raises:
            NotFoundError: There is no such customer, or no such call.
        """
        await self.get(customer_id)
        if await self._customers.find_call(call_id) is None:
            raise NotFoundError("There is no such call.", code="call_not_found")
        self._audit.record(self._session, actor, "customer.call_bound", "customer", customer_id, after=call_id)
        await self._customers.bind_call(call_id, customer_id, self._clock.now())

    async def history(self, customer_id: UUID) -> ContactHistory:
        """Return the contacts of a customer over every channel, the newest first.

        Raises:
            NotFoundError: There is no such customer.
        """
        await self.get(customer_id)
        calls = await self._customers.calls_of(customer_id, MAX_CONTACTS)
        contacts = [
            Contact(at=call.created_at, kind=ContactKind.CALL, id=call.id, title=call.title, state=call.state)
            for call in calls
        ]
        contacts += await self._sources.of(self._session, customer_id, MAX_CONTACTS)
        newest = sorted(contacts, key=lambda contact: (contact.at, contact.id), reverse=True)
        return ContactHistory(items=newest[:MAX_CONTACTS])

    async def take(self, actor: Actor, lines: Sequence[CustomerLine]) -> ImportedCustomers:
        """Add the customers of a file, and change those that are known by their account number."""
        known = await self._customers.by_account_numbers([line.account_number for line in lines])
        for line in lines:
            customer = known.get(line.account_number)
            if customer is None:
                customer = Customer(id=uuid4(), account_number=line.account_number, created_at=self._clock.now())
                self._customers.add(customer)
            _fill(customer, line)
        changed = len(known)
        details = {"created": len(lines) - changed, "changed": changed}
        self._audit.record(self._session, actor, "customers.imported", "customers", "file", details=details)
        await self._session.flush()
        return ImportedCustomers(created=len(lines) - changed, changed=changed)

    async def get(self, customer_id: UUID) -> Customer:
        """Return a customer.

        Raises:
            NotFoundError: There is none.
        """
        customer = await self._customers.find(customer_id)
        if customer is None:
            raise NotFoundError("There is no such customer.", code="customer_not_found")
        return customer

    async def _file(self, customer: Customer) -> CustomerFile:
        return CustomerFile.model_validate(
            {
                "id": customer.id,
                "account_number": customer.account_number,
                "name": customer.name,
                "sector": customer.sector,
                "customer_class": self._class_today(customer),
                "class_reason": customer.class_reason,
                "class_until": customer.class_until,
                "agent_account_id": customer.agent_account_id,
                "agent_name": await self._customers.account_name(customer.agent_account_id),
                "phones": [CustomerPhoneView(number=phone.number, label=phone.label) for phone in customer.phones],
                "premises": [_premise(premise) for premise in customer.premises],
            }
        )

    def _class_today(self, customer: Customer) -> str:
        is_over = customer.class_until is not None and customer.class_until < self._clock.now().date()
        return CustomerClass.ORDINARY if is_over else customer.customer_class


def _fill(customer: Customer, line: CustomerLine) -> None:
    customer.name, customer.sector = line.name, line.sector
    customer.customer_class, customer.class_reason = line.customer_class, line.class_reason
    customer.class_until = line.class_until
    labels = {phone.number: phone for phone in customer.phones}
    customer.phones = [labels.get(number) or CustomerPhone(number=number, label="") for number in line.phones]
    premise = next((item for item in customer.premises if item.address == line.address), None)
    if premise is None:
        premise = Premise(id=uuid4(), address=line.address)
        customer.premises = [premise]
    premise.area, premise.area_class = line.area, line.area_class
    meters = {meter.number: meter for meter in premise.meters}
    premise.meters = [meters.get(number) or Meter(id=uuid4(), number=number) for number in line.meter_numbers]


def _hit(customer: Customer) -> CustomerHit:
    return CustomerHit.model_validate(
        {
            "id": customer.id,
            "account_number": customer.account_number,
            "name": customer.name,
            "sector": customer.sector,
            "customer_class": customer.customer_class,
            "address": customer.premises[0].address if customer.premises else "",
        }
    )


def _premise(premise: Premise) -> PremiseView:
    return PremiseView(
        id=premise.id,
        address=premise.address,
        area=premise.area,
        area_class=AreaClass(premise.area_class),
        meter_numbers=[meter.number for meter in premise.meters],
    )
