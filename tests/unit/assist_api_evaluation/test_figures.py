from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from assist_api.evaluation.figures import as_json, percentile, spread

pytestmark = pytest.mark.unit


@dataclass(frozen=True, slots=True)
class Part:
    errors: int
    characters: int

    @property
    def rate(self) -> float:
        return self.errors / self.characters


def test_percentiles_are_measured_values():
    durations = [float(value) for value in range(1, 101)]
    assert percentile(durations, 50) == 50
    assert percentile(durations, 95) == 95
    assert percentile([7.0], 95) == 7.0


def test_spread_does_not_need_sorted_durations():
    found = spread([30.0, 10.0, 20.0])
    assert found is not None
    assert (found.count, found.p50, found.p95, found.longest) == (3, 20.0, 30.0, 30.0)
    assert spread([]) is None


def test_json_holds_properties_and_short_numbers():
    value = {"parts": (Part(1, 3),), "file": Path("a/b"), "none": None}
    assert as_json(value) == {
        "parts": [{"errors": 1, "characters": 3, "rate": 0.3333}],
        "file": "a/b",
        "none": None,
    }
