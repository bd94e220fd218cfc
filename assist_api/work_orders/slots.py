"""Slots in which a crew can come: which are free, and one sentence that offers them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from assist_api.work_orders.policy import SlotRule, WorkOrderSlots
from assist_api.work_orders.questions import Wording
from kit.calendar import HolidayTable
from kit.numerals import say_count

MOST_SPOKEN = 3
"""Times that one sentence offers; a caller keeps no more in mind."""
_DAY = timedelta(days=1)
_FRIDAY = 5
_WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_ENGLISH_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NEAR = ("今天", "明天", "后天")
_ENGLISH_NEAR = ("today", "tomorrow", "the day after tomorrow")
_PARTS = ((6, "凌晨"), (12, "上午"), (13, "中午"), (18, "下午"), (25, "晚上"))


@dataclass(frozen=True, slots=True)
class Slot:
    """A span of time in which a crew of a unit can come.

    Attributes:
        unit_id: Of the crew.
        area: Of the rule that gives the slot; empty for a rule of every area.
        starts_at: Beginning.
        ends_at: End; a crew that arrives later broke the promise.
        capacity: Visits that the unit can make in it.
        taken: Visits that are promised already.
    """

    unit_id: UUID
    area: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    taken: int = 0

    @property
    def free(self) -> int:
        """How many more visits can be promised."""
        return max(self.capacity - self.taken, 0)


def rules_for(rules: Iterable[SlotRule], unit_id: UUID, place: str) -> list[SlotRule]:
    """Return the rules of a unit for a place: those that name a part of it, else those of every area.

    Args:
        rules: In force.
        unit_id: Whose crews come.
        place: Every name of the place, from the district on.
    """
    own = [rule for rule in rules if rule.unit_id == unit_id and rule.area in place]
    named = [rule for rule in own if rule.area]
    longest = max((len(rule.area) for rule in named), default=0)
    return [rule for rule in named if len(rule.area) == longest] or own


def slots_of(
    policy: WorkOrderSlots, unit_id: UUID, place: str, now: datetime, holidays: HolidayTable, zone: ZoneInfo
) -> list[Slot]:
    """Return the slots of a unit for a place in the coming days, the earliest first, none of them taken."""
    earliest = now + timedelta(minutes=policy.lead_minutes)
    today = now.astimezone(zone).date()
    found: dict[tuple[str, datetime], Slot] = {}
    for rule in rules_for(policy.rules, unit_id, place):
        for day in _days(rule, today, policy.days_ahead, holidays):
            starts_at = datetime.combine(day, rule.start, zone).astimezone(UTC)
            last = day if rule.end > rule.start else day + _DAY
            ends_at = datetime.combine(last, rule.end, zone).astimezone(UTC)
            if starts_at >= earliest:
                # Two rules of one area that begin together are one slot: the later rule counts.
                found[rule.area, starts_at] = Slot(unit_id, rule.area, starts_at, ends_at, rule.capacity)
    return sorted(found.values(), key=lambda slot: slot.starts_at)


def _days(rule: SlotRule, today: date, ahead: int, holidays: HolidayTable) -> Iterator[date]:
    for offset in range(ahead + 1):
        day = today + offset * _DAY
        is_valid = (rule.valid_from is None or rule.valid_from <= day) and (
            rule.valid_until is None or day <= rule.valid_until
        )
        if is_valid and (_is_worked(rule, day, holidays) if not rule.works_on_holidays else _is_wanted(rule, day)):
            yield day


def _is_wanted(rule: SlotRule, day: date) -> bool:
    return day.isoweekday() in rule.weekdays


def _is_worked(rule: SlotRule, day: date, holidays: HolidayTable) -> bool:
    if holidays.is_holiday(day):
        return False
    # On a weekend that makes up for a holiday, a crew of weekdays works.
    is_make_up = holidays.is_make_up_day(day) and any(weekday <= _FRIDAY for weekday in rule.weekdays)
    return is_make_up or _is_wanted(rule, day)


def with_taken(slots: Iterable[Slot], taken: Mapping[tuple[str, datetime], int]) -> list[Slot]:
    """Return slots with the visits that are promised, by area of the rule and beginning."""
    return [
        Slot(
            slot.unit_id, slot.area, slot.starts_at, slot.ends_at, slot.capacity,
            taken.get((slot.area, slot.starts_at), 0),
        )
        for slot in slots
    ]  # fmt: skip


def offer(slots: Sequence[Slot], now: datetime, zone: ZoneInfo) -> Wording:
    """Return one sentence that offers the first free slots to a caller."""
    free = [slot for slot in slots if slot.free][:MOST_SPOKEN]
    if not free:
        return Wording(
            zh="最近几天的上门时间都约满了，我们会尽快跟您联系。",
            en="All visiting times of the next days are taken; we will get back to you soon.",
        )
    today = now.astimezone(zone).date()
    said = [_said(slot, today, zone) for slot in free]
    english = [_english(slot, today, zone) for slot in free]
    zh = said[0] if len(said) == 1 else f"{'、'.join(said[:-1])}，或者{said[-1]}"
    en = english[0] if len(english) == 1 else f"{', '.join(english[:-1])} or {english[-1]}"
    return Wording(zh=f"师傅可以在{zh}上门，您看哪个时间方便？", en=f"The crew can come {en}; which suits you?")


def _said(slot: Slot, today: date, zone: ZoneInfo) -> str:
    starts, ends = slot.starts_at.astimezone(zone), slot.ends_at.astimezone(zone)
    first, last = _part(starts), _part(ends)
    end = _hour(ends) if first == last else last + _hour(ends)
    return f"{_day_name(starts.date(), today)}{first}{_hour(starts)}到{end}"


def _day_name(day: date, today: date) -> str:
    ahead = (day - today).days
    if ahead < len(_NEAR):
        return _NEAR[ahead]
    return f"{say_count(day.month)}月{say_count(day.day)}号{_WEEKDAYS[day.weekday()]}"


def _part(moment: datetime) -> str:
    return next(name for until, name in _PARTS if moment.hour < until)


def _hour(moment: datetime) -> str:
    hour = moment.hour - 12 if moment.hour > 12 else moment.hour
    said = "两" if hour == 2 else say_count(hour)
    if moment.minute == 0:
        return f"{said}点"
    return f"{said}点半" if moment.minute == 30 else f"{said}点{say_count(moment.minute)}分"


def _english(slot: Slot, today: date, zone: ZoneInfo) -> str:
    starts, ends = slot.starts_at.astimezone(zone), slot.ends_at.astimezone(zone)
    ahead = (starts.date() - today).days
    near = (
        _ENGLISH_NEAR[ahead] if ahead < len(_ENGLISH_NEAR) else f"on {_ENGLISH_DAYS[starts.weekday()]} {starts:%d %b}"
    )
    return f"{near} from {starts:%H:%M} to {ends:%H:%M}"
