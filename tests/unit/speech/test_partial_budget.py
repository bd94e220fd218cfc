from __future__ import annotations

import pytest

from speech.partial_budget import BURST_SECONDS, PartialBudget

pytestmark = pytest.mark.unit


def partials_within(budget: PartialBudget, seconds: float, *, each_takes: float, asked_every: float = 0.0) -> int:
    """Count the partials of a worker that begins the next one as soon as it may, and no sooner than it is asked."""
    now, count = 0.0, 0
    while now < seconds:
        now += max(budget.seconds_until_free(now), asked_every - each_takes)
        now += each_takes
        budget.charge(each_takes, now)
        count += 1
    return count


def test_quick_partials_of_one_call_are_never_held_back():
    budget = PartialBudget(2, 0.25)
    assert partials_within(budget, 60, each_takes=0.2, asked_every=1.0) == 60


@pytest.mark.parametrize("each_takes", [0.2, 0.5, 1.0, 2.0])
def test_interval_widens_with_what_a_partial_takes(each_takes: float):
    seconds = 120.0
    spent = each_takes * partials_within(PartialBudget(2, 0.25), seconds, each_takes=each_takes)
    assert spent == pytest.approx(0.5 * seconds, abs=BURST_SECONDS + 2 * each_takes)


def test_quiet_time_saves_no_more_than_a_burst():
    budget = PartialBudget(2, 0.25)
    budget.charge(0.1, now=1.0)
    budget.charge(BURST_SECONDS + 0.5, now=1000.0)
    assert budget.seconds_until_free(1000.0) == pytest.approx(1.0)
    assert budget.seconds_until_free(1001.0) == 0.0


def test_new_budget_is_full():
    budget = PartialBudget(1, 0.1)
    budget.charge(BURST_SECONDS, now=5.0)
    assert budget.seconds_until_free(5.0) == 0.0
    budget.charge(0.1, now=5.0)
    assert budget.seconds_until_free(5.0) == pytest.approx(1.0)


@pytest.mark.parametrize(("busy", "left"), [(0.0, 0.5), (1.2, 0.2), (2.0, 0.0)])
def test_partials_have_their_share_of_what_finals_leave(busy: float, left: float):
    budget, spent = PartialBudget(2, 0.25), 0.0
    for second in range(1, 121):
        budget.charge_needed(busy, float(second))
        if budget.seconds_until_free(float(second)) == 0.0:
            budget.charge(0.3, float(second))
            spent += 0.3
    assert spent == pytest.approx(min(0.3, left) * 120, abs=BURST_SECONDS + 0.3)
