from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assist_api.work_orders.clock import LimitStep, StepLimit, appointment_clock, appointment_of, order_clock
from assist_api.work_orders.log import OrderEvent, after, replay
from assist_api.work_orders.transitions import OrderAction, OrderState, legal_actions, next_state
from assist_api.work_orders.views import clocks_of
from kit.calendar import OFFICE_DAY, WorkingCalendar, around_the_clock, office_hours

pytestmark = pytest.mark.unit

ZONE = ZoneInfo("Asia/Shanghai")

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
ALWAYS = around_the_clock(ZONE)
MINUTE = timedelta(minutes=1)
HISTORIES = int(os.environ.get("TINGZHI_CLOCK_HISTORIES", "60"))
"""Random histories of each property; 100,000 in the run that `docs/benchmarks.md` reports."""
HORIZON = 25 * 600 + 601
"""Minutes in which every history ends."""
CHANGES: tuple[tuple[tuple[date, bool], ...], ...] = (
    ((date(2026, 3, 2), False),),
    ((date(2026, 3, 1), True),),
    ((date(2026, 3, 3), False), (date(2026, 3, 4), False), (date(2026, 3, 8), True)),
)
"""Days that somebody declares off or worked afterwards; the figures follow from the log and the calendar in force."""
PROMISED = [step for step in LimitStep if step is not LimitStep.APPOINTMENT]
"""Steps that run from the acceptance; an appointment runs from the moment at which it was promised."""


@st.composite
def histories(draw: st.DrawFn, longest_pause: int = 90) -> list[OrderEvent]:
    """Legal logs of random length: pauses, changes of limits as priorities change, a clock that is set back."""
    log = [OrderEvent(OrderAction.CREATE, START)]
    standing, at = replay(log), START
    for _ in range(draw(st.integers(0, 25))):
        action = draw(st.sampled_from(legal_actions(standing.state)))
        at += draw(st.integers(-3, longest_pause)) * MINUTE
        data = {"step": draw(st.sampled_from(["arrive", "finish"])), "minutes": draw(st.integers(1, 300))}
        log.append(OrderEvent(action, at, data if action is OrderAction.CHANGE_LIMIT else {}))
        standing = after(standing, log[-1])
    return log


Passed = Callable[[datetime, datetime], timedelta]
"""Working time between two moments."""


def every_minute(since: datetime, until: datetime) -> timedelta:
    return until - since


@lru_cache(maxsize=64)
def office_minutes(changed: tuple[tuple[date, bool], ...]) -> list[int]:
    """Count the minutes of office days from START on, one entry a minute; `changed` names days that are on or off."""
    days, passed, counts = dict(changed), 0, [0]
    for minute in range(HORIZON):
        here = (START + minute * MINUTE).astimezone(ZONE)
        is_worked = days.get(here.date(), here.weekday() < 5)
        clock = (here.hour, here.minute)
        passed += is_worked and ((8, 30) <= clock < (12, 0) or (14, 0) <= clock < (18, 0))
        counts.append(passed)
    return counts


def office(changed: tuple[tuple[date, bool], ...]) -> tuple[WorkingCalendar, Passed]:
    """Return an office calendar with changed days, and the working time by it, counted minute by minute."""
    counts = office_minutes(changed)

    def passed(since: datetime, until: datetime) -> timedelta:
        return (counts[(until - START) // MINUTE] - counts[(since - START) // MINUTE]) * MINUTE

    special = {day: OFFICE_DAY if is_on else () for day, is_on in changed}
    return replace(office_hours(ZONE), special_days=special), passed


def counted(log: list[OrderEvent], step: LimitStep, now: datetime, passed: Passed = every_minute) -> timedelta | None:
    """Replay the log event by event: time passes while the order is accepted, not over and not suspended."""
    ends = {OrderAction.MERGE, OrderAction.CANCEL} | {
        LimitStep.ARRIVE: {OrderAction.FINISH, OrderAction.ARRIVE},
        LimitStep.FINISH: {OrderAction.FINISH},
        LimitStep.CONTACT: {OrderAction.CONTACT, OrderAction.ANSWER},
        LimitStep.VERIFY: {OrderAction.VERIFY},
        LimitStep.ANSWER: {OrderAction.ANSWER},
    }[step]
    used, is_running, since, state = None, False, START, OrderState.DRAFT
    for event in [*log, OrderEvent(OrderAction.NOTE, now)]:
        at = max(since, event.at)
        if used is not None and is_running and state is not OrderState.SUSPENDED:
            used += passed(since, at)
        since = at
        if event.action in {OrderAction.ACCEPT, OrderAction.REOPEN}:
            used, is_running = timedelta(0), True
        elif event.action in ends:
            is_running = False
        if event.action is not OrderAction.CREATE:
            state = next_state(state, event.action)
    return used


@settings(max_examples=HISTORIES, deadline=None)
@given(log=histories(), step=st.sampled_from(PROMISED), wait=st.integers(0, 600))
def test_clock_equals_a_replay_of_the_log(log: list[OrderEvent], step: LimitStep, wait: int) -> None:
    now = max(event.at for event in log) + wait * MINUTE
    clock = order_clock(log, StepLimit(step, 45 * MINUTE), ALWAYS, now)
    expected = counted(log, step, now)
    assert (None if clock is None else clock.used) == expected


@settings(max_examples=HISTORIES, deadline=None)
@given(
    log=histories(longest_pause=600), step=st.sampled_from(PROMISED), wait=st.integers(0, 600),
    change=st.sampled_from(CHANGES),
)  # fmt: skip
def test_clock_of_an_office_equals_a_replay_before_and_after_its_calendar_changed(
    log: list[OrderEvent], step: LimitStep, wait: int, change: tuple[tuple[date, bool], ...]
) -> None:
    now = max(event.at for event in log) + wait * MINUTE
    for changed in ((), change):
        calendar, passed = office(changed)
        clock = order_clock(log, StepLimit(step, 45 * MINUTE), calendar, now)
        assert (None if clock is None else clock.used) == counted(log, step, now, passed)
        assert clock is None or (clock.breached_at is not None) == (clock.used > clock.limit)


def test_arrival_ends_one_clock_and_suspension_stops_the_other() -> None:
    log = [
        OrderEvent(action, START + minutes * MINUTE)
        for action, minutes in (
            (OrderAction.CREATE, 0), (OrderAction.ACCEPT, 1), (OrderAction.DISPATCH, 2), (OrderAction.TAKE, 10),
            (OrderAction.ARRIVE, 31), (OrderAction.SUSPEND, 41),
        )
    ]  # fmt: skip
    now = START + 500 * MINUTE
    arrival = order_clock(log, StepLimit(LimitStep.ARRIVE, 45 * MINUTE), ALWAYS, now)
    finish = order_clock(log, StepLimit(LimitStep.FINISH, 240 * MINUTE), ALWAYS, now)
    assert arrival is not None
    assert finish is not None
    assert (arrival.used, arrival.state) == (30 * MINUTE, "ended")
    assert (finish.used, finish.state, finish.due_at) == (40 * MINUTE, "paused", None)


def appointed(at: int, starts: int) -> OrderEvent:
    moments = {"starts_at": START + starts * MINUTE, "ends_at": START + (starts + 120) * MINUTE}
    data = {name: moment.isoformat() for name, moment in moments.items()}
    return OrderEvent(OrderAction.APPOINT, START + at * MINUTE, data)


def test_appointment_runs_out_when_its_time_ends_also_while_the_order_is_suspended() -> None:
    log = [
        OrderEvent(OrderAction.CREATE, START), OrderEvent(OrderAction.ACCEPT, START), appointed(1, 60),
        appointed(10, 600), OrderEvent(OrderAction.SUSPEND, START + 20 * MINUTE),
    ]  # fmt: skip
    late = START + 721 * MINUTE
    found = appointment_clock(log, ALWAYS, late)
    assert found is not None
    promised, clock = found
    assert promised.starts_at == START + 600 * MINUTE
    assert (clock.state, clock.breached_at) == ("running", START + 720 * MINUTE)
    arrived = [*log, OrderEvent(OrderAction.ARRIVE, START + 650 * MINUTE)]
    kept = appointment_clock(arrived, ALWAYS, late)
    assert kept is not None
    assert (kept[1].state, kept[1].breached_at, appointment_of(arrived)) == ("ended", None, None)
    assert appointment_of([*log, OrderEvent(OrderAction.DROP_APPOINTMENT, late)]) is None


def test_promised_time_is_told_in_the_zone_of_the_installation() -> None:
    log = [OrderEvent(OrderAction.CREATE, START), OrderEvent(OrderAction.ACCEPT, START), appointed(1, 60)]
    (here,), (away,) = clocks_of(log, START, ZONE), clocks_of(log, START, ZoneInfo("America/New_York"))
    assert (here.source, away.source) == ("2026-03-01 18:00–20:00", "2026-03-01 05:00–07:00")
