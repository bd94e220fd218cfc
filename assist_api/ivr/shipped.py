"""The flows and scenarios that ship with the product."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from types import MappingProxyType

from assist_api.ivr.flow import Flow, parse_flow
from assist_api.ivr.scenario import Scenario, parse_scenarios

_PACKAGE = "assist_api.ivr"


@lru_cache(maxsize=1)
def shipped_flows() -> Mapping[str, Flow]:
    """Return the shipped flows by name."""
    files = sorted(resources.files(_PACKAGE).joinpath("flows").iterdir(), key=lambda file: file.name)
    flows = [parse_flow(file.read_text("utf-8")) for file in files if file.name.endswith(".yaml")]
    return MappingProxyType({flow.name: flow for flow in flows})


@lru_cache(maxsize=1)
def shipped_scenarios() -> tuple[Scenario, ...]:
    """Return the shipped scenarios; each names its flow."""
    files = sorted(resources.files(_PACKAGE).joinpath("scenarios").iterdir(), key=lambda file: file.name)
    return tuple(
        scenario
        for file in files
        if file.name.endswith(".yaml")
        for scenario in parse_scenarios(file.read_text("utf-8"), file.name)
    )
