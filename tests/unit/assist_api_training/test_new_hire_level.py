from __future__ import annotations

from uuid import uuid4

import pytest

from assist_api.hints.extra import ExtraHints
from assist_api.hints.policy import HintPolicy
from assist_api.new_hires.level import MOST_HELP, MeasureName, Result, judged, level_of
from assist_api.new_hires.policy import NewHirePolicy

pytestmark = pytest.mark.unit

POLICY = NewHirePolicy()
GOOD: dict[MeasureName, Result] = {
    "lessons": Result(2, 80.0),
    "categories": Result(10, 80.0),
    "cards": Result(20, 50.0),
}


@pytest.mark.parametrize("passed", range(MOST_HELP + 1))
def test_each_result_that_is_good_enough_takes_a_level_away(passed: int) -> None:
    results = dict(list(GOOD.items())[:passed])
    assert level_of(judged(results, POLICY), None) == MOST_HELP - passed


@pytest.mark.parametrize("too_little", [Result(19, 100.0), Result(50, 49.9)])
def test_few_calls_or_a_low_share_take_nothing_away_and_the_level_comes_back(too_little: Result) -> None:
    assert level_of(judged({**GOOD, "cards": too_little}, POLICY), None) == 1


def test_a_fixed_level_stands_above_the_results() -> None:
    assert level_of(judged(GOOD, POLICY), 2) == 2
    assert level_of(judged({}, POLICY), 0) == 0


def test_extra_hints_widen_the_budget_of_their_account_alone() -> None:
    extra, new_hire = ExtraHints(), uuid4()
    extra.replace({new_hire: 6})
    policy = HintPolicy(hints_per_minute=3)
    assert extra.widened(policy, new_hire).hints_per_minute == 9
    assert extra.widened(policy, uuid4()) is extra.widened(policy, None) is policy
    silent = HintPolicy(hints_per_minute=0)
    assert extra.widened(silent, new_hire) is silent
