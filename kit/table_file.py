"""Reads tables that people send: CSV in UTF-8 or GB18030, or the first sheet of an XLSX workbook. Pure.

Nothing is guessed: merged cells, rows that are too long and files of another kind are problems with their line.
"""

from __future__ import annotations

import csv
import io
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import openpyxl

from kit.errors import InvalidInputError

MAX_PROBLEMS = 100
"""More lines with mistakes than that are not read one by one."""
MAX_UNPACKED_BYTES = 256 * 1024 * 1024
"""What a workbook may unpack to; a larger one is no table that a person made."""
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class TableProblem:
    """A mistake in a file: the line, the column, a code, and what to do."""

    line: int
    column: str
    code: str
    message: str

    def as_error(self) -> dict[str, str]:
        """Return the problem as one of the `errors` of a refused request."""
        return {"field": f"line {self.line}: {self.column}", "code": self.code, "message": self.message}


def refused_table(problems: Sequence[TableProblem], code: str) -> InvalidInputError:
    """Return the error of a file of which nothing is used; `errors` names each line with its column."""
    errors = [problem.as_error() for problem in problems]
    text = f"Nothing was imported: {len(errors)} mistakes, the first in {errors[0]['field']}."
    return InvalidInputError(text, field=errors[0]["field"], code=code, errors=errors)


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row with content; the line counts from 1, the heading included."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows by known columns, and what is wrong with the file; columns of other names are left out."""

    rows: tuple[TableRow, ...] = ()
    problems: tuple[TableProblem, ...] = field(default=())


class _FileError(Exception):
    def __init__(self, line: int, code: str, message: str) -> None:
        super().__init__(message)
        self.problem = TableProblem(line, "row", code, message)


def read_table(
    content: bytes, columns: Mapping[str, Sequence[str]], required: Sequence[str], *, max_rows: int
) -> Table:
    """Return the rows of a file.

    Args:
        content: The file.
        columns: Names of the columns, each with the other names that files give it.
        required: Columns that must be there.
        max_rows: Rows that are read; a file with more is refused.
    """
    problems: list[TableProblem] = []
    rows: list[TableRow] = []
    names: list[str | None] | None = None
    try:
        is_workbook = content.startswith(_ZIP)
        for line, cells in _workbook_lines(content, problems) if is_workbook else _csv_lines(content):
            if names is None:
                names = [_column(cell, columns) for cell in cells]
                missing = [name for name in required if name not in names]
                problems += [TableProblem(1, name, "column_missing", f"Add the column {name}.") for name in missing]
                if missing:
                    break
            elif any(cells):
                if any(cells[len(names) :]):
                    problems.append(TableProblem(line, "row", "too_many_cells", "The row has more cells than columns."))
                named = zip(names, cells, strict=False)
                rows.append(TableRow(line, {name: cell for name, cell in named if name is not None}))
            if len(problems) >= MAX_PROBLEMS:
                break
            if len(rows) > max_rows:
                raise _FileError(line, "too_many_rows", f"At most {max_rows} rows in one file.")
    except _FileError as error:
        problems.append(error.problem)
    if names is None and not problems:
        problems.append(TableProblem(1, "row", "file_empty", "The file is empty."))
    return Table(tuple(rows), tuple(problems[:MAX_PROBLEMS]))


def plain_cell(text: str) -> str:
    """Return a cell in plain characters, without spaces at its ends."""
    return unicodedata.normalize("NFKC", text).strip()


def _column(heading: str, columns: Mapping[str, Sequence[str]]) -> str | None:
    return next((name for name, others in columns.items() if heading == name or heading in others), None)


def _csv_lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(_text(content), newline=""))
    try:
        for row in reader:
            yield reader.line_num, [plain_cell(cell) for cell in row]
    except csv.Error as error:
        raise _FileError(reader.line_num, "csv_invalid", f"This is not CSV: {error}.") from error


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _FileError(1, "encoding_unknown", "Save the file as CSV in UTF-8 or GB18030, or as XLSX.")


def _workbook_lines(content: bytes, problems: list[TableProblem]) -> Iterator[tuple[int, list[str]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MAX_UNPACKED_BYTES:
                raise _FileError(1, "workbook_too_large", "The workbook is too large; split it.")
        sheet = openpyxl.load_workbook(io.BytesIO(content), data_only=True, keep_links=False).worksheets[0]
    except _FileError:
        raise
    except Exception as error:  # rejected: the parser raises whatever a broken part makes it meet
        raise _FileError(1, "workbook_damaged", "The workbook cannot be read; save it again as XLSX.") from error
    for merged in sorted(sheet.merged_cells.ranges, key=lambda area: (area.min_row, area.min_col)):
        text = f"The cells {merged.coord} are merged; split them and fill each."
        problems.append(TableProblem(merged.min_row, "row", "cells_merged", text))
    for line, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        yield line, _shown(row)


def _shown(values: Iterable[object]) -> list[str]:
    cells = ["" if value is None else plain_cell(_number(value)) for value in values]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _number(value: object) -> str:
    """Return a cell as text; 12.0 of a sheet is what somebody typed as 12."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
