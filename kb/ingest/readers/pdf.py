"""PDF: columns before lines, lines to paragraphs by their indents, tables stay tables, running heads and stamps go."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import pdfplumber
import pypdfium2

from kb.ingest.articles import is_chapter, starts_article
from kb.ingest.document import Block, BlockKind, Document, DropReason, count_characters
from kb.ingest.readers.page_columns import Glyph, Piece, Region, cells, column_of, pieces_of, regions
from kb.ingest.readers.tables import EMPTY, Slot, slot_blocks
from kb.ingest.refusals import refuse

_FEWEST_CHARACTERS_A_PAGE = 10
"""A page of a scan has at most a stamp or a page number as text."""
_EDGE = 0.09
"""Share of the page height in which running heads and page numbers stand."""
_FEW_CHARACTERS = 40
"""A page with a picture over a third of it and less text than this is a scan with a stamp."""
_PICTURE_SHARE = 0.3
_MOST_TILT = 0.1
"""Tangent of the angle beyond which text is a stamp or watermark; italics lean, they do not rise."""
_LIGHT = 0.6
"""Grey of a watermark, 0 black to 1 white."""
_BACKGROUND_SIZE = 1.5
_HEADING_SIZE = 1.12
_LONGEST_HEADING = 60
_PAGE_NUMBER = re.compile(r"^[-—–\s]*(第?\s*\d{1,4}\s*页?)([/／]\s*\d{1,4}|\s*共\s*\d+\s*页)?[-—–\s]*$")
_DIGITS = re.compile(r"\d+")
_NO_BREAK = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page; lengths in points."""

    text: str
    page: int
    left: float
    right: float
    top: float
    size: float
    page_height: float
    page_width: float
    margins: tuple[float, float] | None = None
    """Left and right edge of its column; None where it goes across the page."""


@dataclass(frozen=True, slots=True)
class TableAt:
    """A table and where it stands: before the line with this place in the reading order."""

    blocks: tuple[Block, ...]
    page: int
    top: float


def read_pdf(data: bytes, name: str) -> Document:
    """Read a PDF with a text layer; its largest line on the first page is the title.

    Raises:
        FileRefusedError: It is encrypted, damaged, or made of pictures.
    """
    source, pages = _count_source(data)
    if source < _FEWEST_CHARACTERS_A_PAGE * pages:
        raise refuse("file_pictures_only")
    try:
        read, dropped = _take_in(data)
    except Exception as error:  # rejected: the parser raises whatever a broken part makes it meet
        raise refuse("file_damaged") from error
    size = read.weights.most_common(1)[0][0] if read.weights else 0.0
    stamps = [
        Block(BlockKind.DROPPED, line.text, page=line.page, reason=DropReason.PAGE_FURNITURE)
        for line in sorted(read.background, key=lambda line: (line.page, line.top))
    ]
    blocks = [*_blocks(read.lines, read.tables, size), *stamps, *dropped]
    return Document(_title(read.lines, size) or name, tuple(blocks), source, "pdf")


def _count_source(data: bytes) -> tuple[int, int]:
    """Return the characters of the text layer as another library sees it, and the number of pages."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise refuse("file_encrypted" if "password" in str(error).lower() else "file_damaged") from error
    try:
        texts = (page.get_textpage().get_text_bounded() for page in document)
        return sum(map(count_characters, texts)), len(document)
    finally:
        document.close()


def _take_in(data: bytes) -> tuple[_Lines, list[Block]]:
    whole = _Lines([], [], Counter(), set())
    dropped: list[Block] = []
    with pdfplumber.open(io.BytesIO(data)) as document:
        for number, page in enumerate(document.pages, 1):
            upright = page.filter(_is_upright)
            dropped += _tilted(page, number)
            found = upright.find_tables()
            for table in found:
                whole.tables.append(TableAt(tuple(_ruled_table(table, number)), number, table.bbox[1]))
            rest: Any = upright  # debt: the library types each way of narrowing a page differently
            for table in found:
                rest = rest.outside_bbox(table.bbox, strict=False)
            _read_page(rest, number, whole)
            if _is_picture(page, upright.chars):
                dropped.append(
                    Block(BlockKind.DROPPED, f"{number}", page=number, reason=DropReason.PICTURE, characters=0)
                )
            page.close()
    return whole, dropped


def _is_upright(item: dict[str, Any]) -> bool:
    """Tell whether a character stands upright; other objects always do."""
    matrix = item.get("matrix")
    if item.get("object_type") != "char" or matrix is None:
        return True
    across, rise = matrix[0], matrix[1]
    return bool(across > 0 and abs(rise) <= _MOST_TILT * across)


def _tilted(page: Any, number: int) -> list[Block]:  # noqa: ANN401  # debt: pdfplumber's own types are loose
    text = "".join(char["text"] for char in page.chars if not _is_upright(char))
    if not text.strip():
        return []
    return [Block(BlockKind.DROPPED, text, page=number, reason=DropReason.PAGE_FURNITURE)]


def _is_picture(page: Any, chars: Sequence[dict[str, Any]]) -> bool:  # noqa: ANN401  # debt: pdfplumber's own types are loose
    """Tell whether what a page says is in its pictures: a page number does not make it a page of text."""
    count = sum(count_characters(char["text"]) for char in chars)
    area = sum(abs(image["width"] * image["height"]) for image in page.images)
    is_covered = area > _PICTURE_SHARE * float(page.width) * float(page.height)
    return bool(page.images) and (count < _FEWEST_CHARACTERS_A_PAGE or (is_covered and count < _FEW_CHARACTERS))


@dataclass(frozen=True, slots=True)
class _Lines:
    """Lines in reading order, tables, how many characters each size has, and what lies behind the text."""

    lines: list[Line]
    tables: list[TableAt]
    weights: Counter[float]
    background: set[Line]


def _read_page(page: Any, number: int, into: _Lines) -> None:  # noqa: ANN401  # debt: pdfplumber's own types are loose
    """Add the lines of a page in reading order: a region's left column before its right one."""
    blanks = [char for char in page.chars if not char["text"].strip()]
    raws = page.extract_text_lines(return_chars=True)
    whole = [line for raw in raws if (line := _raw_line(raw, page, number, blanks)).text]
    weights = _weights(whole)
    into.weights.update(weights)
    size = weights.most_common(1)[0][0] if weights else 0.0
    background = _background(whole, size)
    kept = [line for line in whole if line not in background]
    parted = [pieces_of(line.glyphs, line.size or size) for line in kept]
    into.background.update(line.as_line() for line in background)
    for region in regions(parted, size):
        inside = [(kept[at], parted[at]) for at in region.lines]
        if region.is_table:
            rows = [cells(pieces, region.gutters) for _, pieces in inside]
            grid = [
                [Slot(text, row * len(rows[0]) + at) for at, text in enumerate(texts)] for row, texts in enumerate(rows)
            ]
            into.tables.append(TableAt(tuple(slot_blocks(grid, page=number)), number, inside[0][0].top))
        elif region.gutters:
            into.lines.extend(_column_lines(inside, region))
        else:
            into.lines.extend(line.as_line() for line, _ in inside)


def _column_lines(inside: Sequence[tuple[_RawLine, Sequence[Piece]]], region: Region) -> Iterator[Line]:
    for column in range(len(region.gutters) + 1):
        own = [
            (line, [piece for piece in pieces if column_of(piece, region.gutters) == column]) for line, pieces in inside
        ]
        filled = [(line, pieces) for line, pieces in own if pieces]
        margins = (min(pieces[0].left for _, pieces in filled), max(pieces[-1].right for _, pieces in filled))
        for line, pieces in filled:
            text = " ".join(piece.text for piece in pieces)
            yield replace(line.as_line(), text=text, left=pieces[0].left, right=pieces[-1].right, margins=margins)


@dataclass(frozen=True, slots=True)
class _RawLine:
    """A line across the page with its characters."""

    text: str
    page: int
    left: float
    right: float
    top: float
    bottom: float
    size: float
    is_light: bool
    glyphs: tuple[Glyph, ...]
    page_height: float
    page_width: float

    def as_line(self) -> Line:
        """Return it without its characters."""
        return Line(self.text, self.page, self.left, self.right, self.top, self.size, self.page_height, self.page_width)


def _raw_line(raw: dict[str, Any], page: Any, number: int, blanks: Sequence[dict[str, Any]]) -> _RawLine:  # noqa: ANN401  # debt: pdfplumber's own types are loose
    chars = [char for char in raw["chars"] if char["text"].strip()]
    # The library leaves blanks out of the characters of a line, and a narrow one shows by no gap.
    own = [blank for blank in blanks if raw["top"] < (blank["top"] + blank["bottom"]) / 2 < raw["bottom"]]
    return _RawLine(
        text=" ".join(raw["text"].split()),
        page=number,
        left=raw["x0"],
        right=raw["x1"],
        top=raw["top"],
        bottom=raw["bottom"],
        size=median(char["size"] for char in chars) if chars else 0.0,
        is_light=bool(chars) and all(_greyness(char.get("non_stroking_color")) >= _LIGHT for char in chars),
        glyphs=tuple(Glyph(char["text"], char["x0"], char["x1"]) for char in [*chars, *own]),
        page_height=float(page.height),
        page_width=float(page.width),
    )


def _greyness(colour: Any) -> float:  # noqa: ANN401  # debt: pdfplumber's own types are loose
    """Return how light a colour is, 0 black to 1 white; 0 for one that cannot be told."""
    parts = [colour] if isinstance(colour, int | float) else list(colour or ())
    if not parts or not all(isinstance(part, int | float) for part in parts):
        return 0.0
    return 1.0 - min(1.0, max(parts[:3]) + parts[3]) if len(parts) == 4 else float(min(parts))


def _weights(lines: Sequence[_RawLine]) -> Counter[float]:
    weights: Counter[float] = Counter()
    for line in lines:
        weights[round(line.size, 1)] += len(line.text)
    return weights


def _background(lines: Sequence[_RawLine], size: float) -> frozenset[_RawLine]:
    """Return large lines that are light or lie behind others: stamps and watermarks."""
    large = [line for line in lines if line.size > _BACKGROUND_SIZE * size]
    return frozenset(
        line for line in large if line.is_light or any(_covers(line, other) for other in lines if other is not line)
    )


def _covers(large: _RawLine, line: _RawLine) -> bool:
    middle = (line.top + line.bottom) / 2
    is_beside = line.right <= large.left or line.left >= large.right
    return large.top < middle < large.bottom and not is_beside and line.size < large.size / _BACKGROUND_SIZE


def _ruled_table(table: Any, page: int) -> list[Block]:  # noqa: ANN401  # debt: pdfplumber's own types are loose
    """Return the blocks of a table with rules; a cell stands at every place of the grid that its box covers."""
    boxes = [
        (box, "\n".join(" ".join(line.split()) for line in (text or "").split("\n")))
        for row, texts in zip(table.rows, table.extract(), strict=True)
        for box, text in zip(row.cells, texts, strict=True)
        if box is not None
    ]
    columns, rows = (_edges([box[at] for box, _ in boxes]) for at in (0, 1))
    grid = [[EMPTY] * len(columns) for _ in rows]
    for owner, ((left, top, right, bottom), text) in enumerate(boxes):
        for row, y in enumerate(rows):
            for column, x in enumerate(columns):
                if left - _SAME_EDGE <= x < right - _SAME_EDGE and top - _SAME_EDGE <= y < bottom - _SAME_EDGE:
                    grid[row][column] = Slot(text.strip(), owner)
    return slot_blocks(grid, page=page)


_SAME_EDGE = 1.5
"""Points between two rules that are meant to be one."""


def _edges(values: Sequence[float]) -> list[float]:
    edges: list[float] = []
    for value in sorted(values):
        if not edges or value - edges[-1] > _SAME_EDGE:
            edges.append(value)
    return edges


def _blocks(lines: Sequence[Line], tables: Sequence[TableAt], size: float) -> Iterator[Block]:
    furniture = _furniture(lines)
    body = [line for line in lines if line not in furniture]
    waiting = sorted(tables, key=lambda table: (table.page, table.top))
    group: list[Line] = []
    layout = _Layout.of(body, size)
    for line in body:
        before = [table for table in waiting if (table.page, table.top) < (line.page, line.top)]
        is_new = not group or layout.begins_paragraph(group[-1], line)
        if group and (is_new or before):
            yield layout.block(group)
            group = []
        for table in before:
            waiting.remove(table)
            yield from table.blocks
        group.append(line)
    if group:
        yield layout.block(group)
    for table in waiting:
        yield from table.blocks
    for line in lines:
        if line in furniture:
            yield Block(BlockKind.DROPPED, line.text, page=line.page, reason=DropReason.PAGE_FURNITURE)


def _furniture(lines: Sequence[Line]) -> frozenset[Line]:
    """Lines at the edge of pages that are page numbers or come back on at least three pages and a third of them."""
    at_edge = [
        line for line in lines if line.top < _EDGE * line.page_height or line.top > (1 - _EDGE) * line.page_height
    ]
    pages = len({line.page for line in lines})
    seen = Counter(_DIGITS.sub("#", line.text) for line in at_edge)
    return frozenset(
        line
        for line in at_edge
        if _PAGE_NUMBER.match(line.text) or seen[_DIGITS.sub("#", line.text)] >= max(3, pages / 3)
    )


@dataclass(frozen=True, slots=True)
class _Layout:
    """Margins and sizes that most lines of the document share."""

    left: float
    right: float
    size: float
    heading_sizes: tuple[float, ...]

    @classmethod
    def of(cls, lines: Sequence[Line], size: float) -> _Layout:
        """Measure the lines; sizes above the body's are headings, the largest the first level.

        Args:
            lines: Of all pages, without running heads.
            size: The one in which most characters of the document are set, tables included.
        """
        if not lines:
            return cls(0.0, 0.0, 0.0, ())
        body = [line for line in lines if round(line.size, 1) == size]
        left = Counter(round(line.left) for line in body or lines).most_common(1)[0][0]
        right = max(line.right for line in body or lines)
        larger = sorted({round(line.size, 1) for line in lines if line.size > size * _HEADING_SIZE}, reverse=True)
        return cls(left, right, size, tuple(larger))

    def level(self, line: Line) -> int:
        """Return the heading level, 0 for text."""
        size = round(line.size, 1)
        is_short = len(line.text) <= _LONGEST_HEADING and line.text[-1] not in "。；，"
        return self.heading_sizes.index(size) + 1 if is_short and size in self.heading_sizes else 0

    def begins_paragraph(self, last: Line, line: Line) -> bool:
        """Tell whether a line does not continue the one before."""
        if self.level(line) or self.level(last):
            return self.level(line) != self.level(last) or self.level(line) == 0
        if is_chapter(line.text) or is_chapter(last.text) or starts_article(line.text):
            return True
        left = self.left if line.margins is None else line.margins[0]
        right = self.right if last.margins is None else last.margins[1]
        is_indented = line.left > left + 0.8 * self.size
        ended_short = last.right < right - 2.5 * self.size
        is_far = line.page == last.page and line.top - last.top > 3 * self.size
        return is_indented or ended_short or is_far

    def block(self, group: Sequence[Line]) -> Block:
        """Join the lines of a paragraph."""
        text = group[0].text
        for line in group[1:]:
            is_tight = _NO_BREAK.match(text[-1]) or _NO_BREAK.match(line.text[0])
            text += ("" if is_tight else " ") + line.text
        level = self.level(group[0])
        if level:
            return Block(BlockKind.HEADING, text, level=level, page=group[0].page)
        return Block(BlockKind.PARAGRAPH, text, page=group[0].page)


def _title(lines: Sequence[Line], size: float) -> str:
    layout = _Layout.of(lines, size)
    first = [line for line in lines if line.page == 1 and layout.level(line) == 1]
    return layout.block([replace(line) for line in first[:2]]).text if first else ""
