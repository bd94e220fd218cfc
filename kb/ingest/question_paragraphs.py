"""Makes tables of the questions and answers that a document writes as paragraphs (`问：…`, `答：…`). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kb.ingest.document import Block, BlockKind

_NUMBER = r"(?:[（(]?\s*(?:\d{1,3}|[一二三四五六七八九十]{1,3})\s*[）).、．:：]\s*)"
_QUESTION = re.compile(rf"\s*{_NUMBER}?(?:问题?|提问|Q)\s*\d{{0,3}}\s*[:：.、．]\s*(?P<text>\S.*)", re.DOTALL)
_ASKING = re.compile(rf"\s*{_NUMBER}?(?P<text>\S.{{2,120}}[？?])\s*", re.DOTALL)
_ANSWER = re.compile(r"\s*(?:答案?|答复|回答|解答|A)\s*\d{0,3}\s*[:：.、．]\s*(?P<text>.*)", re.DOTALL)
_LINES_OF_BOTH = re.compile(r"(?:\n|(?<=[？?]))\s*(?=(?:答案?|答复|回答|解答|A)\s*\d{0,3}\s*[:：])")
_FEWEST_PAIRS = 2
_HEADER = ("问题", "答案")
_TEXTS = (BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.HEADING)


@dataclass(slots=True)
class _Pair:
    """A question and the blocks that answer it."""

    question: str
    answers: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


def with_question_tables(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return the blocks, runs of at least two questions with answers as a table of questions each."""
    found: list[Block] = []
    run: list[_Pair] = []
    lines = list(_lines(blocks))
    for at, block in enumerate(lines):
        question = _question(block, lines[at + 1] if at + 1 < len(lines) else None)
        if question is not None:
            run.append(_Pair(question, blocks=[block]))
        elif run and block.kind in (BlockKind.PARAGRAPH, BlockKind.ITEM):
            answer = _ANSWER.fullmatch(block.text) if not run[-1].answers else None
            run[-1].answers.append(block.text if answer is None else answer["text"])
            run[-1].blocks.append(block)
        elif run and block.kind is BlockKind.DROPPED:
            # What was hidden inside an answer does not end it.
            found.append(block)
        else:
            found += [*_closed(run), block]
            run = []
    return (*found, *_closed(run))


def _lines(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield the blocks; a paragraph that holds a question and, on its next line, the answer becomes two."""
    for block in blocks:
        parts = _LINES_OF_BOTH.split(block.text, maxsplit=1) if block.kind is BlockKind.PARAGRAPH else []
        if len(parts) == 2:
            first = Block(block.kind, parts[0], page=block.page)
            yield first
            yield Block(block.kind, parts[1], page=block.page, characters=max(block.size - first.size, 0))
        else:
            yield block


def _question(block: Block, following: Block | None) -> str | None:
    """Return the question that a block asks when the next one answers it."""
    is_answered = following is not None and following.kind in _TEXTS and _ANSWER.fullmatch(following.text) is not None
    if block.kind not in _TEXTS or not is_answered:
        return None
    asked = _QUESTION.fullmatch(block.text) or _ASKING.fullmatch(block.text)
    return None if asked is None else " ".join(asked["text"].split())


def _closed(run: Sequence[_Pair]) -> list[Block]:
    blocks = [block for pair in run for block in pair.blocks]
    if len(run) < _FEWEST_PAIRS:
        return blocks
    rows = tuple((pair.question, "\n\n".join(filter(None, pair.answers))) for pair in run)
    size = sum(block.size for block in blocks)
    return [Block(BlockKind.TABLE, page=blocks[0].page, rows=(_HEADER, *rows), characters=size)]
