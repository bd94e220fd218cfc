"""What is wrong with a routing book, named before it is applied. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from assist_api.routing.book import PrefixRule, Queue, RoutingBook
from assist_api.routing.hours import closed_weekdays, gaps
from assist_api.routing.skilled import NOBODY, Skilled, with_skill
from cti_adapter.asterisk.plan import SEAT_PREFIX

ProblemCode = Literal[
    "number_twice",
    "queue_twice",
    "hours_twice",
    "number_is_agent",
    "queue_unknown",
    "hours_unknown",
    "number_unknown",
    "agent_unknown",
    "member_twice",
    "overflow_circle",
    "queue_reserved",
    "queue_without_members",
    "queue_without_number",
    "hours_gap",
    "weekday_closed",
    "rule_hidden",
    "announcement_late",
    "announcement_empty",
]
_BLOCKING: frozenset[ProblemCode] = frozenset(
    {
        "number_twice",
        "queue_twice",
        "hours_twice",
        "number_is_agent",
        "queue_unknown",
        "hours_unknown",
        "number_unknown",
        "agent_unknown",
        "member_twice",
        "overflow_circle",
        "queue_reserved",
    }
)


@dataclass(frozen=True, slots=True)
class BookProblem:
    """One thing that is wrong, or that is probably not meant.

    Attributes:
        code: What.
        place: Where, such as `queues.power`.
        values: For the text.
    """

    code: ProblemCode
    place: str
    values: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def is_blocking(self) -> bool:
        """Whether the book cannot be applied with it."""
        return self.code in _BLOCKING


def problems_of(book: RoutingBook, agents: Collection[str] | None, skilled: Skilled = NOBODY) -> list[BookProblem]:
    """Return every problem, those that block first.

    Args:
        book: The book.
        agents: Agents who have a telephone; None when the exchange is not known.
        skilled: Agents with a confirmed skill.
    """
    found = [
        *_twice("number_twice", "numbers", [item.number for item in book.numbers]),
        *_twice("queue_twice", "queues", [queue.name for queue in book.queues]),
        *_twice("hours_twice", "hours", [hours.name for hours in book.hours]),
        *_unknown_names(book),
        *_of_members(book, agents),
        *_of_queues(book, skilled),
        *_of_hours(book),
        *_hidden_rules(book.rules),
    ]
    return sorted(found, key=lambda problem: not problem.is_blocking)


def _twice(code: ProblemCode, place: str, names: list[str]) -> Iterator[BookProblem]:
    for name, count in Counter(names).items():
        if count > 1:
            yield BookProblem(code, f"{place}.{name}", {"name": name, "count": count})


def _unknown_names(book: RoutingBook) -> Iterator[BookProblem]:
    queues = {queue.name for queue in book.queues}
    named = [
        *((f"numbers.{item.number}", name) for item in book.numbers for name in (item.queue, item.closed_queue)),
        *((f"queues.{queue.name}", queue.overflow) for queue in book.queues),
        *((f"rules.{index}", rule.queue) for index, rule in enumerate(book.rules)),
        ("service.vip_queue", book.service.vip_queue),
    ]
    for place, name in named:
        if name is not None and name not in queues:
            yield BookProblem("queue_unknown", place, {"queue": name})
    for item in book.numbers:
        if item.hours is not None and book.find_hours(item.hours) is None:
            yield BookProblem("hours_unknown", f"numbers.{item.number}", {"hours": item.hours})
    for index, rule in enumerate(book.rules):
        if rule.dialled is not None and book.find_number(rule.dialled) is None:
            yield BookProblem("number_unknown", f"rules.{index}", {"number": rule.dialled})


def _of_members(book: RoutingBook, agents: Collection[str] | None) -> Iterator[BookProblem]:
    for queue in book.queues:
        place = f"queues.{queue.name}"
        names = [member.agent for member in queue.members]
        for agent, count in Counter(names).items():
            if count > 1:
                yield BookProblem("member_twice", place, {"agent": agent, "queue": queue.name})
            if agents is not None and agent not in agents:
                yield BookProblem("agent_unknown", place, {"agent": agent, "queue": queue.name})
    for item in book.numbers:
        if agents is not None and item.number in agents:
            yield BookProblem("number_is_agent", f"numbers.{item.number}", {"number": item.number})


def _of_queues(book: RoutingBook, skilled: Skilled) -> Iterator[BookProblem]:
    used = {
        *(name for item in book.numbers for name in (item.queue, item.closed_queue)),
        *(queue.overflow for queue in book.queues),
        *(rule.queue for rule in book.rules),
        book.service.vip_queue,
    }
    for queue in book.queues:
        place, values = f"queues.{queue.name}", {"queue": queue.title or queue.name}
        if queue.name.startswith(SEAT_PREFIX):
            yield BookProblem("queue_reserved", place, {"prefix": SEAT_PREFIX, **values})
        if not queue.members and not with_skill(queue, skilled):
            yield BookProblem("queue_without_members", place, values)
        if queue.name not in used:
            yield BookProblem("queue_without_number", place, values)
        if _is_in_circle(book, queue.name):
            yield BookProblem("overflow_circle", place, values)
        yield from _of_announcements(queue, place, values)


def _of_announcements(queue: Queue, place: str, values: Mapping[str, str | int]) -> Iterator[BookProblem]:
    """Yield announcements that nobody hears, and those in which nothing is said."""
    spoken = queue.announcements
    if not spoken.is_on:
        return
    if spoken.first_seconds >= queue.max_wait_seconds:
        seconds = {"first": spoken.first_seconds, "wait": queue.max_wait_seconds}
        yield BookProblem("announcement_late", place, {**values, **seconds})
    says = (spoken.says_place, spoken.says_wait, spoken.says_notices, spoken.offers_callback, spoken.offers_message)
    if not any(says):
        yield BookProblem("announcement_empty", place, values)


def _is_in_circle(book: RoutingBook, name: str) -> bool:
    seen: set[str] = set()
    queue = book.find_queue(name)
    while queue is not None and queue.overflow is not None and queue.overflow not in seen:
        if queue.overflow == name:
            return True
        seen.add(queue.overflow)
        queue = book.find_queue(queue.overflow)
    return False


def _of_hours(book: RoutingBook) -> Iterator[BookProblem]:
    for hours in book.hours:
        place, title = f"hours.{hours.name}", hours.title or hours.name
        for weekday, since, until in gaps(hours):
            values: dict[str, str | int] = {"hours": title, "weekday": weekday, "since": since, "until": until}
            yield BookProblem("hours_gap", place, values)
        for weekday in closed_weekdays(hours):
            yield BookProblem("weekday_closed", place, {"hours": title, "weekday": weekday})


def _hidden_rules(rules: tuple[PrefixRule, ...]) -> Iterator[BookProblem]:
    """Yield rules of which every prefix is taken by an earlier rule."""
    for index, rule in enumerate(rules):
        earlier = [
            prefix for before in rules[:index] if before.dialled in {None, rule.dialled} for prefix in before.prefixes
        ]
        if all(any(prefix.startswith(taken) for taken in earlier) for prefix in rule.prefixes):
            yield BookProblem("rule_hidden", f"rules.{index}", {"rule": rule.title})
