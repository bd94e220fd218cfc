"""When a number is open, as the dialplan asks it while our service does not answer. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
Span = tuple[str, str]
"""First and last minute of a span inside one day, `HH:MM`; both belong to it."""


@dataclass(frozen=True, slots=True)
class OpenDay:
    """One day of the coming year that differs from its weekday: a holiday, a make-up day, a special day."""

    month: int
    day: int
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenTimes:
    """Opening hours of a number.

    Attributes:
        zone: Name of the time zone, such as `Asia/Shanghai`.
        week: Spans of each weekday, Monday first.
        days: Days that differ.
    """

    zone: str
    week: tuple[tuple[Span, ...], ...]
    days: tuple[OpenDay, ...] = ()


def opening_lines(times: OpenTimes) -> Iterator[str]:
    """Yield steps of the dialplan that go to `open` or `closed`: days that differ first, then the week."""
    for day in times.days:
        date = f"{day.day},{MONTHS[day.month - 1]},{times.zone}"
        yield from (f"GotoIfTime({first}-{last},*,{date}?open)" for first, last in day.spans)
        yield f"GotoIfTime(*,*,{date}?closed)"
    for weekday, spans in zip(WEEKDAYS, times.week, strict=True):
        yield from (f"GotoIfTime({first}-{last},{weekday},*,*,{times.zone}?open)" for first, last in spans)
