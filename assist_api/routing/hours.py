"""Opening hours of a number on the working calendar of the kit. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from assist_api.routing.book import OpeningHours, OpenShift
from kit.calendar import ChinaHolidays, NoHolidays, Shift, WorkingCalendar

WEEKDAYS = 7


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
    moment = shift.end if of_end else shift.start
    return moment.hour * 60 + moment.minute


def _shifts(shifts: Sequence[OpenShift]) -> tuple[Shift, ...]:
    return tuple(Shift(shift.start, shift.end) for shift in shifts)
