"""Web pages: headings, paragraphs, lists and tables; navigation and scripts are dropped and said to be."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree, html

from kb.ingest.document import Block, BlockKind, Document, DropReason, count_characters
from kb.ingest.encodings import decode
from kb.ingest.readers.tables import table_block
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
}
_BLOCK_TAGS = frozenset(
    {"address", "article", "blockquote", "body", "br", "center", "dd", "details", "div", "dl", "dt", "fieldset"}
    | {"figcaption", "figure", "form", "head", "header", "hr", "html", "li", "main", "ol", "p", "pre", "section"}
    | {"summary", "table", "td", "th", "tr", "ul", *_HEADINGS}
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
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
    blocks = tuple(_Walk().run(root))
    first = [block.text for block in blocks if block.kind is BlockKind.HEADING and block.level == 1]
    page_title = " ".join((root.findtext(".//title") or "").split())
    return Document((first[0] if len(first) == 1 else page_title) or name, blocks, source, "html", encoding)


def _decode(data: bytes) -> tuple[str, str]:
    declared = _DECLARED.search(data[:2048])
    if declared is not None:
        encoding = declared[1].decode("ascii", "ignore").lower()
        encoding = "gb18030" if encoding in ("gb2312", "gbk") else encoding
        try:
            return data.decode(encoding), encoding
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(data)


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

    def run(self, root: html.HtmlElement) -> list[Block]:
        self._visit(root, 0)
        self._flush()
        return self._blocks

    def _visit(self, element: html.HtmlElement, depth: int) -> None:
        if depth > _DEEPEST:
            raise refuse("file_too_complex")
        if not isinstance(element.tag, str):
            return
        reason = _DROPPED.get(element.tag) or (DropReason.HIDDEN if _is_hidden(element) else None)
        if reason is not None:
            self._drop(element, reason)
        elif element.tag == "table" and element.find(".//table") is None:
            self._table(element)
        elif element.tag in _HEADINGS:
            self._flush()
            self._add(Block(BlockKind.HEADING, _inner(element), level=_HEADINGS[element.tag]))
        elif element.tag == "li" and not any(child.tag in ("ul", "ol", "table") for child in element.iter()):
            self._flush()
            text = _inner(element)
            if text:
                item = f"{_marker(element)} {text}"
                self._blocks.append(Block(BlockKind.ITEM, item, characters=count_characters(text)))
        else:
            self._children(element, depth)

    def _children(self, element: html.HtmlElement, depth: int) -> None:
        is_block = element.tag in _BLOCK_TAGS
        if is_block:
            self._flush()
        self._running.append(element.text or "")
        for child in element:
            self._visit(child, depth + 1)
            self._running.append(child.tail or "")
        if is_block:
            self._flush()

    def _table(self, element: html.HtmlElement) -> None:
        self._flush()
        caption = element.find("caption")
        rows = [[_inner(cell) for cell in row if cell.tag in ("td", "th")] for row in element.iter("tr")]
        block = table_block(rows)
        if caption is not None:
            self._add(Block(BlockKind.PARAGRAPH, _inner(caption)))
        if block is not None:
            self._blocks.append(block)

    def _drop(self, element: html.HtmlElement, reason: DropReason) -> None:
        text = " ".join(" ".join(_texts(element)).split())
        if text:
            self._blocks.append(Block(BlockKind.DROPPED, text, reason=reason))

    def _flush(self) -> None:
        text, self._running = " ".join("".join(self._running).split()), []
        self._add(Block(BlockKind.PARAGRAPH, text))

    def _add(self, block: Block) -> None:
        if block.text:
            self._blocks.append(block)


def _is_hidden(element: html.HtmlElement) -> bool:
    return "hidden" in element.attrib or bool(_HIDDEN.search(element.get("style") or ""))


def _inner(element: html.HtmlElement) -> str:
    return " ".join("".join(element.itertext(with_tail=False)).split())


def _marker(element: html.HtmlElement) -> str:
    parent = element.getparent()
    if parent is None or parent.tag != "ol":
        return "-"
    return f"{sum(1 for _ in element.itersiblings('li', preceding=True)) + 1}."
