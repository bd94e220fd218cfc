"""Columns of text and tables without rules on a page: gaps that stay free over several lines part them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

_GAP = 1.3
"""A gap between columns or cells, in heights of a character; words of one line are closer."""
_GUTTER = 0.7
"""What must stay free over all lines of a run, in heights of a character."""
_LATIN_BLANK, _HAN_BLANK = 0.2, 0.26
"""A wider gap is a blank, in heights of a character; justified Chinese lines have gaps of up to a quarter."""
_FEWEST_LINES = 3
_FEWEST_PARTED = 2
_PROSE_CHARACTERS = 9
"""Half of the pieces of a column of prose are longer; cells of a table are shorter."""
_MOST_PROSE_COLUMNS = 3
_ITEM_NUMBER = re.compile(r"^(第\S{1,8}[条章节款]|[（(]?[一二三四五六七八九十\d]{1,4}[）).、．]?|[•·●■◆\-–])$")


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character and where it stands; lengths in points."""

    text: str
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line without a wide gap."""

    text: str
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Region:
    """Lines of a page that belong together.

    Attributes:
        lines: Their numbers.
        gutters: Centres of the gaps that part them, from the left; none for lines across the page.
        is_table: The pieces are cells, not prose.
    """

    lines: range
    gutters: tuple[float, ...]
    is_table: bool


def pieces_of(glyphs: Sequence[Glyph], size: float) -> tuple[Piece, ...]:
    """Return the parts of a line between its wide gaps; a run of blanks is a gap as wide as it looks."""
    pieces: list[list[Glyph]] = []
    last_right: float | None = None
    has_blank = False
    for glyph in sorted(glyphs, key=lambda glyph: glyph.left):
        if not glyph.text.strip():
            has_blank = True
            continue
        if last_right is None or glyph.left - last_right >= _GAP * size:
            pieces.append([])
        elif has_blank or _is_word_gap(pieces[-1][-1], glyph, size):
            pieces[-1].append(Glyph(" ", last_right, glyph.left))
        pieces[-1].append(glyph)
        last_right, has_blank = max(glyph.right, last_right or glyph.right), False
    return tuple(
        Piece("".join(glyph.text for glyph in piece), piece[0].left, max(glyph.right for glyph in piece))
        for piece in pieces
    )


def _is_word_gap(last: Glyph, glyph: Glyph, size: float) -> bool:
    is_latin = last.text.isascii() or glyph.text.isascii()
    return glyph.left - last.right > (_LATIN_BLANK if is_latin else _HAN_BLANK) * size


def regions(lines: Sequence[Sequence[Piece]], size: float) -> Iterator[Region]:
    """Yield the regions of a page from top to bottom.

    Args:
        lines: Pieces of each line, top to bottom.
        size: Height of a character of the body.
    """
    at = 0
    while at < len(lines):
        gutters, end = _longest_run(lines, at, size)
        parted = sum(len(line) > 1 for line in lines[at:end])
        if end - at >= _FEWEST_LINES and parted >= _FEWEST_PARTED and gutters:
            centres = tuple((left + right) / 2 for left, right in gutters)
            table = is_table(lines[at:end], centres)
            if table is not None:
                yield Region(range(at, end), centres, table)
                at = end
                continue
        yield Region(range(at, at + 1), (), is_table=False)
        at += 1


def _longest_run(lines: Sequence[Sequence[Piece]], start: int, size: float) -> tuple[list[tuple[float, float]], int]:
    """Return the gaps that stay free from a line on, and the line before which none does."""
    gutters = _gaps(lines[start])
    end = start + 1
    if not gutters:
        return [], end
    while end < len(lines):
        left = [gap for gutter in gutters for gap in _free(gutter, lines[end]) if gap[1] - gap[0] >= _GUTTER * size]
        if not left or (len(left) < len(gutters) and end - start >= _FEWEST_LINES and len(lines[end]) > 1):
            break
        gutters, end = left, end + 1
    return gutters, end


def _gaps(line: Sequence[Piece]) -> list[tuple[float, float]]:
    return [(one.right, other.left) for one, other in zip(line, line[1:], strict=False)]


def _free(gutter: tuple[float, float], line: Sequence[Piece]) -> Iterator[tuple[float, float]]:
    """Yield the part of a gap that a line leaves free; text across it closes it."""
    left, right = gutter
    for piece in line:
        if piece.right <= left or piece.left >= right:
            continue
        if piece.left <= left and piece.right >= right:
            return
        if piece.left <= left:
            left = piece.right
        else:
            right = piece.left
    yield left, right


def is_table(lines: Sequence[Sequence[Piece]], gutters: Sequence[float]) -> bool | None:
    """Tell whether pieces are the cells of a table or columns of prose; None for numbered items, which are neither."""
    columns = list(zip(*(cells(line, gutters) for line in lines), strict=True))
    first = [text for text in columns[0] if text]
    if first and all(_ITEM_NUMBER.match(text) for text in first):
        return None
    lengths = [median(len(text) for text in column if text) for column in columns if any(column)]
    is_prose = len(columns) <= _MOST_PROSE_COLUMNS and min(lengths) >= _PROSE_CHARACTERS
    return not is_prose


def cells(line: Sequence[Piece], gutters: Sequence[float]) -> list[str]:
    """Return the text of a line in each column."""
    texts: list[list[str]] = [[] for _ in range(len(gutters) + 1)]
    for piece in line:
        texts[column_of(piece, gutters)].append(piece.text)
    return [" ".join(pieces) for pieces in texts]


def column_of(piece: Piece, gutters: Sequence[float]) -> int:
    """Return the column in which a piece stands, from 0."""
    return sum((piece.left + piece.right) / 2 > gutter for gutter in gutters)
