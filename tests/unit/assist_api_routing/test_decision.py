"""Where calls go and why, what is wrong with a book, and the order of waiting calls."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from assist_api.routing.book import (
    Announcements,
    DialledNumber,
    Member,
    OpeningHours,
    OpenShift,
    PrefixRule,
    Queue,
    RoutingBook,
    Service,
    SpecialDay,
)
from assist_api.routing.callers import area_of
from assist_api.routing.decision import CallFacts, decide
from assist_api.routing.exchange_plan import book_of, plan_of, seat_of
from assist_api.routing.hours import is_open, open_times
from assist_api.routing.ordering import WaitingCall, in_order, line_priority
from assist_api.routing.problems import problems_of
from assist_api.routing.replay import PastCall, facts_from, kept_facts, replay
from cti_adapter.asterisk.plan import PBXAddresses, check_plan
from cti_adapter.asterisk.plan_file import demo_plan

pytestmark = pytest.mark.unit

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY_TEN = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
MONDAY_NIGHT = datetime(2026, 11, 30, 14, 0, tzinfo=UTC)
OFFICE = (OpenShift(start=time(8, 30), end=time(18)),)
BOOK = RoutingBook(
    numbers=(
        DialledNumber(number="95598", title="热线", queue="power", hours="office", closed_queue="night"),
        DialledNumber(number="96777", title="燃气", queue="gas", head_start_seconds=30),
        DialledNumber(number="96000", title="有线", queue="power", hours="office"),
    ),
    queues=(
        Queue(name="power", title="用电", members=(Member(agent="8001"),), overflow="gas",
              overflow_when_nobody_is_free=True),
        Queue(name="gas", title="燃气", members=(Member(agent="8002"),)),
        Queue(name="night", title="夜间", members=(Member(agent="8003"),)),
        Queue(name="vip", title="贵宾", members=(Member(agent="8004"),)),
    ),
    rules=(PrefixRule(title="海口", prefixes=("0898",), dialled="95598", queue="gas", head_start_seconds=10),),
    hours=(OpeningHours(name="office", title="工作时间", week=(OFFICE,) * 5 + ((), ())),),
    service=Service(vip_queue="vip"),
)  # fmt: skip
CALL = CallFacts("13800138000", "95598", MONDAY_TEN)


@pytest.mark.parametrize(
    ("changes", "free", "queue", "head_start", "agent", "last_reason"),
    [
        ({}, {}, "power", 0, None, "number"),
        ({"dialled": "12345"}, {}, None, 0, None, "unknown_number"),
        ({"at": MONDAY_NIGHT}, {}, "night", 0, None, "closed_queue"),
        ({"at": MONDAY_NIGHT, "dialled": "96000"}, {}, None, 0, None, "closed"),
        ({"dialled": "96777"}, {}, "gas", 30, None, "number_first"),
        ({"caller": "089866668888"}, {}, "gas", 10, None, "prefix_rule"),
        ({"caller": "0898", "is_whole": False}, {}, "gas", 10, None, "prefix_rule"),
        ({"caller": "089", "is_whole": False}, {}, "power", 0, None, "prefix_unknown"),
        ({"caller": ""}, {}, "power", 0, None, "number"),
        ({"customer_class": "vip"}, {}, "vip", 300, None, "vip"),
        ({"customer_class": "important"}, {}, "power", 120, None, "important"),
        ({"open_orders": 2}, {}, "power", 60, None, "open_orders"),
        ({"assigned_agent": "8002", "last_agent": "8003"}, {}, "power", 0, "8002", "assigned_agent"),
        ({"last_agent": "8003"}, {}, "power", 0, None, "number"),
        ({}, {"power": 0, "gas": 1}, "gas", 0, None, "overflow_nobody_free"),
        ({}, {"power": 0, "gas": 0}, "power", 0, None, "number"),
    ],
)
def test_a_call_goes_where_the_book_says(
    changes: dict[str, Any],
    free: dict[str, int],
    queue: str | None,
    head_start: int,
    agent: str | None,
    last_reason: str,
):
    made = decide(BOOK, replace(CALL, **changes), ZONE, free)
    assert (made.queue, made.head_start_seconds, made.agent) == (queue, head_start, agent)
    assert made.reasons[-1].code == last_reason


def test_the_last_agent_is_rung_where_the_book_says_so():
    book = BOOK.model_copy(update={"service": Service(rings_last_agent=True)})
    assert decide(book, replace(CALL, last_agent="8003"), ZONE).agent == "8003"


AGENTS = ("8001", "8002", "8003", "8004")


@pytest.mark.parametrize(
    ("changes", "code", "place", "is_blocking"),
    [
        ({"numbers": (*BOOK.numbers, BOOK.numbers[0])}, "number_twice", "numbers.95598", True),
        ({"queues": BOOK.queues[1:]}, "queue_unknown", "numbers.95598", True),
        ({"hours": ()}, "hours_unknown", "numbers.95598", True),
        ({"queues": (*BOOK.queues, Queue(name="lonely", title=""))}, "queue_without_members", "queues.lonely", False),
        ({"queues": (*BOOK.queues, Queue(name="lonely", title=""))}, "queue_without_number", "queues.lonely", False),
        ({"queues": (*BOOK.queues, Queue(name="seat_1", title=""))}, "queue_reserved", "queues.seat_1", True),
        ({"rules": (*BOOK.rules, BOOK.rules[0])}, "rule_hidden", "rules.1", False),
        (
            {"queues": (*BOOK.queues[1:], BOOK.queues[0].model_copy(update={"members": (Member(agent="9"),)}))},
            "agent_unknown",
            "queues.power",
            True,
        ),
        (
            {"queues": (BOOK.queues[0], BOOK.queues[1].model_copy(update={"overflow": "power"}), *BOOK.queues[2:])},
            "overflow_circle",
            "queues.gas",
            True,
        ),
    ],
)
def test_what_is_wrong_is_named_before_it_is_applied(changes: dict[str, Any], code: str, place: str, is_blocking: bool):
    found = problems_of(BOOK.model_copy(update=changes), AGENTS)
    assert (code, place, is_blocking) in {(problem.code, problem.place, problem.is_blocking) for problem in found}


def test_a_gap_in_the_hours_and_closed_days_are_named_and_a_sound_book_has_no_blocking_problem():
    split = (OpenShift(start=time(8, 30), end=time(12)), OpenShift(start=time(14), end=time(18)))
    hours = OpeningHours(name="office", title="", week=(split,) + (OFFICE,) * 5 + ((),))
    found = problems_of(BOOK.model_copy(update={"hours": (hours,)}), AGENTS)
    assert [(problem.code, problem.values["weekday"]) for problem in found] == [("hours_gap", 0), ("weekday_closed", 6)]


def test_the_plan_of_a_book_passes_the_checks_of_the_exchange_and_says_the_book_again():
    plan = plan_of(BOOK, demo_plan(PBXAddresses()), datetime(2026, 9, 1, tzinfo=UTC), ZONE)
    check_plan(plan)
    again = book_of(plan)
    assert {queue.name for queue in again.queues} == {"power", "gas", "night", "vip"}
    assert [item.number for item in again.numbers] == ["95598", "96777", "96000"]
    assert seat_of("8001") in {queue.name for queue in plan.queues if queue.is_seat}


def test_keys_that_are_announced_are_keys_of_the_exchange_and_the_plan_says_them_again():
    speaks = Announcements(offers_callback=True)
    book = BOOK.model_copy(
        update={"queues": (BOOK.queues[0].model_copy(update={"announcements": speaks}), *BOOK.queues[1:])}
    )
    plan = plan_of(book, demo_plan(PBXAddresses()), MONDAY_TEN, ZONE)
    assert [queue.keys for queue in plan.queues][:2] == [(("1", "queue_callback"),), ()]
    assert [queue.announcements.offers_callback for queue in book_of(plan).queues][:2] == [True, False]


@pytest.mark.parametrize(
    ("speaks", "codes"),
    [
        (Announcements(), set()),
        (Announcements(first_seconds=300), {"announcement_late"}),
        (Announcements(says_place=False, says_wait=False, says_notices=False), {"announcement_empty"}),
        (Announcements(is_on=False, first_seconds=300, says_place=False), set()),
    ],
)
def test_announcements_that_nobody_hears_are_named(speaks: Announcements, codes: set[str]):
    queue = Queue(name="power", title="", max_wait_seconds=120, announcements=speaks)
    found = problems_of(RoutingBook(queues=(queue,)), AGENTS)
    assert {problem.code for problem in found if problem.code.startswith("announcement")} == codes


def test_agents_with_a_confirmed_skill_join_the_queues_that_ask_for_it():
    gas = Queue(name="gas", title="燃气", skill="燃气 安全", members=(Member(agent="8002", penalty=4),))
    book = BOOK.model_copy(update={"queues": (*BOOK.queues[:1], gas.model_copy(update={"overflow": None}))})
    skilled = {"燃气安全": {"8001", "8002", "without a telephone"}, "": {"8003"}}
    plan = plan_of(book, demo_plan(PBXAddresses()), MONDAY_TEN, ZONE, skilled)
    members = {queue.name: [(item.agent, item.penalty) for item in queue.members] for queue in plan.queues}
    assert (members["power"], members["gas"]) == ([("8001", 0)], [("8002", 4), ("8001", 4)])
    empty = book.model_copy(update={"queues": (gas.model_copy(update={"members": ()}),)})
    codes = [{item.code for item in problems_of(empty, AGENTS, known)} for known in ({}, skilled)]
    assert ["queue_without_members" in found for found in codes] == [True, False]


LATE = OpeningHours(
    name="late",
    title="",
    week=((OpenShift(start=time(20), end=time(2)),),) + (OFFICE,) * 4 + ((OpenShift(start=time(0), end=time(0)),), ()),
    keeps_holidays=True,
    special_days=(SpecialDay(day=date(2026, 9, 2), shifts=(OpenShift(start=time(10), end=time(11)),)),),
)


@given(st.integers(0, 250 * 24 * 60))
def test_the_exchange_knows_the_hours_as_we_do(minute: int):
    start = datetime(2026, 9, 1, tzinfo=ZONE)
    times = open_times(LATE, ZONE, start.date())
    moment = start + timedelta(minutes=minute)
    clock = f"{moment:%H:%M}"
    other = next((day for day in times.days if (day.month, day.day) == (moment.month, moment.day)), None)
    spans = times.week[moment.weekday()] if other is None else other.spans
    assert any(first <= clock <= last for first, last in spans) == is_open(LATE, moment, ZONE)


calls = st.lists(
    st.tuples(st.integers(1_700_000_000, 1_700_007_200), st.integers(0, 3600)), min_size=1, max_size=40
).map(lambda found: [WaitingCall(str(at), entered, head) for at, (entered, head) in enumerate(found)])


@given(calls)
def test_nobody_starves(waiting: list[WaitingCall]):
    """A call stands behind another one only if that entered earlier, or within its head start afterwards."""
    order = in_order(waiting)
    assert sorted(call.call for call in order) == sorted(call.call for call in waiting)
    for index, call in enumerate(order):
        for ahead in order[:index]:
            assert ahead.entered - call.entered <= ahead.head_start_seconds


@given(calls, st.integers(0, 10_000))
def test_the_order_is_the_same_at_every_moment(waiting: list[WaitingCall], now: int):
    """The priority made at entry orders calls like their wait and head start do at any later moment."""
    by_wait = sorted(waiting, key=lambda call: (-(now - call.entered + call.head_start_seconds), call.entered))
    assert in_order(waiting) == by_wait
    assert all(abs(line_priority(call.entered, call.head_start_seconds)) < 2**31 for call in waiting)


def test_a_replay_tells_what_would_have_changed_and_what_it_cannot_know():
    at = MONDAY_TEN
    kept = [kept_facts(replace(CALL, caller=caller), area_of(caller)) for caller in ("13800138000", "089866668888")]
    facts = [facts_from(item, "95598", at) for item in kept]
    assert [item.caller for item in facts] == ["138", "0898"]
    past = [PastCall(uuid4(), item, decide(BOOK, item, ZONE)) for item in facts]
    mobile = PrefixRule(title="移动", prefixes=("1380",), queue="night")
    found = replay(BOOK.model_copy(update={"rules": (mobile,)}), past, ZONE)
    assert [(call.decision.queue, after.queue) for call, after in found.changed] == [("gas", "power")]
    assert (found.unsure, found.before, found.after) == (1, {"power": 1, "gas": 1}, {"power": 2})


def test_opening_time_has_no_zone() -> None:
    with pytest.raises(ValidationError, match="without a zone"):
        OpenShift.model_validate({"start": "08:30:00+08:00", "end": "18:00"})
    assert OpenShift.model_validate({"start": "08:30", "end": "18:00"}) == OpenShift(start=time(8, 30), end=time(18))
