"""What would have happened: past calls sent through another book. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from assist_api.routing.book import RoutingBook
from assist_api.routing.decision import CallFacts, Decision, decide


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call as it was routed."""

    call_id: UUID
    facts: CallFacts
    decision: Decision


@dataclass(frozen=True, slots=True)
class Replay:
    """Past calls and where another book sends them.

    Attributes:
        changed: Calls with another queue, agent or place in the line, with the new decision.
        before: Calls by queue as they went.
        after: Calls by queue as they would go.
        unsure: Calls of which a prefix rule needs more digits than are kept.
    """

    changed: tuple[tuple[PastCall, Decision], ...]
    before: Mapping[str | None, int]
    after: Mapping[str | None, int]
    unsure: int


def replay(book: RoutingBook, calls: Sequence[PastCall], zone: ZoneInfo) -> Replay:
    """Send past calls through a book; how many agents were free then is not known and not asked."""
    decided = [(call, decide(book, call.facts, zone)) for call in calls]
    return Replay(
        tuple((call, after) for call, after in decided if _place(call.decision) != _place(after)),
        Counter(call.decision.queue for call in calls),
        Counter(after.queue for _, after in decided),
        sum(any(reason.code == "prefix_unknown" for reason in after.reasons) for _, after in decided),
    )


def _place(decision: Decision) -> tuple[str | None, int, str | None]:
    return decision.queue, decision.head_start_seconds, decision.agent


def kept_facts(facts: CallFacts, area: str) -> dict[str, Any]:
    """Return what is kept of the facts of a call: nothing by which a person could be found."""
    return {
        "area": area,
        "customer_class": facts.customer_class,
        "assigned_agent": facts.assigned_agent,
        "last_agent": facts.last_agent,
        "open_orders": facts.open_orders,
    }


def facts_from(kept: Mapping[str, Any], dialled: str, at: datetime) -> CallFacts:
    """Return the facts of a past call as far as they were kept."""
    return CallFacts(
        kept["area"],
        dialled,
        at,
        is_whole=False,
        customer_class=kept["customer_class"],
        assigned_agent=kept["assigned_agent"],
        last_agent=kept["last_agent"],
        open_orders=kept["open_orders"],
    )
