"""Working time: shifts of a week, holidays with their make-up days, and special days. Pure.

Moments are timezone-aware; shifts are local times of one zone. Lengths are real time, so that an hour which a clock
change repeats counts twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

import holidays

SEARCHED_DAYS = 3_660
"""How far `add_working_time` looks ahead; ten years without enough working time is a calendar with a mistake."""
_DAY = timedelta(days=1)
_NONE = timedelta(0)
MONDAY, SATURDAY = 0, 5


class NoWorkingTimeError(ValueError):
    """The calendar has too little working time in the next ten years."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A span of working time in local time. One whose end is not after its start ends on the next day."""

    start: time
    end: time

    def on(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return the UTC moments between which the shift of a day lies."""
        last = day if self.end > self.start else day + _DAY
        begin = datetime.combine(day, self.start, zone).astimezone(UTC)
        return begin, max(begin, datetime.combine(last, self.end, zone).astimezone(UTC))


OFFICE_DAY = (Shift(time(8, 30), time(12, 0)), Shift(time(14, 0), time(18, 0)))
WHOLE_DAY = (Shift(time(0, 0), time(0, 0)),)


class HolidayTable(Protocol):
    """Knows which days a country has off, and on which days off it works."""

    def is_holiday(self, day: date) -> bool:
        """Tell whether nobody works although it may be a weekday."""
        ...

    def is_make_up_day(self, day: date) -> bool:
        """Tell whether people work although it is a weekend, in exchange for a day off elsewhere."""
        ...


class NoHolidays:
    """A country that never has a day off."""

    def is_holiday(self, day: date) -> bool:
        """Tell that it is none."""
        return False

    def is_make_up_day(self, day: date) -> bool:
        """Tell that it is none."""
        return False


class ChinaHolidays:
    """Public holidays of mainland China with their make-up days (调休), from the package `holidays`.

    The State Council announces exchanged days each November for the next year. Of a year that the package has no
    announcement for, it knows the statutory days alone; give the exchanged ones as special days of the calendar.
    """

    def is_holiday(self, day: date) -> bool:
        """Tell whether the day is off by law or in exchange for a make-up day."""
        return day in _china(day.year)[0]

    def is_make_up_day(self, day: date) -> bool:
        """Tell whether the day is a weekend on which people work."""
        return day in _china(day.year)[1]

    def is_announced(self, year: int) -> bool:
        """Tell whether the package knows the exchanged days of a year."""
        return bool(_china(year)[1])


@lru_cache(maxsize=64)
def _china(year: int) -> tuple[frozenset[date], frozenset[date]]:
    table = holidays.country_holidays("CN", years=year)
    make_up = {day for day in getattr(table, "weekend_workdays", ()) if day.year == year}
    return frozenset(table) - make_up, frozenset(make_up)


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """When an organisation works.

    Attributes:
        zone: Of the local times.
        week: Shifts by weekday, Monday is 0; a weekday without an entry is off.
        holidays: Days off and make-up days.
        make_up_shifts: Shifts of a make-up day; those of Monday when None.
        special_days: Shifts of single days, which count before anything else; empty for a day off.
    """

    zone: ZoneInfo
    week: Mapping[int, Sequence[Shift]]
    holidays: HolidayTable = field(default_factory=NoHolidays)
    make_up_shifts: Sequence[Shift] | None = None
    special_days: Mapping[date, Sequence[Shift]] = field(default_factory=dict)

    def shifts_of(self, day: date) -> Sequence[Shift]:
        """Return the shifts that begin on a local day."""
        if day in self.special_days:
            return self.special_days[day]
        if self.holidays.is_make_up_day(day):
            return self.week.get(MONDAY, ()) if self.make_up_shifts is None else self.make_up_shifts
        return () if self.holidays.is_holiday(day) else self.week.get(day.weekday(), ())

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Return how much working time lies between two moments; none when the end is not after the start.

        Raises:
            ValueError: A moment is naive.
        """
        _check_aware(start, end)
        return sum((till - since for since, till in self._spans(start, end)), _NONE)

    def add_working_time(self, start: datetime, amount: timedelta) -> datetime:
        """Return the first moment at which the amount of working time has passed since the start.

        Raises:
            ValueError: The moment is naive, or the amount is negative.
            NoWorkingTimeError: There is too little working time in the next ten years.
        """
        _check_aware(start)
        if amount < _NONE:
            raise ValueError("an amount of working time is not negative")
        left = amount
        if not left:
            return start
        for since, till in self._spans(start, start + SEARCHED_DAYS * _DAY):
            if till - since >= left:
                return since + left
            left -= till - since
        raise NoWorkingTimeError(f"{left} of working time are missing in the {SEARCHED_DAYS} days after {start}")

    def is_working_at(self, moment: datetime) -> bool:
        """Tell whether a moment is working time; the end of a shift is not."""
        _check_aware(moment)
        return any(True for _ in self._spans(moment, moment + timedelta(microseconds=1)))

    def _spans(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield working time between two moments as UTC spans, in order and without overlaps."""
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        # Shifts of the day before may reach into the first day; shifts that overlap count once.
        day, last = start.astimezone(self.zone).date() - _DAY, end.astimezone(self.zone).date()
        done = start
        while day <= last:
            for since, till in sorted(shift.on(day, self.zone) for shift in self.shifts_of(day)):
                since, till = max(since, done), min(till, end)
                if since < till:
                    yield since, till
                    done = till
            day += _DAY


def around_the_clock(zone: ZoneInfo) -> WorkingCalendar:
    """Return the calendar of those who never close."""
    return WorkingCalendar(zone, dict.fromkeys(range(7), WHOLE_DAY))


def office_hours(
    zone: ZoneInfo, shifts: Sequence[Shift] = OFFICE_DAY, days_off: Collection[int] = (SATURDAY, SATURDAY + 1)
) -> WorkingCalendar:
    """Return the calendar of an office in mainland China: the same shifts on every weekday that is not off."""
    week = {weekday: shifts for weekday in range(7) if weekday not in days_off}
    return WorkingCalendar(zone, week, ChinaHolidays())


def _check_aware(*moments: datetime) -> None:
    if any(moment.tzinfo is None for moment in moments):
        raise ValueError("a naive datetime has no place in a calendar; use Clock.now()")
