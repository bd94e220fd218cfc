"""Plans what the lines of a file change in the address tree. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from assist_api.addresses.file_format import REFUSED, PlaceLine
from assist_api.addresses.finding import Place
from kit.table_file import TableProblem, refused_table

Path = tuple[str, ...]
_DIGITS = {1: 2, 2: 2, 3: 3, 4: 4}
"""Digits that each level adds to the code of its parent: 99 districts, 99 streets, 999 communities, 9999 buildings."""


@dataclass(frozen=True, slots=True)
class Change:
    """A place that is new or differs from what stands.

    Attributes:
        place: As it will be.
        path: Its names from the district on.
        is_new: Whether there is none of that path yet.
    """

    place: Place
    path: Path
    is_new: bool


def plan_import(lines: Sequence[PlaceLine], standing: Iterable[Place]) -> list[Change]:
    """Return what changes, parents before children; places that no line names stay.

    A place is known by its path of names. A parent that no line describes is made with the names alone.

    Raises:
        InvalidInputError: `address_file_invalid`: a code belongs to another place.
    """
    plan = _Plan(standing)
    for line in sorted(lines, key=lambda item: len(item.path)):
        plan.take(line)
    if plan.problems:
        raise refused_table(plan.problems, REFUSED)
    return plan.changes()


class _Plan:
    def __init__(self, standing: Iterable[Place]) -> None:
        self._before = {place.id: place for place in standing}
        self._by_path = {self._path(place): place for place in self._before.values()}
        self._codes = {place.code: path for path, place in self._by_path.items()}
        self._given: dict[Path, int] = {}
        self._touched: dict[Path, None] = {}
        self.problems: list[TableProblem] = []

    def _path(self, place: Place) -> Path:
        parent = None if place.parent_id is None else self._before[place.parent_id]
        return (place.name,) if parent is None else (*self._path(parent), place.name)

    def take(self, line: PlaceLine) -> None:
        """Make or change the place of a line, and its parents where there are none."""
        for depth in range(1, len(line.path)):
            path = line.path[:depth]
            if path not in self._by_path:
                self._make(path, line, code="")
        known = self._by_path.get(line.path)
        owner = self._codes.get(line.code, line.path) if line.code else line.path
        if owner != line.path:
            text = f"The code {line.code} is that of {' '.join(owner)}."
            self.problems.append(TableProblem(line.line, "code", "code_taken", text))
            return
        if known is None:
            known = self._make(line.path, line, line.code)
        elif line.code and line.code != known.code:
            text = f"The place has the code {known.code}; a code never changes, because orders name it."
            self.problems.append(TableProblem(line.line, "code", "code_changed", text))
            return
        self._by_path[line.path] = replace(
            known, aliases=line.aliases, area_class=line.area_class, equipment=line.equipment, feeder=line.feeder
        )
        self._touched[line.path] = None

    def _make(self, path: Path, line: PlaceLine, code: str) -> Place:
        parent = self._by_path[path[:-1]] if len(path) > 1 else None
        code = code or self._next_code(path[:-1], "" if parent is None else parent.code, len(path))
        place = Place(uuid4(), code, None if parent is None else parent.id, line.levels[len(path) - 1], path[-1])
        self._by_path[path], self._codes[code] = place, path
        self._touched[path] = None
        return place

    def _next_code(self, parent: Path, prefix: str, depth: int) -> str:
        while True:
            self._given[parent] = self._given.get(parent, 0) + 1
            code = f"{prefix}{self._given[parent]:0{_DIGITS[depth]}d}"
            if code not in self._codes:
                return code

    def changes(self) -> list[Change]:
        """Return what differs from what stood before."""
        made = [(path, self._by_path[path]) for path in self._touched]
        found = [
            Change(place, path, place.id not in self._before)
            for path, place in made
            if self._before.get(place.id) != place
        ]
        return sorted(found, key=lambda change: len(change.path))
