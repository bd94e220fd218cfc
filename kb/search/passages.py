"""Selects the texts of a document that get a vector. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from kb.kinds import DocumentKind
from kb.search.documents import SearchDocument
from kb.search.stores.base import Passage, Side

CHUNK_CHARACTERS = 320
"""About 220 of the embedder's 256 tokens for Chinese text (measured: 1.45 characters a token)."""

_BREAK = re.compile(r"(?<=[。！？；!?;\n])")


def passages_of(document: SearchDocument) -> Iterator[Passage]:
    """Yield the passages of a document, each text once.

    The question side is what people ask (title, variants; the problem of a case), the answer side what they are
    told, cut into chunks that each carry the title, since a chunk alone often does not say what it is about.
    """
    seen: set[str] = set()
    is_case = document.kind is DocumentKind.CASE
    asked = [document.title, *document.variants, *([document.script] if is_case else [])]
    told = [document.answer] if is_case or document.script == document.answer else [document.answer, document.script]
    texts = [(Side.QUESTION, text) for text in asked]
    texts += [(Side.ANSWER, f"{document.title}\n{chunk}") for text in told for chunk in chunks(text)]
    for side, text in texts:
        stripped = text.strip()
        if stripped and stripped not in seen:
            seen.add(stripped)
            yield Passage(text_hash(stripped), side, stripped)


def chunks(text: str) -> Iterator[str]:
    """Yield the text in pieces of at most `CHUNK_CHARACTERS`, cut after sentences where there are any."""
    piece = ""
    for sentence in _BREAK.split(text):
        if piece and len(piece) + len(sentence) > CHUNK_CHARACTERS:
            yield piece
            piece = ""
        piece += sentence
        while len(piece) > CHUNK_CHARACTERS:
            yield piece[:CHUNK_CHARACTERS]
            piece = piece[CHUNK_CHARACTERS:]
    if piece.strip():
        yield piece


def text_hash(text: str) -> str:
    """Return the name of a text's vector."""
    return hashlib.blake2b(text.encode("utf-8"), digest_size=16).hexdigest()
