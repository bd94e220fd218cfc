"""Cells to the rows of a block: merged cells are filled, header rows become one, empty rows and columns go. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb.ingest.document import Block, BlockKind, Row, count_characters

_MOST_HEADER_ROWS = 4
_MOST_SPAN = 1_000
"""HTML allows a colspan of 1,000 (WHATWG, 4.9.11); a wider one is cut there, as browsers do."""
_VALUE = re.compile(r"^[-+±≤≥<>~约¥￥$]*\s*\d")
"""A cell that begins with a number is data, and no name of a column."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table as its source states it.

    Attributes:
        text: What stands in it.
        columns: How many columns it covers, from 1.
        rows: How many rows it covers, from 1.
    """

    text: str
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of a grid.

    Attributes:
        text: Of the cell that covers it.
        owner: Number of that cell, the same at every place it covers; negative for a place without a cell.
    """

    text: str
    owner: int


EMPTY = Slot("", -1)
Grid = Sequence[Sequence[Slot]]


def grid_blocks(rows: Sequence[Sequence[Cell]], *, page: int | None = None) -> list[Block]:
    """Return the blocks of a table whose cells may cover several places; see `slot_blocks`.

    Args:
        rows: Cells in source order, places covered from above or from the left left out.
        page: Page it begins on.
    """
    return slot_blocks(lay_out(rows), page=page)


def lay_out(rows: Sequence[Sequence[Cell]]) -> list[list[Slot]]:
    """Return the grid of cells in source order, as the table algorithm of HTML forms it (WHATWG, 4.9.12)."""
    grid: list[dict[int, Slot]] = [{} for _ in rows]
    owner = 0
    for at, row in enumerate(rows):
        column = 0
        for cell in row:
            while column in grid[at]:
                column += 1
            slot, owner = Slot(cell.text.strip(), owner), owner + 1
            width = min(max(1, cell.columns), _MOST_SPAN)
            for line in grid[at : at + max(1, cell.rows)]:
                for place in range(column, column + width):
                    line.setdefault(place, slot)
            column += width
    width = max((max(line, default=-1) + 1 for line in grid), default=0)
    return [[line.get(place, EMPTY) for place in range(width)] for line in grid]


def slot_blocks(grid: Grid, *, page: int | None = None, is_sheet: bool = False) -> list[Block]:
    """Return the blocks of a grid; first rows of one wide cell are titles of their own.

    Every place that a merged cell covers is filled with its text, so that each row says all it means; the account
    counts the text once. Names of columns in several rows become one header.

    Args:
        grid: Rows of equal length.
        page: Page it begins on.
        is_sheet: A sheet or CSV, where a lone first cell is a title as well.
    """
    size = sum(count_characters(text) for text in {slot.owner: slot.text for row in grid for slot in row}.values())
    rest = [row for row in grid if any(slot.text for slot in row)]
    blocks: list[Block] = []
    while len(rest) > 1 and (title := _title_of(rest, is_sheet=is_sheet)):
        blocks.append(Block(BlockKind.PARAGRAPH, title, page=page))
        size -= count_characters(title)
        rest = rest[1:]
    block = table_block(_with_one_header(rest), page=page, characters=size)
    return [*blocks, block] if block is not None else blocks


def _title_of(grid: Grid, *, is_sheet: bool) -> str:
    """Return the text of a first row that one cell covers from end to end, above rows of several cells."""
    first = grid[0]
    if len(first) < 2 or not any(len({slot.owner for slot in row if slot.text}) > 1 for row in grid[1:]):
        return ""
    is_wide = len({slot.owner for slot in first}) == 1
    is_lone = is_sheet and len(grid) > 2 and len({slot.owner for slot in first if slot.text}) == 1
    return next(slot.text for slot in first if slot.text) if is_wide or is_lone else ""


def _with_one_header(grid: Grid) -> list[list[str]]:
    depth = _header_depth(grid)
    header = [" ".join(dict.fromkeys(slot.text for slot in column if slot.text)) for column in zip(*grid[:depth])]  # noqa: B905  # rejected: rows of a grid are equally long
    return [header, *([slot.text for slot in row] for row in grid[depth:])]


def _header_depth(grid: Grid) -> int:
    """Return how many rows name the columns: a name above several narrower names stands for all of them."""
    depth = 1
    while depth < min(_MOST_HEADER_ROWS, len(grid) - 1) and _is_split(grid[depth - 1], grid[depth]):
        depth += 1
    return depth


def _is_split(upper: Sequence[Slot], lower: Sequence[Slot]) -> bool:
    """Tell whether the lower row names columns inside those that the upper row names."""
    own = [slot for above, slot in zip(upper, lower, strict=True) if slot.owner != above.owner and slot.text]
    if not own or any(_VALUE.match(slot.text) for slot in own):
        return False
    under: dict[int, set[int]] = {}
    for above, slot in zip(upper, lower, strict=True):
        under.setdefault(above.owner, set()).add(slot.owner)
    is_parted = any(owner >= 0 and len(below) > 1 for owner, below in under.items())
    goes_on = any(above.owner == slot.owner for above, slot in zip(upper, lower, strict=True))
    return is_parted or (goes_on and all(slot.text for slot in upper) and len(own) < len(lower))


def table_block(rows: Iterable[Sequence[str]], *, page: int | None = None, characters: int = -1) -> Block | None:
    """Return the block of a table without its empty rows and columns; None when nothing is left.

    Args:
        rows: The first row with text is the header.
        page: Page it begins on.
        characters: Characters of the source, when cells were repeated (merged cells); -1 to count the cells.
    """
    filled = [[cell.strip() for cell in row] for row in rows]
    filled = [row for row in filled if any(row)]
    if not filled:
        return None
    width = max(map(len, filled))
    padded = [row + [""] * (width - len(row)) for row in filled]
    used = [column for column in range(width) if any(row[column] for row in padded)]
    cells: tuple[Row, ...] = tuple(tuple(row[column] for column in used) for row in padded)
    return Block(BlockKind.TABLE, rows=cells, page=page, characters=characters)
