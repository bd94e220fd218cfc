"""Word documents: headings by style or outline level, lists, tables with merged cells, text boxes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import docx
from docx.oxml.ns import qn
from lxml import etree

from kb.ingest.document import Block, BlockKind, Document, DropReason, count_characters
from kb.ingest.readers.tables import cells_size, table_block
from kb.ingest.refusals import refuse

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TEXT = f"{_W}t"
_SIDE_PARTS = {
    "word/header": DropReason.PAGE_FURNITURE,
    "word/footer": DropReason.PAGE_FURNITURE,
    "word/comments": DropReason.COMMENT,
}
_NOTE_PARTS = ("word/footnotes.xml", "word/endnotes.xml")
_LONGEST_HEADING = 120


def read_docx(data: bytes, name: str) -> Document:
    """Read a Word document; its title is the `Title` paragraph, else the file's name."""
    try:
        document = docx.Document(io.BytesIO(data))
        parts = _side_parts(data)
    except Exception as error:  # rejected: the parser raises whatever a broken part makes it meet
        raise refuse("file_damaged") from error
    styles = _heading_levels(document)
    blocks: list[Block] = []
    titles: list[str] = []
    for element in document.element.body.iterchildren():
        blocks += _body_blocks(element, styles, titles)
    source = count_characters("".join(_plain_texts(document.element.body)))
    for part, root in parts:
        extra = _side_blocks(part, root)
        source += count_characters("".join(_plain_texts(root)))
        blocks += extra
    return Document(titles[0] if titles else name, tuple(blocks), source, "docx")


def _body_blocks(element: Any, styles: dict[str, int], titles: list[str]) -> Iterator[Block]:  # noqa: ANN401  # debt: lxml element
    if element.tag == f"{_W}p":
        yield from _paragraph(element, styles, titles)
    elif element.tag == f"{_W}tbl":
        yield from _table(element)
    else:
        # Content controls and tracked insertions wrap paragraphs.
        for child in element.iterchildren():
            yield from _body_blocks(child, styles, titles)


def _paragraph(element: Any, styles: dict[str, int], titles: list[str]) -> Iterator[Block]:  # noqa: ANN401  # debt: lxml element
    text = _own_text(element)
    style = element.find(f"{_W}pPr/{_W}pStyle")
    level = styles.get(style.get(f"{_W}val")) if style is not None else None
    outline = element.find(f"{_W}pPr/{_W}outlineLvl")
    if level is None and outline is not None:
        level = int(outline.get(f"{_W}val")) + 1
    if text:
        if level == 0:
            titles.append(text)
            level = 1
        if level is not None and level <= 9 and len(text) <= _LONGEST_HEADING:
            yield Block(BlockKind.HEADING, text, level=level)
        elif element.find(f"{_W}pPr/{_W}numPr") is not None:
            yield Block(BlockKind.ITEM, f"- {text}", characters=count_characters(text))
        else:
            yield Block(BlockKind.PARAGRAPH, text)
    for box in element.iter(f"{_W}txbxContent"):
        if not _is_in_fallback(box):
            for child in box.iterchildren():
                yield from _body_blocks(child, styles, titles)


def _own_text(element: Any) -> str:  # noqa: ANN401  # debt: lxml element
    pieces = []
    for node in element.iter(_TEXT, f"{_W}tab", f"{_W}br", f"{_W}noBreakHyphen"):
        if _is_in_box(node, element):
            continue
        pieces.append(node.text or "" if node.tag == _TEXT else " ")
    return " ".join("".join(pieces).split())


def _is_in_box(node: Any, top: Any) -> bool:  # noqa: ANN401  # debt: lxml element
    for ancestor in node.iterancestors():
        if ancestor is top:
            return False
        if ancestor.tag in (f"{_W}txbxContent", _FALLBACK):
            return True
    return False


def _is_in_fallback(node: Any) -> bool:  # noqa: ANN401  # debt: lxml element
    return any(ancestor.tag == _FALLBACK for ancestor in node.iterancestors())


def _table(element: Any) -> Iterator[Block]:  # noqa: ANN401  # debt: lxml element
    """Merged cells are filled with the text of the cell they continue, so that every row says all it means."""
    rows: list[list[str]] = []
    size = 0
    for row in element.iter(f"{_W}tr"):
        if next(row.iterancestors(f"{_W}tbl")) is not element:
            continue
        cells: list[str] = []
        for cell in row.iter(f"{_W}tc"):
            if next(cell.iterancestors(f"{_W}tr")) is not row:
                continue
            text = _cell_text(cell)
            size += cells_size([[text]])
            merge, span = cell.find(f"{_W}tcPr/{_W}vMerge"), cell.find(f"{_W}tcPr/{_W}gridSpan")
            is_continued = merge is not None and merge.get(f"{_W}val") != "restart"
            if is_continued and not text and rows and len(cells) < len(rows[-1]):
                text = rows[-1][len(cells)]
            width = int(span.get(f"{_W}val")) if span is not None else 1
            cells += [text, *[""] * (width - 1)]
        rows.append(cells)
    block = table_block(rows, characters=size)
    if block is not None:
        yield block


def _cell_text(cell: Any) -> str:  # noqa: ANN401  # debt: lxml element
    paragraphs = ("".join(_plain_texts(paragraph)) for paragraph in cell.iter(f"{_W}p"))
    return " ".join(" ".join(paragraphs).split())


def _plain_texts(root: Any) -> Iterator[str]:  # noqa: ANN401  # debt: lxml element
    for node in root.iter(_TEXT):
        if node.text and not _is_in_fallback(node):
            yield node.text


def _heading_levels(document: Any) -> dict[str, int]:  # noqa: ANN401  # debt: python-docx has no types
    """Return the outline level of every heading style, 0 for the title; inherited levels count."""
    levels: dict[str, int] = {}
    for style in document.styles.element.iter(f"{_W}style"):
        style_id, name = style.get(f"{_W}styleId"), style.find(qn("w:name"))
        outline = style.find(f"{_W}pPr/{_W}outlineLvl")
        label = (name.get(f"{_W}val") if name is not None else "").lower()
        if label == "title":
            levels[style_id] = 0
        elif label.startswith("heading ") and label[8:].isdecimal():
            levels[style_id] = int(label[8:])
        elif outline is not None and outline.get(f"{_W}val", "9") != "9":
            levels[style_id] = int(outline.get(f"{_W}val")) + 1
    return levels


def _side_parts(data: bytes) -> list[tuple[str, Any]]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    with zipfile.ZipFile(io.BytesIO(data)) as container:
        names = [name for name in container.namelist() if name.startswith((*_SIDE_PARTS, *_NOTE_PARTS))]
        return [(name, etree.fromstring(container.read(name), parser)) for name in sorted(names)]


def _side_blocks(part: str, root: Any) -> list[Block]:  # noqa: ANN401  # debt: lxml element
    if part in _NOTE_PARTS:
        notes = (" ".join("".join(_plain_texts(note)).split()) for note in root.iterchildren())
        return [Block(BlockKind.PARAGRAPH, note) for note in notes if note]
    text = " ".join("".join(_plain_texts(root)).split())
    reason = next(reason for start, reason in _SIDE_PARTS.items() if part.startswith(start))
    return [Block(BlockKind.DROPPED, text, reason=reason)] if text else []
