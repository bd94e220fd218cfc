"""A business system in memory, whose figures follow from the account number: for the demo and for tests."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from assist_api.business_systems.port import AccountState, Acknowledgement, OrderMessage
from kit.clock import Clock

_MIN_DIGITS = 6


class SimulatedBusinessSystem:
    """Knows every account number of six characters and more; the same number has the same figures."""

    name = "simulator"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._orders: dict[UUID, Acknowledgement] = {}

    async def find_account(self, account_number: str) -> AccountState | None:
        """Return figures that are made from the number."""
        if len(account_number) < _MIN_DIGITS or not account_number.isalnum():
            return None
        seed = int.from_bytes(hashlib.sha256(account_number.encode()).digest()[:8])
        now = self._clock.now()
        balance = Decimal(seed % 40_000 - 8_000) / 100
        return AccountState(
            account_number=account_number,
            balance_yuan=balance,
            arrears_yuan=max(-balance, Decimal(0)),
            last_bill_yuan=Decimal(2_000 + seed // 7 % 30_000) / 100,
            last_bill_on=now.date().replace(day=1) - timedelta(days=1),
            meter_reading=Decimal(seed // 11 % 90_000),
            last_usage=Decimal(40 + seed // 13 % 500),
            last_payment_yuan=Decimal(5_000 + seed // 17 % 25_000) / 100,
            last_payment_on=now.date() - timedelta(days=3 + seed % 40),
            as_of=now - timedelta(minutes=seed % 240),
        )

    async def submit_order(self, order: OrderMessage) -> Acknowledgement:
        """Take an order; the same id again gives the same acknowledgement."""
        known = self._orders.get(order.id)
        if known is None:
            known = Acknowledgement(order_id=order.id, reference=f"S{len(self._orders) + 1:06d}")
            self._orders[order.id] = known
        return known

    async def aclose(self) -> None:
        """Close nothing."""
