"""A document as the readers hand it over, and what the splitter makes of it; frozen leaf types."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class BlockKind(StrEnum):
    """What a block of a document is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    TABLE = "table"
    DROPPED = "dropped"


class DropReason(StrEnum):
    """Why a piece of the source is in no unit."""

    MARKUP = "markup"
    COMMENT = "comment"
    SCRIPT = "script"
    NAVIGATION = "navigation"
    PAGE_FURNITURE = "page_furniture"
    HIDDEN = "hidden"
    EMPTY_HEADING = "empty_heading"
    PICTURE = "picture"
    FORMULA = "formula"
    REPEATED = "repeated"
    UNREADABLE = "unreadable"
    UNANSWERED = "unanswered"


Row = tuple[str, ...]
ALL_SECTORS = "all"
"""What a document says of text that is meant for every sector."""


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a document, in reading order.

    Attributes:
        kind: What it is.
        text: Markdown for paragraphs and items, plain for headings and dropped pieces; empty for tables.
        level: Of a heading, from 1; how deep an item is, from 0.
        page: Page or slide it begins on, from 1; None where the format has none.
        rows: Of a table; the first is its header.
        reason: Why it is dropped.
        characters: Characters of the source it stands for, blanks apart; -1 to count `text` and `rows`.
    """

    kind: BlockKind
    text: str = ""
    level: int = 0
    page: int | None = None
    rows: tuple[Row, ...] = ()
    reason: DropReason | None = None
    characters: int = -1

    @property
    def size(self) -> int:
        """How many characters of the source it stands for, blanks apart."""
        if self.characters >= 0:
            return self.characters
        return count_characters(self.text) + sum(count_characters(cell) for row in self.rows for cell in row)


@dataclass(frozen=True, slots=True)
class Document:
    """A document taken in.

    Attributes:
        title: What it calls itself; the file's name without suffix where it says nothing.
        blocks: In reading order, dropped pieces included.
        source_characters: Characters of the source, blanks apart, counted by another way than the blocks.
        format: Name of the format it was read as.
        encoding: Of a plain text; empty for other formats.
    """

    title: str
    blocks: tuple[Block, ...]
    source_characters: int
    format: str
    encoding: str = ""


class UnitKind(StrEnum):
    """What an entry is made of; `missing`: an entry whose unit the document no longer has."""

    ARTICLE = "article"
    SECTION = "section"
    TABLE = "table"
    QUESTION = "question"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Unit:
    """What becomes one entry.

    Attributes:
        key: Identity inside its document: the number of an article, the path of a section.
        kind: What it is made of.
        title: At most `kb.entries.validation.MAX_TITLE_CHARACTERS`.
        path: Headings above it, outermost first.
        number: `第六十六条`, or empty.
        answer: Markdown.
        script: Only a table of questions has one.
        variants: Ways to ask; only a table of questions has them.
        page: Page or slide it begins on, or None.
        sector: That its document states for it, `ALL_SECTORS`, or empty where the curator's setting counts.
    """

    key: str
    kind: UnitKind
    title: str
    path: tuple[str, ...]
    number: str
    answer: str
    script: str = ""
    variants: tuple[str, ...] = ()
    page: int | None = None
    sector: str = ""


@dataclass(frozen=True, slots=True)
class Drop:
    """What is in no unit, by reason.

    Attributes:
        reason: Why.
        characters: How many characters, blanks apart.
        count: How many pieces.
        example: The beginning of the first piece.
    """

    reason: DropReason
    characters: int
    count: int
    example: str


@dataclass(frozen=True, slots=True)
class Split:
    """A document taken apart, with the account of its characters.

    `unexplained` is what the account does not cover: zero unless a reader lost or doubled something.
    """

    title: str
    format: str
    encoding: str
    units: tuple[Unit, ...]
    drops: tuple[Drop, ...]
    source_characters: int
    kept_characters: int

    @property
    def unexplained(self) -> int:
        """Source less kept less dropped."""
        return self.source_characters - self.kept_characters - sum(drop.characters for drop in self.drops)


def count_characters(text: str) -> int:
    """Return how many characters a text has, blanks apart."""
    return sum(map(len, text.split()))
