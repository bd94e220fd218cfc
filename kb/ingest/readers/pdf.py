"""PDF: lines become paragraphs by their indents, ruled tables stay tables, running heads and page numbers go."""

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
from kb.ingest.document import count_characters as _cc
from kb.ingest.readers.tables import table_block
def cells_size(rows):
    return sum(_cc(c) for r in rows for c in r)
from kb.ingest.refusals import refuse

_FEWEST_CHARACTERS_A_PAGE = 10
"""A page of a scan has at most a stamp or a page number as text."""
_EDGE = 0.09
"""Share of the page height in which running heads and page numbers stand."""
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


@dataclass(frozen=True, slots=True)
class TableAt:
    """A ruled table and where it stands."""

    block: Block
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
        lines, tables, pictures = _take_in(data)
    except Exception as error:  # rejected: the parser raises whatever a broken part makes it meet
        raise refuse("file_damaged") from error
    blocks = [*_blocks(lines, tables), *pictures]
    return Document(_title(lines) or name, tuple(blocks), source, "pdf")


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


def _take_in(data: bytes) -> tuple[list[Line], list[TableAt], list[Block]]:
    lines: list[Line] = []
    tables: list[TableAt] = []
    pictures: list[Block] = []
    with pdfplumber.open(io.BytesIO(data)) as document:
        for number, page in enumerate(document.pages, 1):
            found = page.find_tables()
            for table in found:
                block = _table(table, number)
                if block is not None:
                    tables.append(TableAt(block, number, table.bbox[1]))
            rest = page
            for table in found:
                rest = rest.outside_bbox(table.bbox, strict=False)
            page_lines = [_line(raw, page, number) for raw in rest.extract_text_lines(return_chars=True)]
            lines += [line for line in page_lines if line.text]
            if not page_lines and not found and page.images:
                pictures.append(
                    Block(BlockKind.DROPPED, f"{number}", page=number, reason=DropReason.PICTURE, characters=0)
                )
            page.close()
    return lines, tables, pictures


def _line(raw: dict[str, Any], page: Any, number: int) -> Line:  # noqa: ANN401  # debt: pdfplumber's own types are loose
    sizes = [char["size"] for char in raw["chars"] if char["text"].strip()]
    size = median(sizes) if sizes else 0.0
    text = " ".join(raw["text"].split())
    return Line(text, number, raw["x0"], raw["x1"], raw["top"], size, float(page.height), float(page.width))


def _table(table: Any, page: int) -> Block | None:  # noqa: ANN401  # debt: pdfplumber's own types are loose
    rows = [[" ".join((cell or "").split()) for cell in row] for row in table.extract()]
    size = cells_size(rows)
    # pdfplumber leaves the cells that a merged cell covers empty: None beside "".
    raw = table.extract()
    for at in range(1, len(rows)):
        for column, cell in enumerate(raw[at]):
            if cell is None and column < len(rows[at - 1]) and column == 0:
                rows[at][column] = rows[at - 1][column]
    return table_block(rows, page=page, characters=size)


def _blocks(lines: Sequence[Line], tables: Sequence[TableAt]) -> Iterator[Block]:
    furniture = _furniture(lines)
    body = [line for line in lines if line not in furniture]
    waiting = list(tables)
    group: list[Line] = []
    layout = _Layout.of(body)
    for line in body:
        before = [table for table in waiting if (table.page, table.top) < (line.page, line.top)]
        is_new = not group or layout.begins_paragraph(group[-1], line)
        if group and (is_new or before):
            yield layout.block(group)
            group = []
        for table in before:
            waiting.remove(table)
            yield table.block
        group.append(line)
    if group:
        yield layout.block(group)
    yield from (table.block for table in waiting)
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
    def of(cls, lines: Sequence[Line]) -> _Layout:
        """Measure the lines; sizes above the body's are headings, the largest the first level."""
        if not lines:
            return cls(0.0, 0.0, 0.0, ())
        weights: Counter[float] = Counter()
        for line in lines:
            weights[round(line.size, 1)] += len(line.text)
        size = weights.most_common(1)[0][0]
        body = [line for line in lines if round(line.size, 1) == size]
        left = Counter(round(line.left) for line in body).most_common(1)[0][0]
        right = max(line.right for line in body)
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
        is_indented = line.left > self.left + 0.8 * self.size
        ended_short = last.right < self.right - 2.5 * self.size
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


def _title(lines: Sequence[Line]) -> str:
    layout = _Layout.of(lines)
    first = [line for line in lines if line.page == 1 and layout.level(line) == 1]
    return layout.block([replace(line) for line in first[:2]]).text if first else ""
