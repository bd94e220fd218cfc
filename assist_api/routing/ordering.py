"""The order in which waiting calls are answered: general and priority callers in one line that ages. Pure.

A head start counts as time waited. At any moment the call whose wait and head start are longest goes first, and since
every call ages alike the order of two calls never changes: one number, made when a call enters, says it for good. So
the order needs no process of ours while calls wait, and nobody starves: a call is overtaken only by those that enter
within their head start after it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

LATEST_ENTRY = 2_000_000_000
"""Seconds since 1970 of May 2033; later entries get negative keys, which keep their order and fit 32 bits."""


@dataclass(frozen=True, slots=True)
class WaitingCall:
    """A call in a line.

    Attributes:
        call: Its name.
        entered: Seconds since 1970 at which it entered.
        head_start_seconds: How much longer than it has it counts as waiting.
    """

    call: str
    entered: int
    head_start_seconds: int = 0


def line_priority(entered: int, head_start_seconds: int) -> int:
    """Return the priority for Asterisk's queue (`QUEUE_PRIO`), where a higher one stands in front."""
    return LATEST_ENTRY - entered + head_start_seconds


def in_order(calls: Iterable[WaitingCall]) -> list[WaitingCall]:
    """Return the calls as they are answered; of equal ones the first to enter goes first."""
    return sorted(calls, key=lambda call: (-line_priority(call.entered, call.head_start_seconds), call.entered))
