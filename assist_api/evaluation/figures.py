"""Numbers of a report: percentiles, and how results become JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Spread:
    """Durations in milliseconds, by nearest rank.

    Attributes:
        count: How many were measured.
        p50: Half of them were at most this long.
        p95: 95 % of them were at most this long.
        longest: None was longer.
    """

    count: int
    p50: float
    p95: float
    longest: float


def spread(durations_ms: Sequence[float]) -> Spread | None:
    """Return the spread of durations; None when there are none."""
    if not durations_ms:
        return None
    ordered = sorted(durations_ms)
    return Spread(len(ordered), percentile(ordered, 50), percentile(ordered, 95), ordered[-1])


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Return the nearest-rank percentile of values in ascending order."""
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def as_json(value: Any) -> Any:  # noqa: ANN401  # rejected: any dataclass in, JSON values out
    """Turn dataclasses, properties included, into what `json.dumps` takes; numbers keep four decimals."""
    if is_dataclass(value) and not isinstance(value, type):
        return {name: as_json(getattr(value, name)) for name in _field_names(type(value))}
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [as_json(item) for item in value]
    return str(value) if isinstance(value, Path) else value


def _field_names(kind: type) -> list[str]:
    computed = [
        name for name, member in vars(kind).items() if isinstance(member, property) and not name.startswith("_")
    ]
    return [*(item.name for item in fields(kind)), *computed]
