"""Every scenario that ships with a flow goes as it expects; words are understood without the sentence model."""

from __future__ import annotations

from functools import lru_cache

import pytest

from assist_api.ivr.live_flows import without_meaning
from assist_api.ivr.readings import learned_intents
from assist_api.ivr.scenario import Scenario
from assist_api.ivr.shipped import shipped_flows, shipped_scenarios
from assist_api.ivr.simulation import Simulator

pytestmark = pytest.mark.unit


@lru_cache(maxsize=1)
def simulator() -> Simulator:
    return Simulator(shipped_flows(), learned_intents(without_meaning).understand)


def test_every_flow_that_answers_calls_ships_with_scenarios() -> None:
    flows = {flow.name for flow in shipped_flows().values() if not flow.is_part}
    assert flows == {scenario.flow for scenario in shipped_scenarios()}


@pytest.mark.parametrize("scenario", shipped_scenarios(), ids=lambda scenario: f"{scenario.flow}: {scenario.name}")
async def test_a_shipped_scenario_goes_as_it_expects(scenario: Scenario) -> None:
    assert scenario.flow is not None
    assert (await simulator().run(scenario.flow, scenario)).unmet == ()
