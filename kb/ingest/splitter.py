"""A document to units, each of which becomes an entry; every character is accounted for. Pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from kb.entries.validation import MAX_ANSWER_CHARACTERS, MAX_TITLE_CHARACTERS
from kb.ingest.articles import ArticleStart, chapter_level, parse_article, without_page_number
from kb.ingest.contents import without_contents
from kb.ingest.document import (
    Block,
    BlockKind,
    Document,
    Drop,
    DropReason,
    Row,
    Split,
    Unit,
    UnitKind,
)
from kb.ingest.question_paragraphs import with_question_tables
from kb.ingest.question_titles import propose_title
from kb.ingest.questions import QuestionColumns, find_question_columns, is_unanswered, question_units, serial_column

SECTION_CHARACTERS = 1_600
"""A longer section becomes several entries: a card must be read in a call."""
TABLE_CHARACTERS = 1_200
"""A longer table becomes several entries, each with the header."""
_FEWEST_ARTICLES = 3
_EXAMPLE_CHARACTERS = 80


def split_document(document: Document) -> Split:
    """Take a document apart: articles by number, sections by heading, tables of questions by row."""
    walk = _Walk(document)
    units = tuple(_with_distinct_titles(walk.run()))
    return Split(
        title=document.title,
        format=document.format,
        encoding=document.encoding,
        units=units,
        drops=_drops(walk.dropped),
        source_characters=document.source_characters,
        kept_characters=walk.kept,
    )


@dataclass(slots=True)
class _Section:
    """What is gathered for the next unit."""

    path: tuple[str, ...]
    article: ArticleStart | None = None
    blocks: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class _Heading:
    block: Block
    level: int
    is_used: bool = False


class _Walk:
    """One pass over the blocks. `kept` and `dropped` are the account."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._blocks = with_question_tables(without_contents(document.blocks))
        texts = [block.text for block in self._blocks if block.kind in (BlockKind.PARAGRAPH, BlockKind.HEADING)]
        self._has_articles = sum(parse_article(text) is not None for text in texts) >= _FEWEST_ARTICLES
        self._open: list[_Heading] = []
        self._section = _Section(())
        self._keys: Counter[str] = Counter()
        self.kept = 0
        self.dropped: list[Block] = []

    def run(self) -> Iterator[Unit]:
        """Yield the units in reading order."""
        for block in self._blocks:
            yield from self._take(block)
        yield from self._close()
        self._leave(0)

    def _take(self, block: Block) -> Iterator[Unit]:
        if block.kind is BlockKind.DROPPED:
            self.dropped.append(block)
            return
        article = parse_article(block.text) if self._has_articles else None
        level = self._heading_level(block)
        if article is not None and block.kind in (BlockKind.PARAGRAPH, BlockKind.HEADING):
            yield from self._close()
            self._section = _Section(self._path(), article, [_beginning(block, article)])
        elif level is not None:
            yield from self._close()
            self._leave(level)
            self._open.append(_Heading(block, level))
            self._section = _Section(self._path())
        elif block.kind is BlockKind.TABLE and (columns := find_question_columns(block.rows[0])) is not None:
            yield from self._close()
            yield from self._questions(block, columns)
            self._section = _Section(self._path())
        else:
            self._section.blocks.append(block)

    def _heading_level(self, block: Block) -> int | None:
        numbered = chapter_level(without_page_number(block.text)) if self._has_articles else None
        if block.kind is BlockKind.HEADING:
            return numbered or block.level
        return numbered if block.kind is BlockKind.PARAGRAPH else None

    def _path(self) -> tuple[str, ...]:
        texts = (" ".join(without_page_number(heading.block.text).split()) for heading in self._open)
        return tuple(text for text in texts if text and text != self._document.title)

    def _leave(self, level: int) -> None:
        """Close the headings of this level and below; one that led to no text is dropped."""
        while self._open and self._open[-1].level >= level:
            heading = self._open.pop()
            if not heading.is_used:
                self.dropped.append(replace(heading.block, reason=DropReason.EMPTY_HEADING))

    def _close(self) -> Iterator[Unit]:
        section, self._section = self._section, _Section(self._path())
        if not section.blocks:
            return
        self._keep(section.blocks)
        yield from self._article(section) if section.article is not None else self._parts(section)

    def _keep(self, blocks: Sequence[Block]) -> None:
        self.kept += sum(block.size for block in blocks)
        for heading in self._open:
            if not heading.is_used:
                heading.is_used = True
                self.kept += heading.block.size

    def _article(self, section: _Section) -> Iterator[Unit]:
        assert section.article is not None  # noqa: S101  # rejected: the caller asked
        pieces = list(_pieces(section.blocks, MAX_ANSWER_CHARACTERS - 1_000))
        bodies = list(_packed(pieces, MAX_ANSWER_CHARACTERS - 1_000))
        number = section.article.number
        for part, body in enumerate(bodies, 1):
            ending = f" {number}{_part(part, len(bodies))}"
            question = propose_title("\n".join(piece.markdown for piece in body))
            # What an agent reads comes first; document and number stay, since they are asked for as well.
            title = fit_title([question, self._document.title] if question else [self._document.title], ending)
            key = self._key(f"a{section.article.label}" + (f".p{part}" if part > 1 else ""))
            yield self._unit(key, UnitKind.ARTICLE, title, section, body, number)

    def _parts(self, section: _Section) -> Iterator[Unit]:
        pieces = list(_pieces(section.blocks, TABLE_CHARACTERS))
        bodies = list(_packed(pieces, SECTION_CHARACTERS))
        only_tables = all(block.kind is BlockKind.TABLE for block in section.blocks)
        kind = UnitKind.TABLE if only_tables else UnitKind.SECTION
        for part, body in enumerate(bodies, 1):
            title = fit_title([self._document.title, *section.path], _part(part, len(bodies)))
            base = f"s{_digest('/'.join(section.path))}" if section.path else "s"
            yield self._unit(self._key(f"{base}.p{part}"), kind, title, section, body)

    def _unit(
        self, key: str, kind: UnitKind, title: str, section: _Section, body: Sequence[_Piece], number: str = ""
    ) -> Unit:
        answer = "\n\n".join(piece.markdown for piece in body)
        return Unit(key, kind, title, section.path, number, answer, page=body[0].page)

    def _questions(self, block: Block, columns: QuestionColumns) -> Iterator[Unit]:
        unanswered = [row for row in block.rows[1:] if is_unanswered(row, columns)]
        lost = Block(BlockKind.DROPPED, rows=tuple(unanswered), reason=DropReason.UNANSWERED)
        # A cell that a merge repeats counts once in the block, so the rows may count more than the block has.
        lost = replace(
            lost, text=" ".join(row[columns.question] for row in unanswered), characters=min(lost.size, block.size)
        )
        if unanswered:
            self.dropped.append(lost)
        counting = _serial_numbers(block, columns, block.size - lost.size)
        if counting.size:
            self.dropped.append(counting)
        self._keep([replace(block, characters=block.size - lost.size - counting.size)])
        for unit in question_units(block, columns, self._path()):
            yield replace(unit, key=self._key(f"q{unit.key}"))

    def _key(self, key: str) -> str:
        """Return the key, told apart from an earlier one of the same name by its count."""
        self._keys[key] += 1
        return key if self._keys[key] == 1 else f"{key}~{self._keys[key]}"


def _serial_numbers(block: Block, columns: QuestionColumns, room: int) -> Block:
    """Return the numbers that only count the rows of questions, with the heading of their column."""
    serial = serial_column(block.rows, columns)
    answered = [row for row in block.rows[1:] if not is_unanswered(row, columns)]
    numbers = [] if serial is None else [row[serial] for row in (block.rows[0], *answered)]
    counting = Block(BlockKind.DROPPED, " ".join(numbers), reason=DropReason.PAGE_FURNITURE)
    return replace(counting, characters=min(counting.size, room))


def _beginning(block: Block, article: ArticleStart) -> Block:
    """The number stands in the title, so it is counted but not repeated in the text."""
    return replace(block, kind=BlockKind.PARAGRAPH, text=article.rest, characters=block.size)


@dataclass(frozen=True, slots=True)
class _Piece:
    markdown: str
    page: int | None


def _pieces(blocks: Sequence[Block], table_limit: int) -> Iterator[_Piece]:
    """Yield Markdown that must stay together, at most a third of an entry's answer long."""
    for block in blocks:
        if block.kind is BlockKind.TABLE:
            yield from (_Piece(text, block.page) for text in _tables(block.rows, table_limit))
        else:
            yield from (_Piece(text, block.page) for text in _cut(block.text, SECTION_CHARACTERS) if text)


def _tables(rows: Sequence[Row], limit: int) -> Iterator[str]:
    """Yield tables of at most `limit` characters, each beginning with the header."""
    header, body = rows[0], rows[1:]
    head = [_row(header), f"|{'|'.join(' --- ' for _ in header)}|"]
    lines: list[str] = []
    for line in map(_row, body):
        if lines and sum(map(len, (*head, *lines))) + len(line) > limit:
            yield "\n".join([*head, *lines])
            lines = []
        lines.append(line)
    if lines or not body:
        yield "\n".join([*head, *lines])


def _row(cells: Row) -> str:
    escaped = (" ".join(cell.replace("\\|", "|").replace("|", "\\|").split()) for cell in cells)
    return f"| {' | '.join(escaped)} |"


def _cut(text: str, limit: int) -> Iterator[str]:
    """Yield the text in pieces of at most `limit` characters, cut behind a sentence where there is one."""
    while len(text) > limit:
        at = max(text.rfind(sign, limit // 2, limit) for sign in "。；！？\n;!?") + 1 or limit
        yield text[:at]
        text = text[at:]
    yield text


def _packed(pieces: Sequence[_Piece], limit: int) -> Iterator[list[_Piece]]:
    body: list[_Piece] = []
    for piece in pieces:
        if body and sum(len(known.markdown) for known in body) + len(piece.markdown) > limit:
            yield body
            body = []
        body.append(piece)
    if body:
        yield body


def _part(part: int, parts: int) -> str:
    return f"（{part}/{parts}）" if parts > 1 else ""


def fit_title(path: Sequence[str], ending: str = "") -> str:
    """Return the path as a title: what stands between the document and the last heading gives way first."""
    names = [" ".join(name.split()) for name in path]
    room = MAX_TITLE_CHARACTERS - len(ending)
    title = " · ".join(names)
    while len(title) > room and len(names) > 2:
        names.pop(1)
        title = " · ".join([names[0], "…", *names[1:]])
    if len(title) > room and len(names) == 2:
        half = (room - 3) // 2
        names = [_shortened(names[0], max(half, room - 3 - len(names[1]))), names[1]]
        title = " · ".join([names[0], _shortened(names[1], room - 3 - len(names[0]))])
    return _shortened(title, room) + ending


def _shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: max(limit - 1, 0)] + "…"


def _with_distinct_titles(units: Iterable[Unit]) -> Iterator[Unit]:
    seen: Counter[str] = Counter()
    for unit in units:
        seen[unit.title] += 1
        count = seen[unit.title]
        ending = f"（{count}）"
        yield (
            unit
            if count == 1
            else replace(unit, title=_shortened(unit.title, MAX_TITLE_CHARACTERS - len(ending)) + ending)
        )


def _drops(blocks: Iterable[Block]) -> tuple[Drop, ...]:
    found: dict[DropReason, Drop] = {}
    for block in blocks:
        reason = block.reason or DropReason.MARKUP
        known = found.get(reason) or Drop(reason, 0, 0, " ".join(block.text.split())[:_EXAMPLE_CHARACTERS])
        found[reason] = replace(known, characters=known.characters + block.size, count=known.count + 1)
    return tuple(found.values())


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8"), digest_size=6).hexdigest()
