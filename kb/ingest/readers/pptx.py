"""Presentations: a slide is a section with its texts, tables and notes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pptx
from lxml import etree
from pptx.util import Emu

from kb.ingest.document import Block, BlockKind, Document, DropReason, count_characters
from kb.ingest.readers.equations import M, equation_text
from kb.ingest.readers.tables import Cell, grid_blocks
from kb.ingest.refusals import refuse

_A_TEXT = "{http://schemas.openxmlformats.org/drawingml/2006/main}t"
_M_TEXT = f"{M}t"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)
_FURNITURE = frozenset({"SLIDE_NUMBER (13)", "FOOTER (15)", "DATE (16)"})


def read_pptx(data: bytes, name: str) -> Document:
    """Read a presentation; the title of the first slide names it."""
    try:
        slides = list(pptx.Presentation(io.BytesIO(data)).slides)
        blocks = [block for number, slide in enumerate(slides, 1) for block in _slide(slide, number)]
    except Exception as error:  # rejected: the parser raises whatever a broken part makes it meet
        raise refuse("file_damaged") from error
    source = sum(map(_source_size, slides))
    first = next((block.text for block in blocks if block.kind is BlockKind.HEADING and block.characters != 0), name)
    return Document(first, tuple(blocks), source, "pptx")


def _source_size(slide: Any) -> int:  # noqa: ANN401  # debt: python-pptx has no types
    roots = [slide.element, *([slide.notes_slide.element] if slide.has_notes_slide else [])]
    return sum(map(count_characters, (*(text for root in roots for text in _texts(root)), *_related_texts(slide))))


def _texts(root: Any) -> Iterator[str]:  # noqa: ANN401  # debt: lxml element
    """Yield every text node, equations included; what old programs see instead of a newer part is no second text."""
    for node in root.iter(_A_TEXT, _M_TEXT):
        if node.text and not any(ancestor.tag == _FALLBACK for ancestor in node.iterancestors()):
            yield node.text


def _related_texts(slide: Any) -> Iterator[str]:  # noqa: ANN401  # debt: python-pptx has no types
    """Yield the texts of charts and diagrams, which are pictures to a reader."""
    for relation in slide.part.rels.values():
        if not relation.is_external and relation.reltype.endswith(("/chart", "/diagramData")):
            yield from _texts(etree.fromstring(relation.target_part.blob, _PARSER))


def _slide(slide: Any, number: int) -> Iterator[Block]:  # noqa: ANN401  # debt: python-pptx has no types
    related = " ".join(_related_texts(slide))
    if related:
        yield Block(BlockKind.DROPPED, related, page=number, reason=DropReason.PICTURE)
    if slide.element.get("show") in ("0", "false"):
        roots = [slide.element, *([slide.notes_slide.element] if slide.has_notes_slide else [])]
        text = " ".join(text for root in roots for text in _texts(root))
        yield Block(BlockKind.DROPPED, text, page=number, reason=DropReason.HIDDEN)
        return
    title = slide.shapes.title
    text = " ".join(title.text_frame.text.split()) if title is not None else ""
    yield Block(BlockKind.HEADING, text or f"第 {number} 页", level=1, page=number, characters=-1 if text else 0)
    title_id = title.shape_id if title is not None else None
    shapes = [shape for shape in _flat(slide.shapes) if shape.shape_id != title_id or not text]
    for shape in sorted(shapes, key=lambda shape: (shape.top or Emu(0), shape.left or Emu(0))):
        yield from _shape(shape, number)
    if slide.has_notes_slide:
        yield from _notes(slide.notes_slide, number)


def _flat(shapes: Any) -> Iterator[Any]:  # noqa: ANN401  # debt: python-pptx has no types
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _flat(shape.shapes)
        else:
            yield shape


def _shape(shape: Any, page: int) -> Iterator[Block]:  # noqa: ANN401  # debt: python-pptx has no types
    if getattr(shape, "has_table", False) and shape.has_table:
        yield from grid_blocks([list(map(_cell, _origins(row))) for row in shape.table.rows], page=page)
    elif shape.has_text_frame:
        is_furniture = shape.is_placeholder and str(shape.placeholder_format.type) in _FURNITURE
        for paragraph in shape.text_frame.paragraphs:
            yield from _paragraph(paragraph, page, is_furniture=is_furniture)
    elif (
        getattr(shape, "has_chart", False)
        and shape.has_chart
        or shape.shape_type is not None
        and "PICTURE" in str(shape.shape_type)
    ):
        yield Block(BlockKind.DROPPED, shape.name, page=page, reason=DropReason.PICTURE, characters=0)


def _origins(row: Any) -> Iterator[Any]:  # noqa: ANN401  # debt: python-pptx has no types
    yield from (cell for cell in row.cells if not cell.is_spanned)


def _cell(cell: Any) -> Cell:  # noqa: ANN401  # debt: python-pptx has no types
    text = "\n".join(map(_paragraph_text, cell.text_frame.paragraphs))
    return Cell(text.strip(), cell.span_width, cell.span_height) if cell.is_merge_origin else Cell(text.strip())


def _paragraph_text(paragraph: Any) -> str:  # noqa: ANN401  # debt: python-pptx has no types
    """Return the text of a paragraph; equations stand in parts that the library does not open."""
    equations = [equation_text(node) for node in paragraph._p.iter(f"{M}oMath")]  # rejected: see above
    return " ".join(" ".join([paragraph.text, *equations]).split())


def _is_picture(shape: Any) -> bool:  # noqa: ANN401  # debt: python-pptx has no types
    return bool(getattr(shape, "has_chart", False)) or "PICTURE" in str(shape.shape_type)


def _paragraph(paragraph: Any, page: int, *, is_furniture: bool) -> Iterator[Block]:  # noqa: ANN401  # debt: python-pptx has no types
    text = _paragraph_text(paragraph)
    size = sum(map(count_characters, _texts(paragraph._p)))  # rejected: see `_paragraph_text`
    if not text:
        return
    if is_furniture:
        yield Block(BlockKind.DROPPED, text, page=page, reason=DropReason.PAGE_FURNITURE)
    else:
        indent = "  " * paragraph.level
        yield Block(BlockKind.ITEM, f"{indent}- {text}", page=page, level=paragraph.level, characters=size)


def _notes(notes: Any, page: int) -> Iterator[Block]:  # noqa: ANN401  # debt: python-pptx has no types
    frame = notes.notes_text_frame
    for shape in notes.shapes:
        if not shape.has_text_frame:
            continue
        text = " ".join(shape.text_frame.text.split())
        is_note = frame is not None and shape.shape_id == notes.notes_placeholder.shape_id
        if text and is_note:
            yield Block(BlockKind.PARAGRAPH, text, page=page)
        elif text:
            yield Block(BlockKind.DROPPED, text, page=page, reason=DropReason.PAGE_FURNITURE)
