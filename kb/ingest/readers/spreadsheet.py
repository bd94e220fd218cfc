"""Excel and CSV: a sheet is a heading and a table; a table of questions and answers is found by the splitter."""

from __future__ import annotations

import io
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
from openpyxl.utils.datetime import to_excel

from kb.ingest.document import Block, BlockKind, Document, DropReason, count_characters
from kb.ingest.encodings import decode
from kb.ingest.readers.number_format import CHINESE_FORMATS, is_date_format, shown_number, shown_text
from kb.ingest.readers.separated_values import Separated, read_separated
from kb.ingest.readers.tables import EMPTY, Cell, Slot, lay_out, slot_blocks
from kb.ingest.readers.unreadable import unreadable_blocks
from kb.ingest.readers.workbook_parts import WorkbookParts, read_parts
from kb.ingest.refusals import refuse

_MOST_PLACES = 2_000_000
"""Rows times columns with content, not of the sheet's stated size: a stray cell at XFD1048576 costs nothing."""


def read_xlsx(data: bytes, name: str) -> Document:
    """Read a workbook as its last calculation left it and as a person sees it.

    What is hidden (sheets, rows, columns, values) and comments are dropped and reported.
    """
    try:
        workbook = openpyxl.load_workbook(io.BytesIO(data), data_only=True, keep_links=False)
        parts = read_parts(data)
    except Exception as error:  # rejected: the parser raises whatever a broken part makes it meet
        raise refuse("file_damaged") from error
    sheets = [_Sheet(sheet) for sheet in workbook.worksheets]
    visible = [sheet for sheet in sheets if sheet.is_visible and sheet.has_cells]
    blocks = [block for sheet in sheets for block in sheet.blocks(is_only=len(sheets) == 1 or len(visible) < 1)]
    source = parts.text_characters + sum(sheet.rendered_characters for sheet in sheets)
    extra = list(_part_blocks(parts))
    return Document(name, (*blocks, *extra), source + sum(block.size for block in extra), "xlsx")


def _part_blocks(parts: WorkbookParts) -> Iterator[Block]:
    if parts.lost_formulas:
        yield Block(BlockKind.DROPPED, " ".join(parts.lost_formulas), reason=DropReason.FORMULA)
    if parts.chart_texts:
        yield Block(BlockKind.DROPPED, " ".join(parts.chart_texts), reason=DropReason.PICTURE)
    for text in parts.box_texts:
        yield Block(BlockKind.PARAGRAPH, text)


class _Sheet:
    """One sheet: its cells with content, as text, without what is hidden."""

    def __init__(self, sheet: Any) -> None:  # noqa: ANN401  # debt: openpyxl has no types
        self._sheet = sheet
        self.is_visible = sheet.sheet_state == "visible"
        # The stated size of a sheet says nothing about its content, so only cells that exist are asked.
        cells = [
            cell for cell in sheet._cells.values() if cell.value is not None
        ]  # rejected: iter_rows goes over the stated size
        self._shown = {(cell.row, cell.column): shown for cell in cells if (shown := shown_value(cell))}
        self._struck = {(cell.row, cell.column) for cell in cells if cell.font is not None and cell.font.strike}
        self._unseen = [str(cell.value) for cell in cells if (cell.row, cell.column) not in self._shown]
        self._comments = [
            cell.comment.text for cell in sheet._cells.values() if cell.comment is not None
        ]  # rejected: as above
        self._strings = sum(count_characters(cell.value) for cell in cells if isinstance(cell.value, str))

    @property
    def has_cells(self) -> bool:
        """Whether anything is shown."""
        return bool(self._shown)

    @property
    def rendered_characters(self) -> int:
        """Characters that the sheet shows or holds beyond those of its texts, which the parts count."""
        unseen = sum(map(count_characters, (*self._unseen, *self._comments)))
        return sum(map(count_characters, self._shown.values())) - self._strings + unseen

    def blocks(self, *, is_only: bool) -> Iterator[Block]:
        """Yield the blocks of the sheet; `is_only` leaves out the heading."""
        for reason, texts in ((DropReason.HIDDEN, self._unseen), (DropReason.COMMENT, self._comments)):
            if any(map(count_characters, texts)):
                yield Block(BlockKind.DROPPED, " ".join(texts), reason=reason)
        if not self.is_visible:
            yield from _hidden(self._shown.values())
            return
        hidden = {place for place in self._shown if self._is_hidden(*place) or place in self._struck}
        yield from _hidden(text for place, text in self._shown.items() if place in hidden)
        found = slot_blocks(self._grid(hidden), is_sheet=True)
        if found and not is_only:
            yield Block(BlockKind.HEADING, self._sheet.title, level=1, characters=0)
        yield from found

    def _is_hidden(self, row: int, column: int) -> bool:
        return row in self._hidden_rows or column in self._hidden_columns

    @property
    def _hidden_rows(self) -> set[int]:
        return {number for number, row in self._sheet.row_dimensions.items() if row.hidden or row.height == 0}

    @property
    def _hidden_columns(self) -> set[int]:
        hidden: set[int] = set()
        for column in self._sheet.column_dimensions.values():
            if column.hidden or column.width == 0:
                hidden.update(range(column.min or 0, (column.max or 0) + 1))
        return hidden

    def _grid(self, hidden: set[tuple[int, int]]) -> list[list[Slot]]:
        kept = {place: text for place, text in self._shown.items() if place not in hidden}
        rows = sorted({row for row, _ in kept})
        columns = sorted({column for _, column in kept})
        if len(rows) * len(columns) > _MOST_PLACES:
            raise refuse("file_too_complex")
        slots = {place: Slot(text, owner) for owner, (place, text) in enumerate(kept.items())}
        for area in self._sheet.merged_cells.ranges:
            slot = slots.get((area.min_row, area.min_col))
            if slot is not None:
                covered_columns = _between(columns, area.min_col, area.max_col)
                for row in _between(rows, area.min_row, area.max_row):
                    slots.update({(row, column): slot for column in covered_columns})
        return [[slots.get((row, column), EMPTY) for column in columns] for row in rows]


def _between(numbers: Sequence[int], first: int, last: int) -> Sequence[int]:
    return numbers[bisect_left(numbers, first) : bisect_right(numbers, last)]


def _hidden(texts: Iterator[str] | Any) -> Iterator[Block]:  # noqa: ANN401  # debt: see the callers
    text = " ".join(texts)
    if text:
        yield Block(BlockKind.DROPPED, text, reason=DropReason.HIDDEN)


def shown_value(cell: Any) -> str:  # noqa: ANN401  # debt: openpyxl has no types
    """Return what a person sees in a cell."""
    value, number_format = cell.value, _format_of(cell)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime | date | time | timedelta):
        if is_date_format(number_format):
            return shown_number(float(to_excel(value)), number_format)
        return value.isoformat(" ", "minutes") if isinstance(value, datetime) else str(value)
    if isinstance(value, int | float):
        return shown_number(value, number_format)
    return shown_text(str(value).replace("\r\n", "\n").replace("_x000D_", "").strip(), number_format)


def _format_of(cell: Any) -> str:  # noqa: ANN401  # debt: openpyxl has no types
    by_number = CHINESE_FORMATS.get(cell._style.numFmtId)  # rejected: openpyxl calls these formats General
    return by_number or str(cell.number_format or "General")


def read_csv(data: bytes, name: str) -> Document:
    """Read a table of comma-, tab-, semicolon- or bar-separated values.

    Raises:
        FileRefusedError: `file_csv_quote` with the line where a quoted value begins and does not end.
    """
    text, encoding = decode(data)
    separated = read_separated(text)
    blocks = slot_blocks(lay_out([[Cell(value) for value in row] for row in separated.rows]), is_sheet=True)
    if not blocks:
        raise refuse("file_without_text")
    # Counted from the text itself: signs of the format are whatever the cells do not hold.
    source = count_characters(text)
    markup = max(0, min(source - sum(block.size for block in blocks), _signs(separated)))
    if markup:
        blocks.append(Block(BlockKind.DROPPED, separated.delimiter, reason=DropReason.MARKUP, characters=markup))
    return Document(name, (*blocks, *unreadable_blocks(text)), source, "csv", encoding)


def _signs(separated: Separated) -> int:
    return separated.signs if separated.delimiter.strip() else separated.quotes
