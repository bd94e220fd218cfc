"""The plan of the exchange that a routing book makes, and the book that a plan says. Pure.

Telephones, trunks, addresses and passwords stay those of the plan: they are not routing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from assist_api.routing.book import Announcements, DialledNumber, Member, OpeningHours, OpenShift, Queue, RoutingBook
from assist_api.routing.hours import open_times
from assist_api.routing.skilled import NOBODY, Skilled, joined_members
from cti_adapter.asterisk.plan import (
    CALLBACK_KEY,
    MESSAGE_KEY,
    SEAT_PREFIX,
    NumberPlan,
    PBXPlan,
    QueueMembership,
    QueuePlan,
)

MORNING, EVENING = time(8, 30), time(18, 0)


def seat_of(agent: str) -> str:
    """Return the name of the queue that rings one agent alone."""
    return f"{SEAT_PREFIX}{agent}"[:40]


def plan_of(book: RoutingBook, base: PBXPlan, at: datetime, zone: ZoneInfo, skilled: Skilled = NOBODY) -> PBXPlan:
    """Return the plan with the numbers and queues of the book.

    Args:
        book: What people wrote.
        base: The plan of the exchange.
        at: When the plan is made; hours are foreseen from this day on.
        zone: Of opening hours.
        skilled: Agents with a confirmed skill; they join the queues that ask for it.
    """
    phones = {phone.agent for phone in base.agents}
    today = at.astimezone(zone).date()
    return replace(
        base,
        queues=(
            *(_queue_plan(queue, joined_members(queue, skilled, phones)) for queue in book.queues),
            *_seats(book, base),
        ),
        numbers=tuple(_number_plan(item, book.find_hours(item.hours), zone, today) for item in book.numbers),
    )


def book_of(plan: PBXPlan) -> RoutingBook:
    """Return the book that a plan says, where nobody has written one yet."""
    week = (*((OpenShift(start=MORNING, end=EVENING),) for _ in range(5)), (), ())
    return RoutingBook(
        numbers=tuple(
            DialledNumber(
                number=item.number, title="", queue=item.queue, head_start_seconds=item.head_start_seconds,
                notice=_text(item.notice),
            )
            for item in plan.numbers
        ),
        queues=tuple(_book_queue(queue) for queue in plan.queues if not queue.is_seat),
        hours=(OpeningHours(name="office", title="工作时间", week=week, keeps_holidays=True),),
    )  # fmt: skip


def _queue_plan(queue: Queue, joined: Iterable[Member]) -> QueuePlan:
    return QueuePlan(
        name=queue.name,
        members=tuple(QueueMembership(member.agent, member.penalty) for member in (*queue.members, *joined)),
        ring_seconds=queue.ring_seconds,
        max_wait_seconds=queue.max_wait_seconds,
        strategy=queue.strategy,
        has_wrap_up=queue.has_wrap_up,
        overflow=queue.overflow,
        music=_path(queue.music),
        keys=tuple(_keys(queue.announcements)),
    )


def _keys(spoken: Announcements) -> Iterator[tuple[str, str]]:
    """Yield the keys that are offered; where nothing is announced nobody knows of them."""
    if spoken.is_on and spoken.offers_callback:
        yield CALLBACK_KEY
    if spoken.is_on and spoken.offers_message:
        yield MESSAGE_KEY


def _number_plan(item: DialledNumber, hours: OpeningHours | None, zone: ZoneInfo, today: date) -> NumberPlan:
    return NumberPlan(
        item.number,
        item.queue,
        _path(item.notice),
        item.head_start_seconds,
        hours=open_times(hours, zone, today) if hours is not None else None,
        closed_queue=item.closed_queue if hours is not None else None,
    )


def _seats(book: RoutingBook, base: PBXPlan) -> Iterator[QueuePlan]:
    """Yield a queue for each agent, so that the one who knows a caller is rung with wrap-up and recording as ever."""
    if not (book.service.rings_assigned_agent or book.service.rings_last_agent):
        return
    for phone in base.agents:
        yield QueuePlan(
            seat_of(phone.agent),
            (QueueMembership(phone.agent),),
            ring_seconds=book.service.agent_seconds,
            max_wait_seconds=book.service.agent_seconds,
            is_seat=True,
        )


def _book_queue(queue: QueuePlan) -> Queue:
    return Queue(
        name=queue.name,
        title=queue.name,
        members=tuple(Member(agent=member.agent, penalty=member.penalty) for member in queue.members),
        strategy=queue.strategy,
        ring_seconds=queue.ring_seconds,
        max_wait_seconds=queue.max_wait_seconds,
        overflow=queue.overflow,
        has_wrap_up=queue.has_wrap_up,
        music=_text(queue.music),
        announcements=Announcements(
            offers_callback=CALLBACK_KEY in queue.keys, offers_message=MESSAGE_KEY in queue.keys
        ),
    )


def _path(text: str) -> Path | None:
    return Path(text) if text else None


def _text(path: Path | None) -> str:
    return "" if path is None else str(path)
