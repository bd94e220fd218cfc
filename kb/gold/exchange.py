"""Gold questions as files: CSV with a header, or JSON Lines; every mistake is named with line and field. Pure."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from kb.entries.validation import Problem, find_text_problems, raise_problems
from kb.gold.models import QuestionOrigin
from kb.gold.schemas import GoldQuestionRow
from kit.csv_cells import as_text, from_text

MAX_LINES = 10_000
MAX_QUESTION_CHARACTERS = 200
COLUMNS = ("entry", "title", "question", "origin", "author", "created_at")
"""Of an export. An import needs `entry` (key or id) and `question`, takes `origin`, and passes over the rest."""


class FileFormat(StrEnum):
    """How a file of questions is written."""

    CSV = "csv"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class ImportedQuestion:
    """One line of a file.

    Attributes:
        line: From 1.
        entry: Key or id of the entry.
        text: The question.
        origin: Where it comes from; written by hand when the file does not say.
    """

    line: int
    entry: str
    text: str
    origin: QuestionOrigin


def read_questions(text: str, file_format: FileFormat) -> list[ImportedQuestion]:
    """Read a whole file, or refuse it.

    Raises:
        InvalidInputError: Something cannot be used; `errors` lists every problem as `lines.<number>.<field>`.
    """
    problems: list[Problem] = []
    items: list[ImportedQuestion] = []
    rows = _csv_rows(text, problems) if file_format is FileFormat.CSV else _jsonl_rows(text, problems)
    for line, fields in rows:
        if len(items) >= MAX_LINES:
            message = f"The file has more than {MAX_LINES} questions; split it."
            problems.append(Problem("content", "too_many", message))
            break
        found = list(_row_problems(line, fields))
        problems += found
        if not found:
            origin = QuestionOrigin(fields.get("origin") or QuestionOrigin.WRITTEN)
            items.append(ImportedQuestion(line, fields["entry"], fields["question"], origin))
    if not problems and not items:
        problems.append(Problem("content", "text_empty", "The file holds no question; give at least one line."))
    raise_problems(problems)
    return items


def write_questions(rows: Iterable[GoldQuestionRow], file_format: FileFormat) -> str:
    """Write an export that `read_questions` takes back."""
    records = [_record(row) for row in rows]
    if file_format is FileFormat.JSONL:
        return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: as_text(cell) for name, cell in record.items()} for record in records)
    return out.getvalue()


def _record(row: GoldQuestionRow) -> dict[str, str]:
    return {
        "entry": row.entry_key or str(row.entry_id),
        "title": row.entry_title,
        "question": row.text,
        "origin": row.origin.value,
        "author": row.author,
        "created_at": row.created_at.isoformat(timespec="seconds"),
    }


def _csv_rows(text: str, problems: list[Problem]) -> Iterator[tuple[int, Mapping[str, str]]]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        missing = [name for name in ("entry", "question") if name not in (reader.fieldnames or ())]
        if missing:
            message = f"Line 1 must name the columns; {' and '.join(missing)} is missing."
            problems.append(Problem("lines.1.entry" if "entry" in missing else "lines.1.question", "required", message))
            return
        for row in reader:
            cells = {name: from_text((value or "").strip()) for name, value in row.items() if isinstance(name, str)}
            yield reader.line_num, cells
    except csv.Error as error:
        problems.append(
            Problem(
                f"lines.{reader.reader.line_num}",
                "line_unreadable",
                f"Line {reader.reader.line_num} is not CSV: {error}.",
            )
        )


def _jsonl_rows(text: str, problems: list[Problem]) -> Iterator[tuple[int, Mapping[str, str]]]:
    for line, row in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        if not row.strip():
            continue
        try:
            fields = json.loads(row)
        except (ValueError, RecursionError):
            fields = None
        if not isinstance(fields, dict):
            problems.append(Problem(f"lines.{line}", "line_unreadable", f"Line {line} is not a JSON object."))
            continue
        yield line, {name: value.strip() if isinstance(value, str) else "" for name, value in fields.items()}


def _row_problems(line: int, fields: Mapping[str, str]) -> Iterator[Problem]:
    limits = {"entry": 100, "question": MAX_QUESTION_CHARACTERS}
    for name, limit in limits.items():
        for problem in find_text_problems(fields.get(name, ""), name, limit):
            yield Problem(f"lines.{line}.{name}", problem.code, f"Line {line}, {problem.message}")
    origin = fields.get("origin", "")
    known = ", ".join(QuestionOrigin)
    if origin and origin not in known.split(", "):
        message = f"Line {line}, origin: {origin!r} is not known; use one of {known} or leave it out."
        yield Problem(f"lines.{line}.origin", "unknown_value", message)
