"""Answers the exchange's question where a call goes, keeps the answer with its reasons, and replays past days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from assist_api.routing.book import CustomerClass, RoutingBook
from assist_api.routing.callers import area_of, facts_of
from assist_api.routing.decision import CallFacts, Decision, FreeAgents, Reason, decide
from assist_api.routing.exchange_plan import seat_of
from assist_api.routing.models import RoutedCall
from assist_api.routing.replay import PastCall, Replay, facts_from, kept_facts, replay
from assist_api.routing.repository import RoutingRepository
from assist_api.routing.service import RoutingBooks
from cti_adapter.agi import RouteAnswer, RouteQuestion
from cti_adapter.states import AgentState
from cti_adapter.views import AgentView
from kit.clock import Clock
from kit.db import Database

REPLAYED_AT_MOST = 5000


class CallRouter:
    """Decides for each call; the exchange waits two seconds at most and then goes on by itself.

    Args:
        database: What is known of callers, and where calls went.
        clock: When a call asks.
        books: The rules in force.
        zone: Of opening hours.
    """

    def __init__(self, database: Database, clock: Clock, books: RoutingBooks, zone: ZoneInfo) -> None:
        self._database = database
        self._clock = clock
        self._books = books
        self._zone = zone
        self._agents: Callable[[], Sequence[AgentView]] | None = None

    def follow(self, agents: Callable[[], Sequence[AgentView]]) -> None:
        """Take in who could be rung, from whoever follows the exchange."""
        self._agents = agents

    async def route(self, question: RouteQuestion) -> RouteAnswer | None:
        """Say where a call goes; None leaves it to its queue, that of its number or the one that a flow chose."""
        book, now = self._books.book, self._clock.now()
        number = book.find_number(question.dialled_number)
        if number is not None and question.queue not in {"", number.queue}:
            return None  # a speech flow has chosen the queue
        async with self._database.session() as session:
            facts = await facts_of(session, book.service, question.caller_number, question.dialled_number, now)
            decision = decide(book, facts, self._zone, self._free())
            version = self._books.version
            row = RoutedCall(
                call_id=question.call_id,
                at=now,
                dialled=question.dialled_number[:40],
                facts=kept_facts(facts, area_of(facts.caller)),
                queue=decision.queue,
                agent=decision.agent,
                head_start_seconds=decision.head_start_seconds,
                reasons=[{"code": reason.code, "values": dict(reason.values)} for reason in decision.reasons],
                version=0 if version is None else version.number,
            )
            await RoutingRepository(session).note_call(row)
        return answer_of(book, decision, question.queue)

    async def try_call(
        self,
        book: RoutingBook | None,
        *,
        caller: str,
        dialled: str,
        at: datetime | None,
        customer_class: CustomerClass | None,
        nobody_is_free: bool,
    ) -> Decision:
        """Say what would happen to a call that nobody makes."""
        rules, moment = book or self._books.book, at or self._clock.now()
        async with self._database.session() as session:
            facts = await facts_of(session, rules.service, caller, dialled, moment)
        if customer_class is not None:
            facts = CallFacts(
                facts.caller, facts.dialled, facts.at, customer_class=customer_class,
                assigned_agent=facts.assigned_agent, last_agent=facts.last_agent, open_orders=facts.open_orders,
            )  # fmt: skip
        first = rules.find_number(dialled)
        free = {queue.name: 1 for queue in rules.queues}
        if nobody_is_free and first is not None:
            decided = decide(rules, facts, self._zone, free)
            free[decided.queue or first.queue] = 0
        return decide(rules, facts, self._zone, free)

    async def replay(self, book: RoutingBook, since: datetime, until: datetime) -> tuple[int, Replay]:
        """Send the calls of past days through a book; returns how many calls there were, and what came out."""
        async with self._database.session() as session:
            rows = await RoutingRepository(session).calls(since=since, until=until, limit=REPLAYED_AT_MOST)
        return len(rows), replay(book, [past_call(row) for row in rows], self._zone)

    def _free(self) -> FreeAgents:
        if self._agents is None:
            return {}
        found: Counter[str] = Counter()
        for agent in self._agents():
            for queue in agent.queues:
                found[queue] += agent.state is AgentState.READY
        return found


def past_call(row: RoutedCall) -> PastCall:
    """Return a call as it was routed."""
    reasons = tuple(Reason(reason["code"], reason["values"]) for reason in row.reasons)
    decision = Decision(row.queue, row.head_start_seconds, row.agent, reasons)
    return PastCall(row.call_id, facts_from(row.facts, row.dialled, row.at), decision)


def answer_of(book: RoutingBook, decision: Decision, fallback: str) -> RouteAnswer | None:
    """Return what the dialplan is told; None for a number or a queue that the book does not know."""
    if any(reason.code in {"unknown_number", "queue_missing"} for reason in decision.reasons):
        return None
    if decision.queue is None:
        return RouteAnswer(fallback, is_closed=True)
    queue = book.find_queue(decision.queue)
    if queue is None:
        return None
    return RouteAnswer(
        queue.name,
        head_start_seconds=decision.head_start_seconds,
        max_wait_seconds=queue.max_wait_seconds,
        overflow=queue.overflow,
        seat=None if decision.agent is None else seat_of(decision.agent),
        seat_seconds=book.service.agent_seconds,
        values={"__WRAP_UP": str(int(queue.has_wrap_up))},
    )
