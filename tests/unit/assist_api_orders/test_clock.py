from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assist_api.work_orders.clock import LimitStep, StepLimit, appointment_clock, appointment_of, order_clock
from assist_api.work_orders.log import OrderEvent, after, replay
from assist_api.work_orders.transitions import OrderAction, OrderState, legal_actions
from assist_api.work_orders.views import clocks_of
from kit.calendar import around_the_clock

pytestmark = pytest.mark.unit

ZONE = ZoneInfo("Asia/Shanghai")

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
ALWAYS = around_the_clock(ZONE)
MINUTE = timedelta(minutes=1)
PROMISED = [step for step in LimitStep if step is not LimitStep.APPOINTMENT]
"""Steps that run from the acceptance; an appointment runs from the moment at which it was promised."""


@st.composite
def histories(draw: st.DrawFn) -> list[OrderEvent]:
    """Legal logs of random length, with a clock that is set back now and then."""
    log = [OrderEvent(OrderAction.CREATE, START)]
    standing, at = replay(log), START
    for _ in range(draw(st.integers(0, 25))):
        action = draw(st.sampled_from(legal_actions(standing.state)))
        at += draw(st.integers(-3, 90)) * MINUTE
        data = {"step": draw(st.sampled_from(["arrive", "finish"])), "minutes": draw(st.integers(1, 300))}
        log.append(OrderEvent(action, at, data if action is OrderAction.CHANGE_LIMIT else {}))
        standing = after(standing, log[-1])
    return log


def counted(log: list[OrderEvent], step: LimitStep, now: datetime) -> timedelta | None:
    """Replay the log minute by minute: time passes while the order is accepted, not over and not suspended."""
    ends = {OrderAction.MERGE, OrderAction.CANCEL} | {
        LimitStep.ARRIVE: {OrderAction.FINISH, OrderAction.ARRIVE},
        LimitStep.FINISH: {OrderAction.FINISH},
        LimitStep.CONTACT: {OrderAction.CONTACT, OrderAction.ANSWER},
        LimitStep.VERIFY: {OrderAction.VERIFY},
        LimitStep.ANSWER: {OrderAction.ANSWER},
    }[step]
    used, is_running, since, state = None, False, START, OrderState.DRAFT
    for place, event in enumerate([*log, OrderEvent(OrderAction.NOTE, now)]):
        at = max(since, event.at)
        if used is not None and is_running and state is not OrderState.SUSPENDED:
            used += at - since
        since = at
        if event.action in {OrderAction.ACCEPT, OrderAction.REOPEN}:
            used, is_running = timedelta(0), True
        elif event.action in ends:
            is_running = False
        if place < len(log):
            state = replay(log[: place + 1]).state
    return used


@settings(max_examples=100)
@given(log=histories(), step=st.sampled_from(PROMISED), wait=st.integers(0, 600))
def test_clock_equals_a_replay_of_the_log(log: list[OrderEvent], step: LimitStep, wait: int) -> None:
    now = max(event.at for event in log) + wait * MINUTE
    clock = order_clock(log, StepLimit(step, 45 * MINUTE), ALWAYS, now)
    expected = counted(log, step, now)
    assert (None if clock is None else clock.used) == expected


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
