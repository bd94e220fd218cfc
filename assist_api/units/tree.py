"""The tree of units: company, department, team. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class UnitKind(StrEnum):
    """Level of a unit; a unit lies directly below one of the level before."""

    COMPANY = "company"
    DEPARTMENT = "department"
    TEAM = "team"


LEVEL_ABOVE: Mapping[UnitKind, UnitKind | None] = {
    UnitKind.COMPANY: None,
    UnitKind.DEPARTMENT: UnitKind.COMPANY,
    UnitKind.TEAM: UnitKind.DEPARTMENT,
}


@dataclass(frozen=True, slots=True)
class UnitNode:
    """A unit as the tree needs it.

    Attributes:
        id: Of the unit.
        parent_id: Unit directly above; None for a company.
        sector: Sector it serves; None takes the one of the unit above.
    """

    id: UUID
    parent_id: UUID | None
    sector: str | None = None


class UnitTree:
    """Answers which units lie below a unit and which serve its sector."""

    def __init__(self, units: Iterable[UnitNode]) -> None:
        self._units = {unit.id: unit for unit in units}
        self._below: dict[UUID, list[UUID]] = {}
        for unit in self._units.values():
            if unit.parent_id is not None:
                self._below.setdefault(unit.parent_id, []).append(unit.id)

    @property
    def is_empty(self) -> bool:
        """Whether the installation has no units."""
        return not self._units

    def __contains__(self, unit_id: UUID) -> bool:
        """Tell whether there is such a unit."""
        return unit_id in self._units

    def with_all_below(self, unit_id: UUID) -> frozenset[UUID]:
        """Return the unit and every unit below it; nothing when there is no such unit."""
        found: set[UUID] = set()
        waiting = [unit_id] if unit_id in self._units else []
        while waiting:
            at = waiting.pop()
            if at not in found:
                found.add(at)
                waiting += self._below.get(at, [])
        return frozenset(found)

    def sector_of(self, unit_id: UUID) -> str | None:
        """Return the sector that the unit serves, its own or that of the nearest unit above."""
        at = self._units.get(unit_id)
        seen: set[UUID] = set()
        while at is not None and at.id not in seen:
            if at.sector is not None:
                return at.sector
            seen.add(at.id)
            at = None if at.parent_id is None else self._units.get(at.parent_id)
        return None

    def with_sector(self, sector: str) -> frozenset[UUID]:
        """Return every unit that serves the sector."""
        return frozenset(unit_id for unit_id in self._units if self.sector_of(unit_id) == sector)
