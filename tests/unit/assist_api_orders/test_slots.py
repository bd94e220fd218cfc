from __future__ import annotations

from datetime import UTC, date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from assist_api.work_orders.policy import SlotRule, WorkOrderSlots
from assist_api.work_orders.slots import offer, slots_of, with_taken
from kit.calendar import NoHolidays

pytestmark = pytest.mark.unit

ZONE = ZoneInfo("Asia/Shanghai")

UNIT, OTHER = UUID(int=1), UUID(int=2)
FRIDAY = datetime(2026, 3, 6, 2, 30, tzinfo=UTC)
"""10:30 in Shanghai."""


class OneHoliday(NoHolidays):
    def is_holiday(self, day: date) -> bool:
        return day == date(2026, 3, 9)

    def is_make_up_day(self, day: date) -> bool:
        return day == date(2026, 3, 7)


def rule(start: str, end: str, *, unit: UUID = UNIT, area: str = "", capacity: int = 2) -> SlotRule:
    return SlotRule(
        unit_id=unit, area=area, start=time.fromisoformat(start), end=time.fromisoformat(end), capacity=capacity
    )


POLICY = WorkOrderSlots(rules=(rule("09:00", "11:00"), rule("14:00", "16:30"), rule("08:00", "09:00", unit=OTHER)))


def starts(policy: WorkOrderSlots, place: str = "", holidays: NoHolidays | None = None) -> list[str]:
    found = slots_of(policy, UNIT, place, FRIDAY, holidays or NoHolidays(), ZONE)
    return [f"{slot.starts_at.astimezone(ZONE):%d %H:%M}" for slot in found]


def test_slots_are_those_of_the_unit_on_working_days_that_are_still_ahead() -> None:
    short = POLICY.model_copy(update={"days_ahead": 3})
    assert starts(short) == ["06 14:00", "09 09:00", "09 14:00"]
    assert starts(short, holidays=OneHoliday()) == ["06 14:00", "07 09:00", "07 14:00"]


def test_rule_that_names_a_part_of_the_place_counts_before_rules_of_every_area() -> None:
    short = WorkOrderSlots(rules=(*POLICY.rules, rule("18:00", "20:00", area="解放路")), days_ahead=1)
    assert starts(short, "兰山区 解放路 阳光花园") == ["06 18:00"]
    assert starts(short, "兰山区 沂蒙路") == ["06 14:00"]


def test_one_sentence_offers_the_first_three_free_times() -> None:
    slots = slots_of(POLICY, UNIT, "", FRIDAY, NoHolidays(), ZONE)
    full = with_taken(slots, {("", slots[1].starts_at): 2})
    assert offer(full, FRIDAY, ZONE).zh == (
        "师傅可以在今天下午两点到四点半、三月九号周一下午两点到四点半，或者三月十号周二上午九点到十一点上门，您看哪个时间方便？"
    )
    assert offer(full[:1], FRIDAY, ZONE).en == "The crew can come today from 14:00 to 16:30; which suits you?"
    assert "约满" in offer([], FRIDAY, ZONE).zh
