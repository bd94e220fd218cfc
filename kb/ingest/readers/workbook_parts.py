"""What the parts of a workbook hold, counted without the library that reads its cells."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from kb.ingest.document import count_characters

_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_A_PARAGRAPH = "{http://schemas.openxmlformats.org/drawingml/2006/main}p"
_A_TEXT = "{http://schemas.openxmlformats.org/drawingml/2006/main}t"
_SHEET = re.compile(r"^xl/worksheets/[^/]+\.xml$")
_DRAWING = re.compile(r"^xl/drawings/[^/]+\.xml$")
_CHART = re.compile(r"^xl/(charts|diagrams)/(chart|data)[^/]*\.xml$")


@dataclass(frozen=True, slots=True)
class WorkbookParts:
    """What a workbook holds.

    Attributes:
        text_characters: Characters of its text cells, blanks apart, read from the XML itself.
        lost_formulas: `B2: =A1*2` of formulas that no program has calculated yet.
        box_texts: Paragraphs of text boxes and shapes.
        chart_texts: Titles and labels of charts.
    """

    text_characters: int
    lost_formulas: tuple[str, ...]
    box_texts: tuple[str, ...]
    chart_texts: tuple[str, ...]


def read_parts(data: bytes) -> WorkbookParts:
    """Return what the parts of a workbook hold; its XML has been checked for entities before."""
    with zipfile.ZipFile(io.BytesIO(data)) as container:
        names = sorted(container.namelist())
        shared = _shared_sizes(container) if "xl/sharedStrings.xml" in names else []
        total = 0
        lost: list[str] = []
        for name in filter(_SHEET.match, names):
            with container.open(name) as part:
                for cell in _elements(part, "c"):
                    total += _text_size(cell, shared)
                    lost += _lost_formula(cell)
                    cell.clear()
        boxes = [text for name in filter(_DRAWING.match, names) for text in _paragraphs(container.read(name))]
        charts = [text for name in filter(_CHART.match, names) for text in _paragraphs(container.read(name))]
    return WorkbookParts(total, tuple(lost), tuple(boxes), tuple(charts))


def _elements(part: Any, name: str) -> Iterator[Any]:  # noqa: ANN401  # debt: lxml element
    for _event, element in etree.iterparse(part, tag=(f"{_S}{name}", f"{_STRICT}{name}"), resolve_entities=False):
        yield element


def _shared_sizes(container: zipfile.ZipFile) -> list[int]:
    with container.open("xl/sharedStrings.xml") as part:
        return [_size_of(item) for item in _elements(part, "si")]


def _size_of(item: Any) -> int:  # noqa: ANN401  # debt: lxml element
    """Readings above characters are no text of the cell."""
    size = 0
    for node in item.iter():
        local = etree.QName(node).localname if isinstance(node.tag, str) else ""
        if local == "t" and etree.QName(node.getparent()).localname != "rPh":
            size += count_characters((node.text or "").replace("_x000D_", ""))
    return size


def _text_size(cell: Any, shared: list[int]) -> int:  # noqa: ANN401  # debt: lxml element
    kind = cell.get("t")
    value = next((child for child in cell if etree.QName(child).localname == "v"), None)
    if kind == "s" and value is not None:
        return shared[int(value.text)]
    if kind == "inlineStr":
        return _size_of(cell)
    return count_characters(value.text or "") if kind in ("str", "e") and value is not None else 0


def _lost_formula(cell: Any) -> Iterator[str]:  # noqa: ANN401  # debt: lxml element
    parts = {etree.QName(child).localname: child for child in cell if isinstance(child.tag, str)}
    if "f" in parts and ("v" not in parts or not (parts["v"].text or "")) and cell.get("t") != "str":
        yield f"{cell.get('r')}: ={parts['f'].text or ''}"


def _paragraphs(xml: bytes) -> Iterator[str]:
    root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    for paragraph in root.iter(_A_PARAGRAPH):
        text = " ".join("".join(node.text or "" for node in paragraph.iter(_A_TEXT)).split())
        if text:
            yield text
