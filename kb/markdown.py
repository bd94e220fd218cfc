"""Markdown to the plain text that is indexed, matched and quoted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

_BLOCK_TEXT = frozenset({"fence", "code_block"})


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def plain_text(markdown: str) -> str:
    """Return the readable text: one line per paragraph, list item, heading or table cell; no markup or HTML."""
    return "\n".join(line for line in _lines(_parser().parse(markdown)) if line)


def _lines(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            yield "".join(_inline(token.children or ())).strip()
        elif token.type in _BLOCK_TEXT:
            yield token.content.strip()


def _inline(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type in ("text", "code_inline"):
            yield token.content
        elif token.type in ("softbreak", "hardbreak"):
            yield "\n"
        elif token.type == "image":
            yield token.content
