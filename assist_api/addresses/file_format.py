"""Reads a file of places; every line that cannot be used is named. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assist_api.addresses.names import LEVELS, PlaceLevel, plain_address
from kit.table_file import MAX_PROBLEMS, Table, TableProblem, TableRow, read_table, refused_table

MAX_ROWS = 100_000
REFUSED = "address_file_invalid"
"""Code of a file that cannot be used."""
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "district": ("区县", "区"),
    "street": ("街道", "道路", "街道/道路"),
    "community": ("小区", "社区", "社区/小区"),
    "building": ("楼栋", "楼号", "门牌"),
    "code": ("编码", "区域编码"),
    "aliases": ("别名", "俗称"),
    "area_class": ("区域类别",),
    "equipment": ("设备", "变压器"),
    "feeder": ("线路", "馈线"),
}
"""Columns by name, with the names that files of Chinese systems have."""
AREA_CLASSES = {"城区": "urban", "农村": "rural", "边远": "remote", "特殊边远": "remote"}
_KNOWN_CLASSES = ("urban", "rural", "remote")
_LONGEST = {"code": 32, "equipment": 64, "feeder": 64} | {level.value: 64 for level in LEVELS}


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One place of a file.

    Attributes:
        line: Where it stands.
        path: Names from the district to the place itself.
        code: Empty where the file gives none.
        aliases: Further names.
        area_class: Empty where the parent's holds.
        equipment: Empty where the parent's holds.
        feeder: Empty where the parent's holds.
    """

    line: int
    path: tuple[str, ...]
    levels: tuple[PlaceLevel, ...]
    code: str = ""
    aliases: tuple[str, ...] = ()
    area_class: str = ""
    equipment: str = ""
    feeder: str = ""


def read_places(content: bytes) -> list[PlaceLine]:
    """Return the places of a CSV file in UTF-8 or GB18030, or of the first sheet of a workbook.

    Raises:
        InvalidInputError: `address_file_invalid`; `errors` names each line with its column. Nothing of the file is
            used then.
    """
    table = read_table(content, COLUMNS, ("district", "street"), max_rows=MAX_ROWS)
    problems = list(table.problems)
    lines = _lines(table, problems)
    if not problems and not lines:
        problems.append(TableProblem(2, "row", "file_empty", "The file has no place."))
    if problems:
        raise refused_table(problems[:MAX_PROBLEMS], REFUSED)
    return lines


def _lines(table: Table, problems: list[TableProblem]) -> list[PlaceLine]:
    lines: list[PlaceLine] = []
    first_lines: dict[tuple[str, ...], int] = {}
    for row in table.rows:
        line = _line(row, problems)
        for column, value in (("place", line.path), ("code", (line.code,) if line.code else ())):
            first = first_lines.setdefault((column, *value), row.line) if value else row.line
            if first != row.line:
                text = f"The same stands in line {first} already."
                problems.append(TableProblem(row.line, column, f"{column}_doubled", text))
        lines.append(line)
        if len(problems) >= MAX_PROBLEMS:
            break
    return lines


def _line(row: TableRow, problems: list[TableProblem]) -> PlaceLine:
    cells = row.cells

    def refuse(column: str, code: str, text: str) -> None:
        problems.append(TableProblem(row.line, column, code, text))

    named = [(level, cells.get(level, "")) for level in LEVELS]
    if not named[0][1]:
        refuse("district", "required", "Give it.")
    if not cells.get("street") and not cells.get("community") and cells.get("building"):
        refuse("street", "required", "A building stands in a street or a community.")
    for column, most in _LONGEST.items():
        if len(cells.get(column, "")) > most:
            refuse(column, "too_long", f"At most {most} characters.")
    for level, name in named:
        if name and len(plain_address(name)) < 2 and level is not PlaceLevel.BUILDING:
            refuse(level, "too_short", "A name has two characters at least.")
    code = cells.get("code", "")
    if code and not (code.isascii() and code.replace("-", "").isalnum()):
        refuse("code", "code_invalid", "Only letters, digits and hyphens.")
    area_class = AREA_CLASSES.get(cells.get("area_class", ""), cells.get("area_class", ""))
    if area_class and area_class not in _KNOWN_CLASSES:
        refuse("area_class", "unknown_value", f"One of: {', '.join((*AREA_CLASSES, *_KNOWN_CLASSES))}.")
    given = [(level, name) for level, name in named if name]
    aliases = cells.get("aliases", "").replace("；", ";").replace("、", ";").split(";")
    return PlaceLine(
        line=row.line,
        path=tuple(name for _level, name in given),
        levels=tuple(level for level, _name in given),
        code=code,
        aliases=tuple(dict.fromkeys(alias.strip()[:64] for alias in aliases if len(plain_address(alias)) > 1)),
        area_class=area_class,
        equipment=cells.get("equipment", ""),
        feeder=cells.get("feeder", ""),
    )
