"""Cells to the rows of a block."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kb.ingest.document import Block, BlockKind, Row, count_characters


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


def cells_size(rows: Iterable[Sequence[str]]) -> int:
    """Return how many characters the cells have, blanks apart."""
    return sum(count_characters(cell) for row in rows for cell in row)
