"""Excel and CSV: a sheet is a heading and a table; a table of questions and answers is found by the splitter."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

import openpyxl

from kb.ingest.document import Block, BlockKind, Document, DropReason, count_characters
from kb.ingest.encodings import decode
from kb.ingest.readers.tables import cells_size, table_block
from kb.ingest.refusals import refuse

_DELIMITERS = (",", "\t", ";", "|")


def read_xlsx(data: bytes, name: str) -> Document:
    """Read a workbook as its last calculation left it."""
    try:
        values = openpyxl.load_workbook(io.BytesIO(data), data_only=True, keep_links=False)
        formulas = openpyxl.load_workbook(io.BytesIO(data), keep_links=False)
    except Exception as error:  # rejected: the parser raises whatever a broken part makes it meet
        raise refuse("file_damaged") from error
    blocks: list[Block] = []
    source = 0
    for sheet in values.worksheets:
        rows = [[_shown(cell) for cell in row] for row in sheet.iter_rows()]
        source += cells_size(rows)
        blocks += _sheet(sheet, rows, is_only=len(values.worksheets) == 1)
        lost = list(_lost_formulas(sheet, formulas[sheet.title]))
        source += sum(map(count_characters, lost))
        if lost:
            blocks.append(Block(BlockKind.DROPPED, " ".join(lost), reason=DropReason.FORMULA))
    return Document(name, tuple(blocks), source, "xlsx")


def _sheet(sheet: Any, rows: list[list[str]], *, is_only: bool) -> Iterator[Block]:  # noqa: ANN401  # debt: openpyxl has no types
    size = cells_size(rows)
    if size == 0:
        return
    if sheet.sheet_state != "visible":
        yield Block(BlockKind.DROPPED, " ".join(filter(None, rows[0])), reason=DropReason.HIDDEN, characters=size)
        return
    if not is_only:
        yield Block(BlockKind.HEADING, sheet.title, level=1, characters=0)
    for area in sheet.merged_cells.ranges:
        top = rows[area.min_row - 1][area.min_col - 1]
        # A cell merged downwards speaks for every row; one merged sideways is a title and stays where it is.
        for row in range(area.min_row, area.max_row):
            rows[row][area.min_col - 1] = top
    yield from _title_and_table(rows, size)


def _title_and_table(rows: list[list[str]], size: int) -> Iterator[Block]:
    """A first row with a single filled cell above wider rows is the title of the sheet."""
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    first = [cell for cell in filled[0] if cell.strip()]
    if len(filled) > 2 and len(first) == 1 and any(sum(map(bool, row)) > 1 for row in filled[1:]):
        yield Block(BlockKind.PARAGRAPH, first[0].strip())
        size -= count_characters(first[0])
        filled = filled[1:]
    block = table_block(filled, characters=size)
    if block is not None:
        yield block


def _shown(cell: Any) -> str:  # noqa: ANN401  # debt: openpyxl has no types
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int | float):
        return _number(value, str(cell.number_format))
    return str(value).replace("\r\n", "\n").strip()


def _number(value: float, number_format: str) -> str:
    if "%" in number_format:
        return f"{value * 100:.10g}%"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _lost_formulas(values: Any, formulas: Any) -> Iterator[str]:  # noqa: ANN401  # debt: openpyxl has no types
    """A formula that no program has calculated yet has no value to keep."""
    for row in formulas.iter_rows():
        for cell in row:
            if cell.data_type == "f" and values[cell.coordinate].value is None:
                yield f"{cell.coordinate}: {cell.value}"


def read_csv(data: bytes, name: str) -> Document:
    """Read a table of comma-, tab-, semicolon- or bar-separated values."""
    text, encoding = decode(data)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True))
    except csv.Error as error:
        raise refuse("file_damaged") from error
    # Counted from the text itself: signs of the format are whatever the cells do not hold.
    source = count_characters(text)
    block = table_block(rows)
    if block is None:
        raise refuse("file_without_text")
    signs = sum(text.count(sign) for sign in (_delimiter(text), '"') if sign.strip())
    markup = max(0, min(source - block.size, signs))
    extra = [Block(BlockKind.DROPPED, _delimiter(text), reason=DropReason.MARKUP, characters=markup)] if markup else []
    return Document(name, (block, *extra), source, "csv", encoding)


def _delimiter(text: str) -> str:
    lines = [line for line in text.splitlines()[:20] if line.strip()]

    def regularity(delimiter: str) -> tuple[int, int]:
        counts: Sequence[int] = [line.count(delimiter) for line in lines]
        return (sum(count == counts[0] for count in counts) if counts and counts[0] else 0, sum(counts))

    return max(_DELIMITERS, key=regularity)
