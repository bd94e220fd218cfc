"""Tables of questions and answers, as hotlines keep them in spreadsheets: every row is an entry. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from kb.entries.validation import (
    MAX_SCRIPT_CHARACTERS,
    MAX_TITLE_CHARACTERS,
    MAX_VARIANT_CHARACTERS,
    MAX_VARIANTS,
    comparable,
)
from kb.ingest.document import Block, Row, Unit, UnitKind

_QUESTION = ("标准问题", "标准问", "问题", "常见问题", "标题", "知识标题", "question", "title")
_ANSWER = ("标准答案", "答案", "答复", "回答", "解答", "内容", "知识内容", "回复", "answer", "content")
_VARIANTS = ("相似问题", "相似问", "扩展问", "问法", "其他问法", "variants", "similar questions")
_SCRIPT = ("话术", "标准话术", "坐席话术", "答复口径", "口径", "script")
_BETWEEN_VARIANTS = re.compile(r"[\n|；;]+")
_NOT_NAME = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class QuestionColumns:
    """Which column holds what; None where there is none."""

    question: int
    answer: int
    variants: int | None
    script: int | None


def find_question_columns(header: Row) -> QuestionColumns | None:
    """Return the columns of a table of questions, or None for any other table."""
    names = [_NOT_NAME.sub("", cell).casefold() for cell in header]
    question, answer = _find(names, _QUESTION), _find(names, _ANSWER)
    if question is None or answer is None:
        return None
    return QuestionColumns(question, answer, _find(names, _VARIANTS), _find(names, _SCRIPT))


def _find(names: list[str], wanted: tuple[str, ...]) -> int | None:
    known = [_NOT_NAME.sub("", name) for name in wanted]
    return next((names.index(name) for name in known if name in names), None)


def question_units(block: Block, columns: QuestionColumns, path: tuple[str, ...]) -> Iterator[Unit]:
    """Yield a unit per row; columns that are not understood stand below the answer with their names."""
    header = block.rows[0]
    for row in block.rows[1:]:
        question, answer = row[columns.question], row[columns.answer]
        title = " ".join(question.split()) or " ".join(answer.split())[:MAX_TITLE_CHARACTERS]
        variants, rest_of_variants = _variants(row, columns, title)
        script, rest_of_script = _script(row, columns)
        body = [answer, rest_of_script, rest_of_variants, *_others(header, row, columns)]
        if len(title) > MAX_TITLE_CHARACTERS:
            body.insert(0, question)
        yield Unit(
            key=hashlib.blake2b(comparable(title).encode("utf-8"), digest_size=6).hexdigest(),
            kind=UnitKind.QUESTION,
            title=title if len(title) <= MAX_TITLE_CHARACTERS else title[: MAX_TITLE_CHARACTERS - 1] + "…",
            path=path,
            number="",
            answer="\n\n".join(filter(None, (text.strip() for text in body))) or title,
            script=script,
            variants=variants,
            page=block.page,
        )


def _variants(row: Row, columns: QuestionColumns, title: str) -> tuple[tuple[str, ...], str]:
    """Return the ways to ask, and those that do not fit an entry as text."""
    if columns.variants is None:
        return (), ""
    distinct: dict[str, str] = {comparable(title): ""}
    rest: list[str] = []
    for text in filter(None, (part.strip() for part in _BETWEEN_VARIANTS.split(row[columns.variants]))):
        fits = len(text) <= MAX_VARIANT_CHARACTERS and len(distinct) <= MAX_VARIANTS
        if fits:
            distinct.setdefault(comparable(text), text)
        else:
            rest.append(text)
    return tuple(filter(None, distinct.values())), "\n".join(rest)


def _script(row: Row, columns: QuestionColumns) -> tuple[str, str]:
    text = row[columns.script] if columns.script is not None else ""
    return (text, "") if len(text) <= MAX_SCRIPT_CHARACTERS else ("", text)


def _others(header: Row, row: Row, columns: QuestionColumns) -> Iterator[str]:
    used = {columns.question, columns.answer, columns.variants, columns.script}
    for column, cell in enumerate(row):
        if column not in used and cell:
            yield f"**{header[column]}**：{cell}" if header[column] else cell
