"""Questions with verdicts on entries, the training data of a fit. Pure."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from kb.search.question.analysis.folding import fold
from kit.errors import InvalidInputError

_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class JudgedQuestion:
    """A question and what is known about documents as answers to it.

    Attributes:
        text: As asked; personal, never stored with a model.
        relevant: Ids of documents that answer it.
        wrong: Documents that were shown and judged wrong.
        passed_over: Documents that were shown and put aside: a weak sign, as they may only have come late.
    """

    text: str
    relevant: frozenset[str]
    wrong: frozenset[str] = _NONE
    passed_over: frozenset[str] = _NONE


@dataclass(frozen=True, slots=True)
class GoldLine:
    """A line of a gold file: a question and the names (keys or ids) of the entries that answer it."""

    text: str
    entries: tuple[str, ...]


def read_gold(file: Path) -> list[GoldLine]:
    """Read `question <TAB> entry [<TAB> entry …]` lines, or JSON lines of `text` and `entries` (or `entry`).

    Raises:
        InvalidInputError: The file cannot be read or a line is malformed; the message names file and line.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            f"{file} cannot be read as UTF-8 text.", field="gold", code="gold_file_unreadable"
        ) from error
    rows = _json_rows(file, text) if file.suffix == ".jsonl" else _tab_rows(file, text)
    return list(rows)


def _json_rows(file: Path, text: str) -> Iterator[GoldLine]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise _malformed(file, number, "is not JSON") from error
        if not isinstance(row, dict):
            raise _malformed(file, number, "is not an object")
        entries = row.get("entries", row.get("entry"))
        yield _line(file, number, row.get("text"), [entries] if isinstance(entries, str) else entries)


def _tab_rows(file: Path, text: str) -> Iterator[GoldLine]:
    rows = csv.reader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    for number, row in enumerate(rows, 1):
        if any(cell.strip() for cell in row):
            yield _line(file, number, row[0], [cell for cell in row[1:] if cell.strip()])


def _line(file: Path, number: int, text: object, entries: object) -> GoldLine:
    if not isinstance(text, str) or not text.strip():
        raise _malformed(file, number, "has no question")
    if not isinstance(entries, list) or not entries or not all(isinstance(e, str) and e.strip() for e in entries):
        raise _malformed(file, number, "names no entry")
    return GoldLine(text.strip(), tuple(entry.strip() for entry in entries))


def _malformed(file: Path, number: int, problem: str) -> InvalidInputError:
    return InvalidInputError(
        f"{file}:{number}: {problem}; expected a question and the entries that answer it.",
        field="gold",
        code="gold_file_malformed",
    )


def merged(questions: Iterable[JudgedQuestion]) -> list[JudgedQuestion]:
    """Return every text once, so that no question stands on both sides of a split.

    Verdicts on one document may differ: that it helped once outweighs that it did not another time.
    """
    found: dict[str, JudgedQuestion] = {}
    for question in questions:
        key = fold(question.text).text.strip()
        first = found.get(key)
        found[key] = question if first is None else _joined(first, question)
    return [_consistent(question) for key, question in found.items() if key]


def _joined(first: JudgedQuestion, second: JudgedQuestion) -> JudgedQuestion:
    return JudgedQuestion(
        first.text,
        first.relevant | second.relevant,
        first.wrong | second.wrong,
        first.passed_over | second.passed_over,
    )


def _consistent(question: JudgedQuestion) -> JudgedQuestion:
    wrong = question.wrong - question.relevant
    return JudgedQuestion(question.text, question.relevant, wrong, question.passed_over - question.relevant - wrong)
