"""Web pages: headings, paragraphs, lists and tables; navigation and scripts are dropped and said to be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lxml import etree, html

from kb.ingest.document import Block, BlockKind, Document, DropReason, count_characters
from kb.ingest.encodings import decode
from kb.ingest.readers.equations import raised_digits
from kb.ingest.readers.tables import Cell, grid_blocks
from kb.ingest.readers.unreadable import unreadable_blocks
from kb.ingest.refusals import refuse

_DECLARED = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_DROPPED = {
    "script": DropReason.SCRIPT,
    "style": DropReason.SCRIPT,
    "noscript": DropReason.SCRIPT,
    "template": DropReason.SCRIPT,
    "nav": DropReason.NAVIGATION,
    "footer": DropReason.NAVIGATION,
    "aside": DropReason.NAVIGATION,
    "title": DropReason.REPEATED,
    "del": DropReason.HIDDEN,
    "s": DropReason.HIDDEN,
    "strike": DropReason.HIDDEN,
}
_BLOCK_TAGS = frozenset(
    {"address", "article", "blockquote", "body", "br", "center", "dd", "details", "div", "dl", "dt", "fieldset"}
    | {"figcaption", "figure", "form", "head", "header", "hr", "html", "li", "main", "ol", "p", "pre", "section"}
    | {"summary", "table", "td", "th", "tr", "ul", *_HEADINGS}
)
_TABLE_PARTS = ("table", "thead", "tbody", "tfoot", "tr", "colgroup", "col", "caption", "td", "th")
_CELL_TAGS = frozenset({"caption", "td", "th"})
_BREAK = "\0"
"""Between two lines of a cell; no page can hold this character."""
_TO_THE_END = 10_000
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|text-decoration[\w-]*\s*:[^;]*line-through", re.IGNORECASE
)
_DEEPEST = 200


def read_html(data: bytes, name: str) -> Document:
    """Read a web page; `<title>` names it unless it has one heading of the first level."""
    text, encoding = _decode(data)
    try:
        # Its default parser knows no entities beyond HTML's own and does not go to the network.
        root = html.document_fromstring(_XML_DECLARATION.sub("", text))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise refuse("file_without_text") from error
    source = sum(count_characters(piece) for piece in _texts(root))
    blocks = (*_Walk().run(root), *unreadable_blocks(text))
    first = [block.text for block in blocks if block.kind is BlockKind.HEADING and block.level == 1]
    page_title = " ".join((root.findtext(".//title") or "").split())
    return Document((first[0] if len(first) == 1 else page_title) or name, blocks, source, "html", encoding)


def _decode(data: bytes) -> tuple[str, str]:
    """A declared encoding is a hint: servers and editors declare one and write another."""
    declared = _DECLARED.search(data[:2048])
    return decode(data, hint="" if declared is None else declared[1].decode("ascii", "ignore"))


def _texts(root: html.HtmlElement) -> Iterator[str]:
    for element in root.iter():
        if isinstance(element.tag, str) and element.text:
            yield element.text
        if element.tail and element is not root:
            yield element.tail


class _Walk:
    """One pass over the tree; running text is gathered until a block begins or ends."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._running: list[str] = []
        self._marker = ""

    def run(self, root: html.HtmlElement) -> list[Block]:
        self._visit(root, 0)
        self._flush()
        return self._blocks

    def _visit(self, element: html.HtmlElement, depth: int) -> None:
        if depth > _DEEPEST:
            raise refuse("file_too_complex")
        if not isinstance(element.tag, str):
            return
        reason = _drop_reason(element)
        if reason is not None:
            self._drop(element, reason)
        elif element.tag == "table" and element.find(".//table") is None:
            self._table(element)
        elif element.tag in _HEADINGS:
            self._flush()
            self._add(Block(BlockKind.HEADING, self._inner(element, " "), level=_HEADINGS[element.tag]))
        elif element.tag == "li" and not any(child.tag in ("ul", "ol", "table") for child in element.iter()):
            self._flush()
            text = self._inner(element, " ")
            if text:
                item = f"{_marker(element)} {text}"
                self._blocks.append(Block(BlockKind.ITEM, item, characters=count_characters(text)))
        else:
            self._children(element, depth)

    def _children(self, element: html.HtmlElement, depth: int) -> None:
        is_block = element.tag in _BLOCK_TAGS
        if is_block:
            self._flush()
        if element.tag == "li":
            self._marker = _marker(element)
        self._running.append(_own_text(element, self._running))
        for child in element:
            self._visit(child, depth + 1)
            self._running.append(child.tail or "")
        if is_block:
            self._flush()
        if element.tag == "li":
            self._marker = ""

    def _table(self, element: html.HtmlElement) -> None:
        self._flush()
        for caption in element.iterchildren("caption"):
            self._add(Block(BlockKind.PARAGRAPH, self._inner(caption, " ")))
        # Text between the cells is no table, and browsers show it above.
        for stray in _between_cells(element):
            self._add(Block(BlockKind.PARAGRAPH, stray))
        rows = [
            [
                Cell(self._inner(cell, "\n"), _span(cell, "colspan"), _span(cell, "rowspan"))
                for cell in row.iterchildren("td", "th")
                if not self._is_dropped(cell)
            ]
            for row in element.iter("tr")
            if not self._is_dropped(row)
        ]
        self._blocks += grid_blocks(rows)

    def _is_dropped(self, element: html.HtmlElement) -> bool:
        reason = _drop_reason(element)
        if reason is not None:
            self._drop(element, reason)
        return reason is not None

    def _inner(self, element: html.HtmlElement, separator: str) -> str:
        """Return the text of a block that is one piece; inner blocks and line breaks separate, hidden parts go."""
        pieces: list[str] = []
        self._gather(element, separator, pieces, 0)
        lines = (" ".join(line.split()) for line in "".join(pieces).split(_BREAK))
        return separator.join(filter(None, lines))

    def _gather(self, element: html.HtmlElement, separator: str, pieces: list[str], depth: int) -> None:
        if depth > _DEEPEST:
            raise refuse("file_too_complex")
        pieces.append(_own_text(element, pieces))
        for child in element:
            if isinstance(child.tag, str) and not self._is_dropped(child):
                is_block = child.tag in _BLOCK_TAGS
                pieces.append(_BREAK if is_block else "")
                self._gather(child, separator, pieces, depth + 1)
                pieces.append(_BREAK if is_block else "")
            pieces.append(child.tail or "")

    def _drop(self, element: html.HtmlElement, reason: DropReason) -> None:
        text = " ".join(" ".join(_texts(element)).split())
        if text:
            self._blocks.append(Block(BlockKind.DROPPED, text, reason=reason))

    def _flush(self) -> None:
        text, self._running = " ".join("".join(self._running).split()), []
        if text and self._marker:
            self._blocks.append(Block(BlockKind.ITEM, f"{self._marker} {text}", characters=count_characters(text)))
            self._marker = ""
        else:
            self._add(Block(BlockKind.PARAGRAPH, text))

    def _add(self, block: Block) -> None:
        if block.text:
            self._blocks.append(block)


def _own_text(element: html.HtmlElement, before: Sequence[str]) -> str:
    text = element.text or ""
    return raised_digits("".join(before[-1:]), text) if element.tag == "sup" else text


def _drop_reason(element: html.HtmlElement) -> DropReason | None:
    is_hidden = "hidden" in element.attrib or bool(_HIDDEN.search(element.get("style") or ""))
    return _DROPPED.get(element.tag) or (DropReason.HIDDEN if is_hidden else None)


def _between_cells(table: html.HtmlElement) -> Iterator[str]:
    """Yield text of a table that is in no cell and no caption."""
    for element in table.iter(*_TABLE_PARTS):
        own = element.text if element.tag not in _CELL_TAGS else None
        tail = element.tail if element is not table else None
        yield from filter(None, (" ".join((text or "").split()) for text in (own, tail)))
        if element.tag in _CELL_TAGS:
            continue
        for child in element:
            if child.tag in _TABLE_PARTS:
                continue
            pieces = [*(_texts(child) if isinstance(child.tag, str) else ()), child.tail or ""]
            yield from filter(None, (" ".join(" ".join(pieces).split()),))


def _span(cell: html.HtmlElement, name: str) -> int:
    stated = (cell.get(name) or "1").strip()
    # A rowspan of 0 goes to the end of its table.
    return (int(stated) or _TO_THE_END) if stated.isascii() and stated.isdecimal() and len(stated) < 6 else 1


def _marker(element: html.HtmlElement) -> str:
    parent = element.getparent()
    if parent is None or parent.tag != "ol":
        return "-"
    number = _first_number(parent)
    for item in parent.iterchildren("li"):
        number = _stated_number(item, number)
        if item is element:
            break
        number += 1
    return f"{number}."


def _first_number(parent: html.HtmlElement) -> int:
    stated = (parent.get("start") or "1").strip()
    return int(stated) if stated.isdecimal() else 1


def _stated_number(item: html.HtmlElement, otherwise: int) -> int:
    stated = (item.get("value") or "").strip()
    return int(stated) if stated.isdecimal() else otherwise
