"""Places of a text whose bytes could not be read: they stay visible, and the account names them. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from kb.ingest.document import Block, BlockKind, DropReason
from kb.ingest.encodings import BAD

_AROUND = 20
_MOST_PLACES = 1_000


def unreadable_blocks(text: str) -> Iterator[Block]:
    """Yield a dropped piece of no characters for every unreadable place, with the text around it."""
    at = text.find(BAD)
    for _ in range(_MOST_PLACES):
        if at < 0:
            return
        around = " ".join(text[max(0, at - _AROUND) : at + _AROUND].split())
        yield Block(BlockKind.DROPPED, around, reason=DropReason.UNREADABLE, characters=0)
        at = text.find(BAD, at + 1)
