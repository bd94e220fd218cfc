"""Every statement on customers, their telephones, premises and meters, and the calls bound to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, union
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.accounts.models import Account
from assist_api.calls.models import CallRow
from assist_api.customers.models import Customer, CustomerCall, CustomerFileRead, CustomerPhone, Meter, Premise

MAX_FOUND = 20
_AT_ONCE = 500
"""Values in one statement; SQLite takes 32,766."""


class CustomerRepository:
    """Customers."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def find(self, customer_id: UUID) -> Customer | None:
        """Return a customer, or None."""
        return await self.session.get(Customer, customer_id)

    async def search(self, *, text: str, phone: str | None) -> Sequence[Customer]:
        """Return customers by number or by the beginning of a name; exact numbers only, by their indexes.

        A union, because PostgreSQL reads every customer for the same conditions joined by OR.
        """
        by_meter = select(Premise.customer_id).join(Meter, Meter.premise_id == Premise.id).where(Meter.number == text)
        found = [select(Customer.id).where(Customer.account_number == text), by_meter]
        if phone is not None:
            found.append(select(CustomerPhone.customer_id).where(CustomerPhone.number == phone))
        if not text.isdecimal():
            by_name = select(Customer.id).where(Customer.name.between(text, text + "\U0010ffff"))
            first = by_name.order_by(Customer.name, Customer.id).limit(MAX_FOUND).subquery()
            found.append(select(first.c.id))
        statement = select(Customer).where(Customer.id.in_(union(*found)))
        return (await self.session.scalars(statement.order_by(Customer.name, Customer.id).limit(MAX_FOUND))).all()

    async def by_account_numbers(self, numbers: Sequence[str]) -> dict[str, Customer]:
        """Return the customers that exist, by account number."""
        found: dict[str, Customer] = {}
        for start in range(0, len(numbers), _AT_ONCE):
            wanted = select(Customer).where(Customer.account_number.in_(numbers[start : start + _AT_ONCE]))
            found |= {row.account_number: row for row in await self.session.scalars(wanted)}
        return found

    def add(self, customer: Customer) -> None:
        """Insert a customer with everything below it."""
        self.session.add(customer)

    async def account_name(self, account_id: UUID | None) -> str | None:
        """Return the name of an account, or None."""
        account = None if account_id is None else await self.session.get(Account, account_id)
        return None if account is None else account.display_name

    async def find_read(self, customer_id: UUID, account_id: UUID) -> CustomerFileRead | None:
        """Return when the account's reading of the file was last recorded."""
        return await self.session.get(CustomerFileRead, (customer_id, account_id))

    async def note_read(self, customer_id: UUID, account_id: UUID, at: datetime) -> None:
        """Note that the account's reading of the file was recorded."""
        await self.session.merge(CustomerFileRead(customer_id=customer_id, account_id=account_id, recorded_at=at))

    async def find_call(self, call_id: UUID) -> CallRow | None:
        """Return a call, or None."""
        return await self.session.get(CallRow, call_id)

    async def bind_call(self, call_id: UUID, customer_id: UUID, at: datetime) -> None:
        """Note whose call it is; the newest note counts."""
        await self.session.merge(CustomerCall(call_id=call_id, customer_id=customer_id, bound_at=at))

    async def customer_of_call(self, call_id: UUID) -> UUID | None:
        """Return the customer that a call is bound to, or None."""
        found = await self.session.get(CustomerCall, call_id)
        return None if found is None else found.customer_id

    async def calls_of(self, customer_id: UUID, limit: int) -> Sequence[CallRow]:
        """Return the calls bound to a customer, the newest first."""
        bound = select(CustomerCall.call_id).where(CustomerCall.customer_id == customer_id)
        statement = select(CallRow).where(CallRow.id.in_(bound)).order_by(CallRow.created_at.desc()).limit(limit)
        return (await self.session.scalars(statement)).all()
