"""Which finished orders are called back before they close: all of them, or a reproducible share by rule. Pure.

The draw depends on nothing but the id of the order, so anybody can repeat it. A larger share adds orders and drops
none.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from assist_api.work_orders.policy import WorkOrderCallbacks

NOT_SAMPLED = "not_sampled"
"""Outcome of an order that was not drawn; no person can choose it."""
DANGERS = frozenset(
    {
        "gas.safety.leak", "gas.safety.co", "gas.safety.hazard", "power.facility.hazard", "water.leak.burst",
        "heating.leak.network",
    }
)  # fmt: skip
"""Situations of the taxonomy with risk to life or property; the page lists the same in `category/danger.ts`."""
_PARTS = 10_000
"""A draw is a whole number below this, a hundredth of a percent each."""


class SamplingReason(StrEnum):
    """Why an order is called back, or not."""

    DANGER = "danger"
    """Its category or an alert of its call tells of danger: always called back."""
    REOPENED = "reopened"
    """The caller was not satisfied before: always called back."""
    SHARE = "share"
    """The share of the policy decides."""


@dataclass(frozen=True, slots=True)
class CallbackDraw:
    """Whether an order is called back.

    Attributes:
        is_sampled: Whether it is.
        reason: What decided.
        percent: Share that the policy has for orders of this kind, 0 to 100.
        draw: Of the order, 0.00 to 99.99; below the share it is called back.
    """

    is_sampled: bool
    reason: SamplingReason
    percent: int
    draw: float


def draw_of(order_id: UUID) -> int:
    """Return the number that an order draws, 0 to 9999: the first 8 bytes of the SHA-256 of its id, modulo 10,000."""
    return int.from_bytes(hashlib.sha256(order_id.bytes).digest()[:8], "big") % _PARTS


def share_for(policy: WorkOrderCallbacks, *, sector: str, business_type: str) -> int:
    """Return the percent of orders of a kind that are called back; the rule that names most of an order counts."""
    best, percent = -1, policy.percent
    for rule in policy.rules:
        fits = rule.sector in {None, sector} and rule.business_type in {None, business_type}
        named = (rule.sector is not None) + (rule.business_type is not None)
        if fits and named > best:
            best, percent = named, rule.percent
    return percent


def sample(order_id: UUID, percent: int, *, is_danger: bool, was_reopened: bool) -> CallbackDraw:
    """Return whether an order is called back."""
    draw = draw_of(order_id)
    always = SamplingReason.DANGER if is_danger else SamplingReason.REOPENED if was_reopened else None
    is_sampled = always is not None or draw < percent * (_PARTS // 100)
    return CallbackDraw(is_sampled, always or SamplingReason.SHARE, percent, draw / (_PARTS // 100))


def is_dangerous(category_id: str | None) -> bool:
    """Tell whether a category is one of a danger."""
    return category_id is not None and category_id.rpartition("/")[2] in DANGERS


def kept(found: CallbackDraw, version: int) -> dict[str, Any]:
    """Return what the log keeps of a draw.

    Args:
        found: The draw.
        version: Of the policy in force; 0 for its defaults.
    """
    return {
        "is_sampled": found.is_sampled,
        "reason": found.reason.value,
        "percent": found.percent,
        "draw": found.draw,
        "version": version,
    }
