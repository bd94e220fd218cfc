from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist_api.work_orders.mass_faults import (
    ALARM_BELOW,
    HISTORY,
    WINDOW,
    Matter,
    Report,
    ReportKind,
    chance_of,
    find_surges,
    group_of,
)

pytestmark = pytest.mark.unit

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
MATTER = Matter("解放路", "power", "power.outage")


def reports(count: int, matter: Matter = MATTER) -> list[Report]:
    return [
        Report(ReportKind.ORDER, UUID(int=place + 1), NOW - timedelta(minutes=place), matter) for place in range(count)
    ]


def test_three_reports_of_a_quiet_street_are_a_mass_fault_and_two_are_none() -> None:
    assert find_surges(reports(2), {}) == []
    (surge,) = find_surges(reports(3), {})
    assert surge.matter == MATTER
    assert [report.at for report in surge.reports] == sorted(report.at for report in surge.reports)


def test_busy_area_needs_more_reports_than_a_quiet_one() -> None:
    hourly = {MATTER: int(HISTORY / WINDOW) * 2}
    assert find_surges(reports(6), hourly) == []
    assert len(find_surges(reports(15), hourly)) == 1


def test_reports_of_other_matters_and_without_an_area_do_not_add_up() -> None:
    water = Matter("解放路", "water", "water.supply")
    assert find_surges([*reports(2), *reports(2, water)], {}) == []
    assert find_surges(reports(9, Matter("", "power", "power.outage")), {}) == []


def test_group_is_the_first_two_steps_of_the_situation() -> None:
    assert group_of("fault/power.outage.single") == "power.outage"
    assert group_of(None) == ""


@given(count=st.integers(0, 60), past=st.integers(0, 3_000))
def test_chance_falls_with_reports_and_rises_with_the_usual_rate(count: int, past: int) -> None:
    chance = chance_of(count, past)
    assert 0 <= chance <= 1
    assert chance_of(count + 1, past) <= chance + 1e-12
    assert chance_of(count, past + 50) >= chance - 1e-12


@given(past=st.integers(0, 3_000))
def test_usual_number_of_reports_never_alarms(past: int) -> None:
    usual = round(past / (HISTORY / WINDOW))
    assert chance_of(usual, past) > ALARM_BELOW
