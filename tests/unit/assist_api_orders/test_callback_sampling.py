from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

import pytest

from assist_api.work_orders.callback_sampling import DANGERS, draw_of, is_dangerous, sample, share_for
from assist_api.work_orders.policy import CALLBACKS, WorkOrderCallbacks
from kit.errors import InvalidInputError

pytestmark = pytest.mark.unit

IDS = [UUID(int=number) for number in range(5_000)]
PAGE_LIST = Path(__file__).parents[3] / "web_agent/src/features/category/danger.ts"


def drawn(percent: int) -> set[UUID]:
    return {item for item in IDS if sample(item, percent, is_danger=False, was_reopened=False).is_sampled}


def test_draw_is_the_same_on_every_machine_and_a_larger_share_only_adds() -> None:
    assert [draw_of(item) for item in IDS[:3]] == [4069, 1211, 2232]
    fifth, half = drawn(20), drawn(50)
    assert fifth < half
    assert 0.18 < len(fifth) / len(IDS) < 0.22
    assert (drawn(0), drawn(100)) == (set(), set(IDS))


def test_dangers_and_reopened_orders_are_called_back_at_every_share() -> None:
    assert sample(IDS[0], 0, is_danger=True, was_reopened=True).reason == "danger"
    assert sample(IDS[0], 0, is_danger=False, was_reopened=True).is_sampled
    assert is_dangerous("fault/gas.safety.leak")
    assert not is_dangerous("fault/gas.supply.appliance")
    assert not is_dangerous(None)


def test_page_and_server_name_the_same_dangers() -> None:
    assert set(re.findall(r"'([a-z.]+\.[a-z.]+)',", PAGE_LIST.read_text("utf-8"))) == DANGERS


def test_rule_that_names_most_of_an_order_decides() -> None:
    rules = [
        {"percent": 30}, {"business_type": "enquiry", "percent": 5},
        {"sector": "gas", "business_type": "enquiry", "percent": 50},
    ]  # fmt: skip
    policy = WorkOrderCallbacks.model_validate({"percent": 100, "rules": rules})
    assert share_for(policy, sector="gas", business_type="enquiry") == 50
    assert share_for(policy, sector="water", business_type="enquiry") == 5
    assert share_for(policy, sector="water", business_type="fault") == 30
    assert share_for(WorkOrderCallbacks(), sector="water", business_type="fault") == 100


@pytest.mark.parametrize("rule", [{"percent": 101}, {"business_type": "complaint", "percent": 10}])
def test_rule_that_cannot_be_is_refused_by_name(rule: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError) as refused:
        CALLBACKS.check({"percent": 100, "rules": [rule]})
    assert refused.value.details["field"].startswith("value.rules.0.")
