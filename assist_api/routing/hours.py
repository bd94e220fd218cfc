"""Opening hours of a number on the working calendar of the kit. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from assist_api.routing.book import OpeningHours, OpenShift
from cti_adapter.asterisk.open_times import OpenDay, OpenTimes, Span
from kit.calendar import ChinaHolidays, NoHolidays, Shift, WorkingCalendar

WEEKDAYS = 7
DAY_MINUTES = 24 * 60
FORESEEN_DAYS = 300
"""The exchange's dates have no year: less than one, so that a date means one day."""


def calendar_of(hours: OpeningHours, zone: ZoneInfo) -> WorkingCalendar:
    """Return the calendar of opening hours."""
    return WorkingCalendar(
        zone,
        {weekday: _shifts(hours.week[weekday]) for weekday in range(WEEKDAYS)},
        ChinaHolidays() if hours.keeps_holidays else NoHolidays(),
        special_days={special.day: _shifts(special.shifts) for special in hours.special_days},
    )


def is_open(hours: OpeningHours, at: datetime, zone: ZoneInfo) -> bool:
    """Tell whether a number with these hours is open at a moment."""
    return calendar_of(hours, zone).is_working_at(at)


def open_times(hours: OpeningHours, zone: ZoneInfo, today: date) -> OpenTimes:
    """Return the hours as the exchange asks them while this server is away: the week, and what differs in a year."""
    calendar = calendar_of(hours, zone)
    week = tuple(_spans(hours.week[weekday], hours.week[weekday - 1]) for weekday in range(WEEKDAYS))
    days = []
    for day in (today + timedelta(days=number) for number in range(FORESEEN_DAYS)):
        spans = _spans(calendar.shifts_of(day), calendar.shifts_of(day - timedelta(days=1)))
        if spans != week[day.weekday()]:
            days.append(OpenDay(day.month, day.day, spans))
    return OpenTimes(zone.key, week, tuple(days))


def _spans(
    shifts: Sequence[OpenShift] | Sequence[Shift], before: Sequence[OpenShift] | Sequence[Shift]
) -> tuple[Span, ...]:
    """Return the parts of a day that are open, also those of a shift that began the day before."""
    late = [(0, _minute(shift.end)) for shift in before if shift.end <= shift.start]
    own = [(_minute(shift.start), _minute(shift.end) if shift.end > shift.start else DAY_MINUTES) for shift in shifts]
    return tuple((_clock(start), _clock(end - 1)) for start, end in sorted((*late, *own)) if start < end)


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def gaps(hours: OpeningHours) -> list[tuple[int, str, str]]:
    """Return breaks of less than six hours inside a weekday: (weekday, from, until), where a shift may be missing."""
    found = []
    for weekday, shifts in enumerate(hours.week):
        ordered = sorted(shifts, key=lambda shift: shift.start)
        for before, after in zip(ordered, ordered[1:], strict=False):
            is_gap = before.start < before.end < after.start
            if is_gap and _minutes(after) - _minutes(before, of_end=True) < timedelta(hours=6).seconds // 60:
                found.append((weekday, before.end.strftime("%H:%M"), after.start.strftime("%H:%M")))
    return found


def closed_weekdays(hours: OpeningHours) -> list[int]:
    """Return the weekdays without a shift, Monday being 0."""
    return [weekday for weekday, shifts in enumerate(hours.week) if not shifts]


def _minutes(shift: OpenShift, *, of_end: bool = False) -> int:
    return _minute(shift.end if of_end else shift.start)


def _shifts(shifts: Sequence[OpenShift]) -> tuple[Shift, ...]:
    return tuple(Shift(shift.start, shift.end) for shift in shifts)
