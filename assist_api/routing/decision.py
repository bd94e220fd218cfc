"""Where a call goes and why: a pure function of the routing book and of what is known of the call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from assist_api.routing.book import CustomerClass, PrefixRule, RoutingBook
from assist_api.routing.hours import is_open

ReasonCode = Literal[
    "number",
    "unknown_number",
    "closed",
    "closed_queue",
    "prefix_rule",
    "prefix_unknown",
    "vip",
    "important",
    "open_orders",
    "number_first",
    "assigned_agent",
    "last_agent",
    "overflow_nobody_free",
    "queue_missing",
]


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What is known when a call asks where to go.

    Attributes:
        caller: Digits of the caller without the country code, or their beginning in a replay; empty when withheld.
        dialled: Number that was called.
        at: When.
        is_whole: Whether `caller` is the whole number.
        customer_class: Of the customer who calls.
        assigned_agent: Telephone of the agent who looks after the customer.
        last_agent: Telephone of the agent who last spoke with the customer, within the hours of the book.
        open_orders: Work orders of the customer that are open.
    """

    caller: str
    dialled: str
    at: datetime
    is_whole: bool = True
    customer_class: CustomerClass = "ordinary"
    assigned_agent: str | None = None
    last_agent: str | None = None
    open_orders: int = 0


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of a decision; pages say it in words by its code."""

    code: ReasonCode
    values: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a call goes.

    Attributes:
        queue: Queue that it waits in; None when it is told that the number is closed, or nobody knows the number.
        head_start_seconds: How much longer than it has it counts as waiting.
        agent: Agent who is rung before everybody else; None for nobody in particular.
        reasons: Why, in the order in which it was decided.
    """

    queue: str | None
    head_start_seconds: int
    agent: str | None
    reasons: tuple[Reason, ...]


FreeAgents = Mapping[str, int]
"""Agents who could be rung now, by queue; a queue that is missing is not known."""


def decide(book: RoutingBook, facts: CallFacts, zone: ZoneInfo, free: FreeAgents | None = None) -> Decision:
    """Decide where a call goes."""
    number = book.find_number(facts.dialled)
    if number is None:
        return Decision(None, 0, None, (Reason("unknown_number", {"number": facts.dialled}),))
    reasons = [Reason("number", {"number": number.number, "queue": number.queue})]
    queue, head_start = number.queue, number.head_start_seconds
    if head_start:
        reasons.append(Reason("number_first", {"seconds": head_start}))
    hours = book.find_hours(number.hours)
    if hours is not None and not is_open(hours, facts.at, zone):
        reasons.append(Reason("closed", {"hours": hours.title or hours.name}))
        if number.closed_queue is None:
            return Decision(None, 0, None, tuple(reasons))
        reasons.append(Reason("closed_queue", {"queue": number.closed_queue}))
        return Decision(number.closed_queue, head_start, None, tuple(reasons))
    rule = _rule_for(book, facts, reasons)
    if rule is not None:
        queue = rule.queue or queue
        head_start = max(head_start, rule.head_start_seconds)
        values: dict[str, str | int] = {"rule": rule.title, "queue": queue, "seconds": rule.head_start_seconds}
        reasons.append(Reason("prefix_rule", values))
    queue, head_start = _for_customer(book, facts, queue, head_start, reasons)
    queue = _overflowed(book, queue, free or {}, reasons)
    return Decision(queue, head_start, _agent(book, facts, reasons), tuple(reasons))


def _rule_for(book: RoutingBook, facts: CallFacts, reasons: list[Reason]) -> PrefixRule | None:
    """Return the first rule that fits. Where only the beginning of a number is known, a longer prefix may be unsure."""
    for rule in book.rules:
        if rule.dialled not in {None, facts.dialled} or not facts.caller:
            continue
        if any(facts.caller.startswith(prefix) for prefix in rule.prefixes):
            return rule
        if not facts.is_whole and any(prefix.startswith(facts.caller) for prefix in rule.prefixes):
            reasons.append(Reason("prefix_unknown", {"rule": rule.title}))
    return None


def _for_customer(
    book: RoutingBook, facts: CallFacts, queue: str, head_start: int, reasons: list[Reason]
) -> tuple[str, int]:
    service = book.service
    if facts.customer_class == "vip":
        queue = service.vip_queue or queue
        head_start = max(head_start, service.vip_head_start_seconds)
        reasons.append(Reason("vip", {"seconds": service.vip_head_start_seconds, "queue": queue}))
    elif facts.customer_class == "important":
        head_start = max(head_start, service.important_head_start_seconds)
        reasons.append(Reason("important", {"seconds": service.important_head_start_seconds}))
    if facts.open_orders and service.open_order_head_start_seconds:
        head_start = max(head_start, service.open_order_head_start_seconds)
        values: dict[str, str | int] = {
            "orders": facts.open_orders,
            "seconds": service.open_order_head_start_seconds,
        }
        reasons.append(Reason("open_orders", values))
    return queue, head_start


def _agent(book: RoutingBook, facts: CallFacts, reasons: list[Reason]) -> str | None:
    if book.service.rings_assigned_agent and facts.assigned_agent is not None:
        reasons.append(Reason("assigned_agent", {"agent": facts.assigned_agent}))
        return facts.assigned_agent
    if book.service.rings_last_agent and facts.last_agent is not None:
        reasons.append(Reason("last_agent", {"agent": facts.last_agent}))
        return facts.last_agent
    return None


def _overflowed(book: RoutingBook, name: str, free: FreeAgents, reasons: list[Reason]) -> str:
    queue = book.find_queue(name)
    if queue is None:
        reasons.append(Reason("queue_missing", {"queue": name}))
        return name
    is_full = queue.overflow_when_nobody_is_free and free.get(name, 1) == 0
    if queue.overflow is None or not is_full or free.get(queue.overflow, 0) == 0:
        return name
    reasons.append(Reason("overflow_nobody_free", {"queue": queue.overflow}))
    return queue.overflow
