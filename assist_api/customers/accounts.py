"""What the business system says of a customer's account."""

from __future__ import annotations

from uuid import UUID

from assist_api.business_systems.port import BusinessSystem
from assist_api.customers.repository import CustomerRepository
from assist_api.customers.schemas import AccountStateAnswer
from kit.db import Database
from kit.errors import NotFoundError


class BusinessAccounts:
    """Asks the business system; no transaction is open while it answers."""

    def __init__(self, database: Database, system: BusinessSystem) -> None:
        self._database = database
        self._system = system

    async def state_of(self, customer_id: UUID) -> AccountStateAnswer:
        """Return the state of a customer's account.

        Raises:
            NotFoundError: There is no such customer.
            DependencyError: The business system is away or refuses.
        """
        async with self._database.session() as session:
            customer = await CustomerRepository(session).find(customer_id)
        if customer is None:
            raise NotFoundError("There is no such customer.", code="customer_not_found")
        state = await self._system.find_account(customer.account_number)
        return AccountStateAnswer(state=state, system=self._system.name)
