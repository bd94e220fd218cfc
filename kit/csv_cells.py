"""Cells of CSV files that a spreadsheet shows as text and never runs as a formula. Pure."""

from __future__ import annotations

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""OWASP's list of CSV injection; spreadsheets in Chinese and Japanese take the full-width signs as well."""
_MARK = "'"


def as_text(cell: str) -> str:
    """Return the cell with an apostrophe before what would be a formula; `from_text` takes it away again."""
    return _MARK + cell if cell.lstrip(_MARK).startswith(FORMULA_STARTS) else cell


def from_text(cell: str) -> str:
    """Return what was written through `as_text`; other cells come back as they are."""
    return cell[1:] if cell.startswith(_MARK) and cell.lstrip(_MARK).startswith(FORMULA_STARTS) else cell
