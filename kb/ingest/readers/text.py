"""Plain text: a paragraph a line; numbered chapters are found by the splitter."""

from __future__ import annotations

from kb.ingest.document import Block, BlockKind, Document, count_characters
from kb.ingest.encodings import decode
from kb.ingest.readers.unreadable import unreadable_blocks

_LONGEST_TITLE = 60


def read_text(data: bytes, name: str) -> Document:
    """Read a plain text; a short first line on its own is the title."""
    text, encoding = decode(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    lines = text.split("\n")
    blocks = [Block(BlockKind.PARAGRAPH, line.strip()) for line in lines if line.strip()]
    title = name
    if len(blocks) > 1 and _is_title(lines):
        title = blocks[0].text
        blocks[0] = Block(BlockKind.HEADING, title, level=1)
    return Document(title, (*blocks, *unreadable_blocks(text)), count_characters(text), "txt", encoding)


def _is_title(lines: list[str]) -> bool:
    numbered = [number for number, line in enumerate(lines) if line.strip()]
    first, second = lines[numbered[0]].strip(), numbered[1]
    ends_open = first[-1] not in "。；，,;：:"
    return (
        len(first) <= _LONGEST_TITLE
        and ends_open
        and (second > numbered[0] + 1 or lines[second].startswith(("第", "　")))
    )
