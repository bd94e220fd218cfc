"""Subscriptions of cable TV (F32): the seam for a company's subscriber system, and one in memory for the demo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the subscriber system did.

    Attributes:
        number: Of the receipt, as callers are told it.
        amount: Monthly price of a channel, or what a card was worth; yuan.
    """

    number: str
    amount: Decimal


class SubscriberSystem(Protocol):
    """The system that knows subscriptions of cable TV.

    Every method raises `kit.errors.DependencyError` where the system is away. A change that is asked for again with
    the same id is carried out once.
    """

    async def find_package(self, account_number: str) -> tuple[str, Decimal] | None:
        """Return name and monthly price of an account's package, or None."""
        ...

    async def order_channel(self, request_id: UUID, account_number: str, channel: str) -> Receipt | None:
        """Order a channel; None where there is none of that name, or the account has it already."""
        ...

    async def redeem_card(self, request_id: UUID, account_number: str, card_number: str) -> Receipt | None:
        """Put the money of a prepaid card on an account; None where the card is unknown or used."""
        ...


CHANNELS: Mapping[str, Decimal] = MappingProxyType({"体育频道包": Decimal("15.00"), "影院频道包": Decimal("20.00")})
_CARD_DIGITS = 16


class SimulatedSubscribers:
    """Subscriptions that follow from the account number; channels and cards are kept until the process ends."""

    def __init__(self) -> None:
        self._receipts: dict[UUID, Receipt] = {}
        self._done: set[tuple[str, str]] = set()

    async def find_package(self, account_number: str) -> tuple[str, Decimal] | None:
        """Return one of three packages."""
        packages = (("基本收视套餐", "26.00"), ("家庭高清套餐", "39.00"), ("全家融合套餐", "99.00"))
        name, price = packages[sum(map(ord, account_number)) % len(packages)]
        return name, Decimal(price)

    async def order_channel(self, request_id: UUID, account_number: str, channel: str) -> Receipt | None:
        """Order one of two channels, once for each account."""
        price = CHANNELS.get(channel)
        return None if price is None else self._do(request_id, (account_number, channel), price)

    async def redeem_card(self, request_id: UUID, account_number: str, card_number: str) -> Receipt | None:
        """Take every card of sixteen digits once; it is worth fifty yuan."""
        is_card = card_number.isdecimal() and len(card_number) == _CARD_DIGITS
        return self._do(request_id, ("", card_number), Decimal("50.00")) if is_card else None

    def _do(self, request_id: UUID, what: tuple[str, str], amount: Decimal) -> Receipt | None:
        if request_id not in self._receipts:
            if what in self._done:
                return None
            self._done.add(what)
            self._receipts[request_id] = Receipt(f"TV{len(self._receipts) + 1:08d}", amount)
        return self._receipts[request_id]
