"""Word documents as a person sees them: headings, numbered paragraphs, tables, notes, text boxes, equations."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from pathlib import PurePosixPath
from typing import Any

import docx
from lxml import etree

from kb.ingest.document import Block, BlockKind, Document, DropReason, count_characters
from kb.ingest.readers.equations import M, equation_text, raised_digits
from kb.ingest.readers.html import read_html
from kb.ingest.readers.tables import EMPTY, Slot, slot_blocks
from kb.ingest.readers.text import read_text
from kb.ingest.readers.word_numbering import Numbering
from kb.ingest.readers.word_styles import Styles, W, hidden_state, is_on, list_of, outline_level
from kb.ingest.refusals import FileRefusedError, refuse

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TEXT_NAMES = frozenset({"t", "delText"})
_SIDE_PARTS = {
    "word/header": DropReason.PAGE_FURNITURE,
    "word/footer": DropReason.PAGE_FURNITURE,
    "word/comments": DropReason.COMMENT,
    "word/charts/chart": DropReason.PICTURE,
    "word/diagrams/data": DropReason.PICTURE,
}
_GONE = frozenset({f"{W}del", f"{W}moveFrom"})
_LONGEST_HEADING = 120
_MOST_CHUNKS_INSIDE = 3


def read_docx(data: bytes, name: str, *, depth: int = 0) -> Document:
    """Read a Word document; its title is the `Title` paragraph, else the file's name.

    The account counts every text node of every part, whatever its namespace; deleted, moved and hidden text is dropped.
    """
    try:
        docx.Document(io.BytesIO(data))
        with zipfile.ZipFile(io.BytesIO(data)) as container:
            parts = {name: container.read(name) for name in container.namelist() if not name.endswith("/")}
        package = _Package(parts, depth)
        blocks = tuple(package.blocks())
    except FileRefusedError:
        raise
    except Exception as error:  # rejected: the parser raises whatever a broken part makes it meet
        raise refuse("file_damaged") from error
    return Document(package.title or name, blocks, package.source, "docx")


@dataclass(slots=True)
class _Text:
    r"""What is gathered of one paragraph.

    Attributes:
        pieces: Its own text; line ends are `\n`.
        hidden: Deleted, moved away or hidden text.
        size: Characters of the source in `pieces`.
        notes: Keys of the notes that it refers to, in order.
        boxes: Text boxes that hang on it.
    """

    pieces: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    size: int = 0
    notes: list[tuple[str, str]] = field(default_factory=list)
    boxes: list[Any] = field(default_factory=list)

    def own(self, separator: str = " ") -> str:
        lines = (" ".join(line.split()) for line in "".join(self.pieces).split("\n"))
        return separator.join(filter(None, lines))


class _Package:
    """One pass over the parts of a document."""

    def __init__(self, parts: dict[str, bytes], depth: int) -> None:
        self._parts = parts
        self._depth = depth
        self._styles = Styles(self._tree("word/styles.xml"))
        self._numbering = Numbering(self._tree("word/numbering.xml"))
        self._notes = {
            (kind, note.get(f"{W}id")): note
            for kind, part in (("footnote", "word/footnotes.xml"), ("endnote", "word/endnotes.xml"))
            if (root := self._tree(part)) is not None
            for note in root.iterchildren(f"{W}{kind}")
        }
        self._is_in_contents = False
        self._field_depth = 0
        self._contents_depth: int | None = None
        self.title = ""
        self.source = 0

    def _tree(self, name: str) -> Any:  # noqa: ANN401  # debt: lxml element
        if name not in self._parts:
            return None
        return etree.fromstring(self._parts[name], etree.XMLParser(resolve_entities=False, no_network=True))

    def blocks(self) -> Iterator[Block]:
        main = self._main_part()
        self._relations = self._relations_of(main)
        root = self._tree(main)
        self.source += count_characters("".join(_all_texts(root)))
        for note in self._notes.values():
            self.source += sum(map(count_characters, _all_texts(note)))
        for element in root.find(f"{W}body").iterchildren():
            yield from self._body(element)
        for key in list(self._notes):
            yield from self._note_blocks(key)
        for name in sorted(self._parts):
            yield from self._side(name)

    def _main_part(self) -> str:
        return (
            "word/document.xml"
            if "word/document.xml" in self._parts
            else next(
                name for name in sorted(self._parts) if name.startswith("word/document") and name.endswith(".xml")
            )
        )

    def _relations_of(self, part: str) -> dict[str, str]:
        folder, name = posixpath.split(part)
        root = self._tree(f"{folder}/_rels/{name}.rels")
        return (
            {}
            if root is None
            else {
                relation.get("Id"): posixpath.normpath(posixpath.join(folder, relation.get("Target") or ""))
                if not (relation.get("Target") or "").startswith("/")
                else (relation.get("Target") or "")[1:]
                for relation in root
            }
        )

    def _body(self, element: Any) -> Iterator[Block]:  # noqa: ANN401  # debt: lxml element
        if not isinstance(element.tag, str) or element.tag == _FALLBACK:
            return
        if element.tag == f"{W}p":
            yield from self._paragraph(element)
        elif element.tag == f"{W}tbl":
            yield from self._table(element)
        elif element.tag == f"{W}altChunk":
            yield from self._chunk(element)
        elif element.tag in _GONE:
            yield from _dropped(_all_texts(element), DropReason.HIDDEN)
        else:
            was_in_contents = self._is_in_contents
            self._is_in_contents = was_in_contents or _is_contents_control(element)
            # Content controls and tracked insertions wrap paragraphs.
            for child in element.iterchildren():
                yield from self._body(child)
            self._is_in_contents = was_in_contents

    def _paragraph(self, element: Any) -> Iterator[Block]:  # noqa: ANN401  # debt: lxml element
        was_in_field = self._contents_depth is not None
        gathered = self._gather(element)
        style = self._styles.of(element)
        yield from _dropped(gathered.hidden, DropReason.HIDDEN)
        text = gathered.own()
        is_contents = self._is_in_contents or style.is_contents or was_in_field or self._contents_depth is not None
        if text and is_contents:
            yield Block(BlockKind.DROPPED, text, reason=DropReason.PAGE_FURNITURE, characters=gathered.size)
        elif text:
            yield self._text_block(element, text, gathered.size)
        for key in gathered.notes:
            yield from self._note_blocks(key)
        for box in gathered.boxes:
            for child in box.iterchildren():
                yield from self._body(child)

    def _text_block(self, element: Any, text: str, size: int) -> Block:  # noqa: ANN401  # debt: lxml element
        style = self._styles.of(element)
        stated = outline_level(element)
        level = stated if stated is not None else style.level
        number = self._number(element)
        numbered = " ".join(filter(None, (number, text)))
        if level == 0:
            self.title = self.title or text
            level = 1
        if level is not None and level <= 9 and len(numbered) <= _LONGEST_HEADING:
            return Block(BlockKind.HEADING, numbered, level=level, characters=size)
        if number is None:
            return Block(BlockKind.PARAGRAPH, text, characters=size)
        if number.startswith("第"):
            # An article or a chapter, which the splitter looks for.
            return Block(BlockKind.PARAGRAPH, numbered, characters=size)
        return Block(BlockKind.ITEM, numbered if number else f"- {text}", characters=size)

    def _number(self, element: Any) -> str | None:  # noqa: ANN401  # debt: lxml element
        own, inherited = list_of(element), self._styles.of(element).numbering
        if own is not None and not own[0] and inherited is not None:
            own = (inherited[0], own[1])
        found = own or inherited
        return None if found is None or found[0] in ("", "0") else self._numbering.next_number(*found)

    def _gather(self, paragraph: Any) -> _Text:  # noqa: ANN401  # debt: lxml element
        gathered = _Text()
        is_hidden = self._styles.of(paragraph).is_hidden
        for child in paragraph.iterchildren():
            self._inline(child, gathered, is_hidden=is_hidden)
        return gathered

    def _inline(self, node: Any, into: _Text, *, is_hidden: bool) -> None:  # noqa: ANN401  # debt: lxml element
        tag = node.tag
        if not isinstance(tag, str) or tag in (_FALLBACK, f"{W}pPr", f"{W}rPr"):
            return
        if tag in _GONE:
            is_hidden = True
        elif tag == f"{W}r":
            stated = hidden_state(node)
            is_hidden = is_hidden or (stated if stated is not None else self._styles.of(node).is_hidden)
        elif tag == f"{W}txbxContent":
            into.boxes.append(node)
            return
        elif tag.startswith(M) and not is_hidden:
            into.pieces.append(equation_text(node))
            into.size += sum(map(count_characters, _all_texts(node)))
            return
        if etree.QName(node).localname in _TEXT_NAMES:
            text = node.text or ""
            if is_hidden or etree.QName(node).localname == "delText":
                into.hidden.append(text)
            else:
                is_raised = _is_raised(node.getparent())
                into.pieces.append(raised_digits("".join(into.pieces[-1:]), text) if is_raised else text)
                into.size += count_characters(text)
        elif tag in _SIGNS and not is_hidden:
            into.pieces.append(_SIGNS[tag])
        elif tag in (f"{W}footnoteReference", f"{W}endnoteReference") and not is_hidden:
            into.notes.append((etree.QName(node).localname.removesuffix("Reference"), node.get(f"{W}id")))
        elif tag in (f"{W}fldChar", f"{W}instrText", f"{W}fldSimple"):
            self._field(node)
        for child in node.iterchildren():
            self._inline(child, into, is_hidden=is_hidden)

    def _field(self, node: Any) -> None:  # noqa: ANN401  # debt: lxml element
        """Follow fields, which begin and end in different paragraphs: a table of contents is one."""
        kind = node.get(f"{W}fldCharType")
        if kind == "begin":
            self._field_depth += 1
        elif kind == "end":
            self._field_depth -= 1
            if self._contents_depth is not None and self._field_depth < self._contents_depth:
                self._contents_depth = None
        elif node.tag == f"{W}instrText" and (node.text or "").strip().upper().startswith("TOC"):
            self._contents_depth = self._contents_depth or self._field_depth

    def _note_blocks(self, key: tuple[str, str]) -> Iterator[Block]:
        note = self._notes.pop(key, None)
        for paragraph in note.iter(f"{W}p") if note is not None else ():
            gathered = self._gather(paragraph)
            yield from _dropped(gathered.hidden, DropReason.HIDDEN)
            if text := gathered.own():
                yield Block(BlockKind.PARAGRAPH, f"注：{text}", characters=gathered.size)

    def _table(self, element: Any) -> Iterator[Block]:  # noqa: ANN401  # debt: lxml element
        grid: list[list[Slot]] = []
        extra: list[Block] = []
        owner = 0
        size = 0
        for row in _of_table(element, f"{W}tr"):
            if _is_gone_row(row):
                extra += _dropped(_all_texts(row), DropReason.HIDDEN)
                continue
            line: list[Slot] = [EMPTY] * _grid_before(row)
            for cell in _of_row(row):
                text, cell_size = self._cell(cell, extra)
                size += cell_size
                merge, across = cell.find(f"{W}tcPr/{W}vMerge"), cell.find(f"{W}tcPr/{W}hMerge")
                at = len(line)
                if merge is not None and merge.get(f"{W}val") != "restart" and grid and at < len(grid[-1]):
                    slot = self._continued(grid[-1][at], text, grid)
                elif across is not None and across.get(f"{W}val") != "restart" and line:
                    slot = line[-1]
                else:
                    slot, owner = Slot(text, owner), owner + 1
                line += [slot] * _width(cell)
            grid.append(line)
        width = max(map(len, grid), default=0)
        found = slot_blocks([line + [EMPTY] * (width - len(line)) for line in grid])
        yield from _with_size(found, size)
        yield from extra

    def _continued(self, above: Slot, text: str, grid: list[list[Slot]]) -> Slot:
        """Text in a cell that continues another one is shown nowhere by Word, but may be meant: it joins the cell."""
        if not text:
            return above
        joined = Slot("\n".join(filter(None, (above.text, text))), above.owner)
        for line in grid:
            line[:] = [joined if slot.owner == above.owner else slot for slot in line]
        return joined

    def _cell(self, cell: Any, extra: list[Block]) -> tuple[str, int]:  # noqa: ANN401  # debt: lxml element
        """Return the text of a cell, a line a paragraph, and its characters; dropped pieces go to `extra`."""
        lines: list[str] = []
        size = 0
        for child in _flat(cell):
            if child.tag == f"{W}tbl":
                inner = list(self._table(child))
                extra += [block for block in inner if block.kind is BlockKind.DROPPED]
                kept = [block for block in inner if block.kind is not BlockKind.DROPPED]
                lines += [block.text or "\n".join(" ".join(filter(None, row)) for row in block.rows) for block in kept]
                size += sum(block.size for block in kept)
                continue
            gathered = self._gather(child)
            extra += _dropped(gathered.hidden, DropReason.HIDDEN)
            number = self._number(child)
            text = gathered.own("\n")
            lines.append(" ".join(filter(None, (number, text))) if text else "")
            size += gathered.size
            for key in gathered.notes:
                notes = list(self._note_blocks(key))
                extra += [block for block in notes if block.kind is BlockKind.DROPPED]
                kept = [block for block in notes if block.kind is not BlockKind.DROPPED]
                lines += [f"（{block.text}）" for block in kept]
                size += sum(block.size for block in kept)
            for box in gathered.boxes:
                text, box_size = self._cell(box, extra)
                lines.append(text)
                size += box_size
        return "\n".join(filter(None, lines)), size

    def _chunk(self, element: Any) -> Iterator[Block]:  # noqa: ANN401  # debt: lxml element
        """Yield what another document holds that is embedded here, as note services and report tools do."""
        part = self._relations.get(element.get(_RELATION), "")
        data = self._parts.get(part, b"")
        document = self._chunk_document(PurePosixPath(part).suffix.lower(), data)
        if document is None:
            self.source += 1
            yield Block(BlockKind.DROPPED, part, reason=DropReason.UNREADABLE, characters=1)
            return
        self.source += document.source_characters
        yield from document.blocks

    def _chunk_document(self, suffix: str, data: bytes) -> Document | None:
        try:
            if suffix in (".htm", ".html", ".xhtml"):
                return read_html(data, "")
            if suffix in (".mht", ".mhtml", ".eml"):
                body = message_from_bytes(data, policy=policy.default).get_body(("html", "plain"))
                content = b"" if body is None else body.get_content()
                return read_html(content.encode() if isinstance(content, str) else content, "")
            if suffix in (".docx", ".dotx") and self._depth < _MOST_CHUNKS_INSIDE:
                return read_docx(data, "", depth=self._depth + 1)
            return read_text(data, "") if suffix == ".txt" else None
        except FileRefusedError:
            return None

    def _side(self, name: str) -> Iterator[Block]:
        reason = next((reason for start, reason in _SIDE_PARTS.items() if name.startswith(start)), None)
        if reason is None or not name.endswith(".xml"):
            return
        texts = list(_all_texts(self._tree(name)))
        self.source += sum(map(count_characters, texts))
        yield from _dropped(texts, reason)


_SIGNS = {
    f"{W}tab": " ",
    f"{W}ptab": " ",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "-",
}


def _all_texts(root: Any) -> Iterator[str]:  # noqa: ANN401  # debt: lxml element
    """Yield every text node, of any namespace; what old programs see instead of a newer part is no second text."""
    for node in root.iter():
        is_text = isinstance(node.tag, str) and etree.QName(node).localname in _TEXT_NAMES and node.text
        if is_text and not any(ancestor.tag == _FALLBACK for ancestor in node.iterancestors()):
            yield node.text


def _dropped(texts: Any, reason: DropReason) -> list[Block]:  # noqa: ANN401  # debt: strings
    text = " ".join(" ".join(texts).split())
    return [Block(BlockKind.DROPPED, text, reason=reason)] if text else []


def _with_size(blocks: list[Block], size: int) -> Iterator[Block]:
    """Numbers that Word adds are in the text and not in the source: the last block takes the difference."""
    for block in blocks[:-1]:
        size -= block.size
        yield block
    if blocks:
        yield replace(blocks[-1], characters=max(0, size))


def _is_contents_control(element: Any) -> bool:  # noqa: ANN401  # debt: lxml element
    gallery = element.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
    return gallery is not None and "contents" in (gallery.get(f"{W}val") or "").lower()


def _of_table(table: Any, tag: str) -> Iterator[Any]:  # noqa: ANN401  # debt: lxml element
    """Yield the rows of a table, also those inside content controls, and none of an inner table."""
    yield from (row for row in table.iter(tag) if next(row.iterancestors(f"{W}tbl")) is table)


def _of_row(row: Any) -> Iterator[Any]:  # noqa: ANN401  # debt: lxml element
    yield from (cell for cell in row.iter(f"{W}tc") if next(cell.iterancestors(f"{W}tr")) is row)


def _flat(parent: Any) -> Iterator[Any]:  # noqa: ANN401  # debt: lxml element
    """Yield paragraphs and tables of a cell or text box, content controls opened."""
    for child in parent.iterchildren():
        if child.tag in (f"{W}p", f"{W}tbl"):
            yield child
        elif isinstance(child.tag, str) and child.tag not in (_FALLBACK, f"{W}tcPr"):
            yield from _flat(child)


def _is_raised(run: Any) -> bool:  # noqa: ANN401  # debt: lxml element
    place = run.find(f"{W}rPr/{W}vertAlign")
    return place is not None and place.get(f"{W}val") == "superscript"


def _is_gone_row(row: Any) -> bool:  # noqa: ANN401  # debt: lxml element
    properties = row.find(f"{W}trPr")
    if properties is None:
        return False
    hidden = properties.find(f"{W}hidden")
    return properties.find(f"{W}del") is not None or (hidden is not None and is_on(hidden))


def _grid_before(row: Any) -> int:  # noqa: ANN401  # debt: lxml element
    before = row.find(f"{W}trPr/{W}gridBefore")
    return int(before.get(f"{W}val") or 0) if before is not None else 0


def _width(cell: Any) -> int:  # noqa: ANN401  # debt: lxml element
    span = cell.find(f"{W}tcPr/{W}gridSpan")
    return max(1, int(span.get(f"{W}val") or 1)) if span is not None else 1
