"""Markdown: blocks keep their source text, so that links and emphasis reach the entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from kb.ingest.document import Block, BlockKind, Document, DropReason, count_characters
from kb.ingest.encodings import decode
from kb.ingest.readers.tables import table_block
from kb.ingest.readers.unreadable import unreadable_blocks

_SIGNS = frozenset("#=|-:>*+_`~")
_ITEMS = frozenset({"bullet_list_open", "ordered_list_open"})


def read_markdown(data: bytes, name: str) -> Document:
    """Read Markdown (CommonMark with tables); the first heading of the first level is the title."""
    text, encoding = decode(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    blocks = tuple(_blocks(MarkdownIt("commonmark").enable("table").parse(text), lines))
    title = next((block.text for block in blocks if block.kind is BlockKind.HEADING and block.level == 1), name)
    return Document(title, (*blocks, *unreadable_blocks(text)), count_characters(text), "md", encoding)


def _blocks(tokens: Sequence[Token], lines: Sequence[str]) -> Iterator[Block]:
    next_line = 0
    for at, token in enumerate(tokens):
        if token.level or token.map is None or token.nesting < 0:
            continue
        start, end = token.map
        yield from _uncovered(lines[next_line:start])
        raw = "\n".join(lines[start:end])
        yield from _with_markup(raw, list(_top_level(token, tokens, at, raw)))
        next_line = end
    yield from _uncovered(lines[next_line:])


def _top_level(token: Token, tokens: Sequence[Token], at: int, raw: str) -> Iterator[Block]:
    if token.type == "heading_open":
        yield Block(BlockKind.HEADING, _plain(tokens[at + 1]), level=int(token.tag[1]))
    elif token.type == "table_open":
        block = table_block(_rows(tokens, at))
        if block is not None:
            yield block
    elif token.type in _ITEMS:
        yield Block(BlockKind.ITEM, raw.strip("\n"))
    elif token.type == "html_block":
        yield Block(BlockKind.DROPPED, raw, reason=DropReason.COMMENT if "<!--" in raw else DropReason.MARKUP)
    elif token.type == "hr":
        yield Block(BlockKind.DROPPED, raw, reason=DropReason.MARKUP)
    elif token.type == "paragraph_open":
        yield from (Block(BlockKind.PARAGRAPH, line.strip()) for line in raw.split("\n") if line.strip())
    else:
        yield Block(BlockKind.PARAGRAPH, raw)


def _with_markup(raw: str, blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield the blocks, and the signs of Markdown that are in none of them.

    Only signs are explained this way: a letter that a block lost stays unexplained.
    """
    yield from blocks
    missing = Counter("".join(raw.split()))
    for block in blocks:
        missing.subtract("".join(block.text.split()))
        for row in block.rows:
            missing.subtract("".join("".join(row).split()))
    signs = "".join(sign * count for sign, count in missing.items() if sign in _SIGNS and count > 0)
    if signs:
        yield Block(BlockKind.DROPPED, signs, reason=DropReason.MARKUP)


def _uncovered(lines: Sequence[str]) -> Iterator[Block]:
    """Lines of no block are definitions of links, which the blocks that use them do not repeat."""
    text = "\n".join(line for line in lines if line.strip())
    if text:
        yield Block(BlockKind.DROPPED, text, reason=DropReason.MARKUP)


def _rows(tokens: Sequence[Token], at: int) -> list[list[str]]:
    rows: list[list[str]] = []
    for token in tokens[at:]:
        if token.type == "table_close":
            break
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(token.content)
    return rows


def _plain(token: Token) -> str:
    return "".join(child.content for child in token.children or () if child.type in ("text", "code_inline")).strip()
