from __future__ import annotations

import random
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


def test_sixty_simulated_days_have_few_false_alarms_and_find_faults_at_the_third_report() -> None:
    """200 matters of 0.02 to 3 reports a day by chance; a fault brings one report every two minutes."""
    chance = random.Random(5)  # noqa: S311  # rejected: a simulation
    days, rates = 60, [0.02 * 150 ** (place / 199) for place in range(200)]
    first = HISTORY / timedelta(days=1)
    false_alarms = 0
    needed: list[int] = []
    for rate in rates:
        moments = sorted(chance.uniform(0, first + days) for _ in range(poisson(chance, rate * (first + days))))
        fault_at = chance.uniform(first, first + days)
        is_alarming = False
        for place, moment in enumerate(moments):
            if moment >= first:
                was, is_alarming = is_alarming, alarms(moments[: place + 1], moment)
                false_alarms += is_alarming and not was
        for count in range(1, 20):
            end = fault_at + count * 2 / 1_440
            during = [fault_at + step * 2 / 1_440 for step in range(count)]
            if alarms(sorted([*(moment for moment in moments if moment < end), *during]), end):
                needed.append(count)
                break
    assert false_alarms / (days / 7) <= 1
    assert len(needed) == len(rates)
    assert sorted(needed)[int(len(needed) * 0.9)] <= 4
    assert max(needed) <= 6


def poisson(chance: random.Random, mean: float) -> int:
    """Return a Poisson number: arrivals of unit rate before `mean`."""
    count, at = -1, 0.0
    while at < mean:
        at += chance.expovariate(1)
        count += 1
    return count


def alarms(moments: list[float], now: float) -> bool:
    """Tell whether reports at these moments (days) alarm now."""
    window, history = WINDOW / timedelta(days=1), HISTORY / timedelta(days=1)
    recent = sum(now - window < moment <= now for moment in moments)
    past = sum(now - window - history <= moment <= now - window for moment in moments)
    return bool(find_surges(reports(recent), {MATTER: past}))
