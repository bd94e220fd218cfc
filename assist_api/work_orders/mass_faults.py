"""Finds mass faults: more reports of one matter from one area within an hour than its usual rate explains. Pure.

The formula: reports of one area and matter are counted in the last `WINDOW` (n) and in the `HISTORY` before it (k; the
history has T windows). The unknown rate has the Jeffreys prior of a Poisson rate, so that the number X of reports in
one window is negative binomial with r = k + 1/2 and p = T / (T + 1). It is a mass fault when n is at least
`LEAST_REPORTS` and P(X >= n) is below `ALARM_BELOW`. A quiet street alarms at three reports, a busy one at more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

WINDOW = timedelta(hours=1)
HISTORY = timedelta(days=28)
"""Four weeks hold each weekday four times."""
LEAST_REPORTS = 3
"""Two callers of one house are no mass fault."""
ALARM_BELOW = 1e-5
"""A thousand areas and matters in 168 hours a week make less than two alarms by chance at this level, if all were busy;
most are far below it."""


class ReportKind(StrEnum):
    """Where a report comes from."""

    ORDER = "order"
    CALL = "call"
    """A call that no work order was made of yet."""


class Matter(NamedTuple):
    """What is counted together.

    Attributes:
        area: Street or estate.
        sector: Of the utility.
        group: First two steps of the situation in the taxonomy, such as `power.outage`; empty for orders without one.
    """

    area: str
    sector: str
    group: str


@dataclass(frozen=True, slots=True)
class Report:
    """One report of a fault.

    Attributes:
        kind: Where it comes from.
        id: Of the order or call.
        at: When it was made.
        matter: What it counts for.
    """

    kind: ReportKind
    id: UUID
    at: datetime
    matter: Matter


@dataclass(frozen=True, slots=True)
class Surge:
    """More reports than the usual rate explains.

    Attributes:
        matter: What they are about.
        reports: Of the last `WINDOW`, the oldest first.
        usual: Mean number of reports in one window of the history.
        probability: P(X >= n) at the usual rate.
    """

    matter: Matter
    reports: tuple[Report, ...]
    usual: float
    probability: float


def group_of(category_id: str | None) -> str:
    """Return the group of a category `fault/power.outage.single`: `power.outage`; empty without one."""
    situation = "" if category_id is None else category_id.partition("/")[2]
    return ".".join(situation.split(".")[:2])


def chance_of(reports: int, past: int, windows: float = HISTORY / WINDOW) -> float:
    """Return the probability of at least so many reports in one window.

    Args:
        reports: n, of the window.
        past: k, of the history.
        windows: T, how many windows the history has.
    """
    shape, failure = past + 0.5, 1 / (windows + 1)
    mass, below = (1 - failure) ** shape, 0.0
    for count in range(reports):
        below += mass
        mass *= (shape + count) / (count + 1) * failure
    return max(0.0, 1 - below)


def find_surges(reports: Iterable[Report], past: Mapping[Matter, int]) -> list[Surge]:
    """Return the mass faults of the last window, the least probable first.

    Args:
        reports: Of the last window.
        past: How many reports each matter had in the history before.
    """
    recent: dict[Matter, list[Report]] = {}
    for report in reports:
        recent.setdefault(report.matter, []).append(report)
    found = [
        Surge(
            matter,
            tuple(sorted(items, key=lambda item: (item.at, item.id))),
            usual=past.get(matter, 0) / (HISTORY / WINDOW),
            probability=chance_of(len(items), past.get(matter, 0)),
        )
        for matter, items in recent.items()
        if matter.area and len(items) >= LEAST_REPORTS
    ]
    alarming = [surge for surge in found if surge.probability < ALARM_BELOW]
    return sorted(alarming, key=lambda surge: (surge.probability, -len(surge.reports), surge.matter))
