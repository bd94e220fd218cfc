from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.calendar import (
    OFFICE_DAY,
    ChinaHolidays,
    NoWorkingTimeError,
    Shift,
    WorkingCalendar,
    around_the_clock,
    office_hours,
)
from kit.sla import (
    ClockState,
    Ended,
    EventOrderError,
    LimitChanged,
    Paused,
    Resumed,
    SLAEvent,
    Started,
    sla_clock,
)

pytestmark = pytest.mark.unit

CHINA = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)


def local(text: str, zone: ZoneInfo = CHINA) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


# ---------------------------------------------------------------- days


def test_split_shift_leaves_the_noon_break_out() -> None:
    office = office_hours(CHINA)
    assert office.working_time_between(local("2026-03-02T08:00"), local("2026-03-02T20:00")) == hours(7.5)
    assert office.add_working_time(local("2026-03-02T11:30"), hours(1)) == local("2026-03-02T14:30")


def test_spring_festival_and_its_make_up_days() -> None:
    office = office_hours(CHINA)
    assert office.shifts_of(date(2026, 2, 14)) == OFFICE_DAY, "a Saturday that is worked"
    assert office.shifts_of(date(2026, 2, 16)) == (), "a Monday that is off"
    assert office.add_working_time(local("2026-02-14T17:00"), hours(2)) == local("2026-02-24T09:30")
    assert ChinaHolidays().is_announced(2026)


def test_statutory_days_of_the_next_year_are_known() -> None:
    office = office_hours(CHINA)
    assert office.shifts_of(date(2027, 1, 1)) == office.shifts_of(date(2027, 10, 1)) == ()
    assert office.shifts_of(date(2027, 3, 1)) == OFFICE_DAY


def test_special_day_counts_before_holiday_and_weekday() -> None:
    half = (Shift(time(9), time(12)),)
    special = {date(2026, 2, 16): half, date(2026, 3, 3): ()}
    calendar = WorkingCalendar(CHINA, dict.fromkeys(range(5), OFFICE_DAY), ChinaHolidays(), special_days=special)
    assert calendar.working_time_between(local("2026-02-16T00:00"), local("2026-02-17T00:00")) == hours(3)
    assert calendar.working_time_between(local("2026-03-03T00:00"), local("2026-03-04T00:00")) == hours(0)


def test_night_shift_belongs_to_the_day_it_begins() -> None:
    nights = WorkingCalendar(CHINA, {0: (Shift(time(22), time(6)),)})
    assert nights.working_time_between(local("2026-03-03T00:00"), local("2026-03-04T00:00")) == hours(6)
    assert nights.is_working_at(local("2026-03-03T05:59"))
    assert not nights.is_working_at(local("2026-03-03T06:00"))


def test_hour_that_a_clock_change_repeats_counts_twice() -> None:
    always = around_the_clock(BERLIN)
    assert always.working_time_between(local("2026-10-25T00:00", BERLIN), local("2026-10-26T00:00", BERLIN)) == hours(
        25
    )
    assert always.working_time_between(local("2026-03-29T00:00", BERLIN), local("2026-03-30T00:00", BERLIN)) == hours(
        23
    )


def test_overlapping_shifts_count_once() -> None:
    calendar = WorkingCalendar(CHINA, {0: (Shift(time(8), time(14)), Shift(time(12), time(18)))})
    assert calendar.working_time_between(local("2026-03-02T00:00"), local("2026-03-03T00:00")) == hours(10)


def test_calendar_without_working_time_says_so() -> None:
    with pytest.raises(NoWorkingTimeError):
        WorkingCalendar(CHINA, {}).add_working_time(local("2026-03-02T00:00"), MINUTE)


@pytest.mark.parametrize(
    "call",
    [
        lambda calendar: calendar.working_time_between(datetime(2026, 3, 2), datetime(2026, 3, 3)),  # noqa: DTZ001  # rejected: the error
        lambda calendar: calendar.add_working_time(local("2026-03-02T00:00"), -MINUTE),
    ],
)
def test_naive_moments_and_negative_amounts_are_refused(call: Callable[[WorkingCalendar], object]) -> None:
    with pytest.raises(ValueError, match="naive|negative"):
        call(office_hours(CHINA))


# ---------------------------------------------------------------- against a naive oracle

minute_of_day = st.integers(0, 1439).map(lambda minute: time(minute // 60, minute % 60))
shifts = st.lists(st.builds(Shift, minute_of_day, minute_of_day), max_size=3).map(tuple)
FIRST = date(2026, 2, 12)
calendars = st.builds(
    WorkingCalendar,
    zone=st.just(CHINA),
    week=st.dictionaries(st.integers(0, 6), shifts),
    holidays=st.just(ChinaHolidays()),
    make_up_shifts=st.none() | shifts,
    special_days=st.dictionaries(st.integers(0, 5).map(lambda days: FIRST + timedelta(days=days)), shifts, max_size=2),
)
moments = st.integers(0, 5 * 1440).map(lambda minutes: local(FIRST.isoformat() + "T00:00") + minutes * MINUTE)


def is_worked(calendar: WorkingCalendar, moment: datetime) -> bool:
    """Look at the wall clock of one minute, as a person would."""
    at = moment.astimezone(CHINA)
    wall = at.time()
    today = any(
        (shift.start <= wall < shift.end) if shift.start < shift.end else wall >= shift.start
        for shift in calendar.shifts_of(at.date())
    )
    yesterday = any(
        shift.end <= shift.start and wall < shift.end for shift in calendar.shifts_of(at.date() - timedelta(days=1))
    )
    return today or yesterday


def minutes_between(start: datetime, end: datetime) -> list[datetime]:
    start = start.astimezone(UTC)
    return [start + minute * MINUTE for minute in range(max(0, (end - start) // MINUTE))]


@settings(max_examples=60)
@given(calendars, moments, moments)
def test_working_time_is_what_counting_minutes_gives(calendar: WorkingCalendar, start: datetime, end: datetime) -> None:
    counted = sum(is_worked(calendar, minute) for minute in minutes_between(start, end))
    assert calendar.working_time_between(start, end) == counted * MINUTE


@settings(max_examples=60)
@given(calendars, moments, moments)
def test_added_working_time_ends_at_the_first_moment_at_which_it_has_passed(
    calendar: WorkingCalendar, start: datetime, end: datetime
) -> None:
    amount = calendar.working_time_between(start, end)
    due = calendar.add_working_time(start, amount)
    assert due <= max(start, end)
    assert calendar.working_time_between(start, due) == amount
    assert not amount or calendar.working_time_between(start, due - MINUTE) < amount


# ---------------------------------------------------------------- the clock of a limit


def test_pause_stops_the_clock_and_moves_the_due_time() -> None:
    office = office_hours(CHINA)
    log: list[SLAEvent] = [Started(local("2026-03-02T09:00"), hours(4))]
    assert sla_clock(log, office, local("2026-03-02T10:00")).due_at == local("2026-03-02T15:00")
    log.append(Paused(local("2026-03-02T10:00")))
    paused = sla_clock(log, office, local("2026-03-02T16:00"))
    assert (paused.state, paused.used, paused.due_at) == (ClockState.PAUSED, hours(1), None)
    log.append(Resumed(local("2026-03-02T16:00")))
    running = sla_clock(log, office, local("2026-03-02T16:00"))
    assert (running.remaining, running.due_at) == (hours(3), local("2026-03-03T09:30"))


def test_pauses_for_two_reasons_overlap() -> None:
    log = (
        Started(local("2026-03-02T09:00"), hours(8)),
        Paused(local("2026-03-02T10:00"), "customer"),
        Paused(local("2026-03-02T11:00"), "weather"),
        Resumed(local("2026-03-02T12:00"), "customer"),
        Resumed(local("2026-03-02T13:00"), "weather"),
    )
    assert sla_clock(log, around_the_clock(CHINA), local("2026-03-02T14:00")).used == hours(2)


def test_changed_limit_keeps_pauses_and_used_time() -> None:
    log: list[SLAEvent] = [
        Started(local("2026-03-02T09:00"), hours(2)),
        Paused(local("2026-03-02T10:00")),
        Resumed(local("2026-03-02T12:00")),
        LimitChanged(local("2026-03-02T12:30"), hours(5)),
    ]
    clock = sla_clock(log, around_the_clock(CHINA), local("2026-03-02T13:00"))
    assert (clock.used, clock.limit, clock.due_at) == (hours(2), hours(5), local("2026-03-02T16:00"))
    shorter = [*log, LimitChanged(local("2026-03-02T13:00"), hours(1))]
    assert sla_clock(shorter, around_the_clock(CHINA), local("2026-03-02T14:00")).breached_at == local(
        "2026-03-02T13:00"
    )
    longer = [*shorter, LimitChanged(local("2026-03-02T14:00"), hours(9))]
    assert sla_clock(longer, around_the_clock(CHINA), local("2026-03-02T14:00")).breached_at is None


def test_end_stops_the_clock_for_good() -> None:
    log = (Started(local("2026-03-02T09:00"), hours(1)), Ended(local("2026-03-02T11:00")))
    clock = sla_clock(log, around_the_clock(CHINA), local("2026-03-09T00:00"))
    assert (clock.state, clock.used, clock.breached_at) == (ClockState.ENDED, hours(2), local("2026-03-02T10:00"))


@pytest.mark.parametrize(
    "log",
    [
        (),
        (Paused(local("2026-03-02T09:00")),),
        (Started(local("2026-03-02T09:00"), hours(1)), Started(local("2026-03-02T10:00"), hours(1))),
        (
            Started(local("2026-03-02T09:00"), hours(1)),
            Ended(local("2026-03-02T10:00")),
            Paused(local("2026-03-02T11:00")),
        ),
    ],
)
def test_log_out_of_order_is_refused(log: tuple[SLAEvent, ...]) -> None:
    with pytest.raises(EventOrderError):
        sla_clock(log, around_the_clock(CHINA), local("2026-03-02T12:00"))


steps = st.lists(
    st.tuples(
        st.sampled_from(["pause a", "pause b", "resume a", "resume b", "limit"]),
        st.integers(-120, 900),
        st.integers(0, 1500),
    ),
    max_size=8,
)


def log_of(start: datetime, limit: int, made: list[tuple[str, int, int]]) -> list[SLAEvent]:
    """Build a log whose clock jumps back now and then."""
    log: list[SLAEvent] = [Started(start, limit * MINUTE)]
    at = start
    for what, minutes, value in made:
        at += minutes * MINUTE
        if what == "limit":
            log.append(LimitChanged(at, value * MINUTE))
        else:
            kind = Paused if what.startswith("pause") else Resumed
            log.append(kind(at, what[-1]))
    return log


@settings(max_examples=60)
@given(calendars, moments, st.integers(0, 1500), steps, st.integers(0, 600))
def test_clock_is_what_counting_minutes_gives(
    calendar: WorkingCalendar, start: datetime, limit: int, made: list[tuple[str, int, int]], later: int
) -> None:
    log = log_of(start, limit, made)
    now = max(event.at for event in log) + later * MINUTE
    used, waits, breached_at, in_force = 0, set[str](), None, limit
    # The wall clock of the oracle: the latest moment seen so far.
    seen = start
    for event in [*log, None]:
        until = now if event is None else max(seen, event.at)
        for minute in minutes_between(seen, until):
            if not waits and is_worked(calendar, minute):
                if used == in_force and breached_at is None:
                    breached_at = minute
                used += 1
        seen = until
        if isinstance(event, Paused):
            waits.add(event.reason)
        elif isinstance(event, Resumed):
            waits.discard(event.reason)
        elif isinstance(event, LimitChanged):
            in_force = event.limit // MINUTE
            if used <= in_force:
                breached_at = None
            elif breached_at is None:
                breached_at = seen
    try:
        clock = sla_clock(log, calendar, now)
    except NoWorkingTimeError:
        assert not any(calendar.week.values()) or used < in_force
        return
    assert (clock.used // MINUTE, clock.limit // MINUTE) == (used, in_force)
    assert (clock.breached_at is None) is (breached_at is None)
    assert clock.breached_at is None or breached_at is None or clock.breached_at <= breached_at
    if clock.due_at is not None:
        assert calendar.working_time_between(now, clock.due_at) == clock.remaining
    # A clock that asks again later agrees with one that asked in between: nothing is stored.
    assert sla_clock(log, calendar, now) == clock
