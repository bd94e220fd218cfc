"""The business system of a utility, as far as the product needs it: account state and work orders. Pure."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class AccountState(_Message):
    """Money and usage of an account."""

    account_number: str
    balance_yuan: Decimal = Field(description="Prepaid money left; negative when money is owed")
    arrears_yuan: Decimal
    last_bill_yuan: Decimal
    last_bill_on: date
    meter_reading: Decimal
    last_usage: Decimal | None = Field(default=None, description="kWh or m³ of the last bill; null where not told")
    last_payment_yuan: Decimal | None = None
    last_payment_on: date | None = None
    as_of: datetime = Field(description="When the business system last brought these figures up to date")


class OrderMessage(_Message):
    """A work order as it leaves for the business system. The id makes a second delivery harmless."""

    id: UUID
    number: str
    business_type: str
    category_id: str | None
    sector: str
    account_number: str | None
    contact_name: str
    contact_phone: str
    address: str
    description: str
    created_at: datetime


class Acknowledgement(_Message):
    """The answer of the business system to a work order."""

    order_id: UUID
    reference: str = Field(max_length=64, description="The number of the order over there")


class BusinessSystem(Protocol):
    """A business system.

    Every method raises `kit.errors.DependencyError`: `retryable` when it is away or too slow, else when it refuses.
    """

    @property
    def name(self) -> str:
        """Name for people and for the health page."""
        ...

    async def find_account(self, account_number: str) -> AccountState | None:
        """Return the state of an account, or None where there is no such account."""
        ...

    async def submit_order(self, order: OrderMessage) -> Acknowledgement:
        """Hand over an order; the same id again gives the same acknowledgement."""
        ...

    async def aclose(self) -> None:
        """Close connections; safe to call twice."""
        ...
