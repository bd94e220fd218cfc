"""Tables of contents in the text of a document: lines that end in a page number, page after page. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from kb.ingest.document import Block, BlockKind, DropReason

_HEADING = re.compile(r"^(目\s*[录次錄]|contents|table of contents)$", re.IGNORECASE)
_DOTTED = re.compile(r"^\S.*?[.…·．。_\-]{3,}\s*[-(（]?(?P<page>\d{1,4})[-)）]?$")
_PLAIN = re.compile(r"^\S.*\s[-(（]?(?P<page>\d{1,4})[-)）]?$")
_FEWEST_LINES = 3
_TEXTS = (BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.ITEM)


def without_contents(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return the blocks with every table of contents dropped as furniture.

    A run of at least three lines counts whose page numbers never fall; without dots only behind the heading 目录.
    """
    result: list[Block] = []
    at = 0
    while at < len(blocks):
        is_named = blocks[at].kind in _TEXTS and bool(_HEADING.match(blocks[at].text.strip(" #*")))
        start = at + 1 if is_named else at
        end = _end_of_run(blocks, start, _PLAIN if is_named else _DOTTED)
        if end - start >= _FEWEST_LINES:
            result += (_furniture(block) for block in blocks[at:end])
            at = end
        else:
            result.append(blocks[at])
            at += 1
    return tuple(result)


def _end_of_run(blocks: Sequence[Block], start: int, plain: re.Pattern[str]) -> int:
    last = 0
    at = start
    while at < len(blocks) and blocks[at].kind in (*_TEXTS, BlockKind.DROPPED):
        if blocks[at].kind is not BlockKind.DROPPED:
            match = _DOTTED.match(blocks[at].text) or plain.match(blocks[at].text)
            if match is None or int(match["page"]) < last:
                break
            last = int(match["page"])
        at += 1
    return at


def _furniture(block: Block) -> Block:
    if block.kind is BlockKind.DROPPED:
        return block
    return replace(block, kind=BlockKind.DROPPED, reason=DropReason.PAGE_FURNITURE, characters=block.size)
