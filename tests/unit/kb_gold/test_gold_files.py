"""Files of gold questions: what goes out comes in, and every mistake is named by line and field."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from kb.gold.exchange import FileFormat, read_questions, write_questions
from kb.gold.models import QuestionOrigin
from kb.gold.schemas import GoldQuestionRow
from kit.errors import InvalidInputError

pytestmark = pytest.mark.unit


def row(text: str, key: str | None = "power-outage") -> GoldQuestionRow:
    return GoldQuestionRow(
        id=uuid4(),
        entry_id=uuid4(),
        entry_key=key,
        entry_title="一户停电",
        sector="power",
        text=text,
        origin=QuestionOrigin.VARIANT,
        author="李知识",
        created_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


def problems(content: str, file_format: FileFormat) -> dict[str, str]:
    with pytest.raises(InvalidInputError) as refused:
        read_questions(content, file_format)
    errors = refused.value.details["errors"]
    assert isinstance(errors, list)
    return {item["field"]: item["code"] for item in errors}


@pytest.mark.parametrize("file_format", list(FileFormat))
def test_an_export_is_taken_back(file_format: FileFormat):
    rows = [row('他说"没电",一点都没有'), row("第二句\n接着说", key=None)]
    read = read_questions("\ufeff" + write_questions(rows, file_format), file_format)
    assert [item.text for item in read] == [item.text for item in rows]
    assert [item.entry for item in read] == ["power-outage", str(rows[1].entry_id)]
    assert {item.origin for item in read} == {QuestionOrigin.VARIANT}


def test_no_cell_of_an_export_is_a_formula_and_it_is_taken_back():
    rows = [row('=HYPERLINK("http://x")'), row("-20度还开着"), row("'=1")]
    written = write_questions(rows, FileFormat.CSV)
    assert "'=HYPERLINK" in written
    assert ",=" not in written
    assert [item.text for item in read_questions(written, FileFormat.CSV)] == [item.text for item in rows]


def test_csv_names_line_and_field_of_every_problem():
    content = "entry,question,origin\npower-outage,,\n,没电了,\npower-outage,没电了,guess\n"
    assert problems(content, FileFormat.CSV) == {
        "lines.2.question": "text_empty",
        "lines.3.entry": "text_empty",
        "lines.4.origin": "unknown_value",
    }


def test_csv_needs_its_columns():
    assert problems("key,text\na,b\n", FileFormat.CSV) == {"lines.1.entry": "required"}
    assert problems("entry,text\na,b\n", FileFormat.CSV) == {"lines.1.question": "required"}


def test_broken_csv_names_the_line():
    assert problems('entry,question\na,"b\n', FileFormat.CSV) == {"lines.2": "line_unreadable"}


def test_jsonl_names_line_and_field_of_every_problem():
    content = '{"entry": "a", "question": "没电"}\n\n[1]\n{"entry": "a", "question": 5}\nnot json\n'
    assert problems(content, FileFormat.JSONL) == {
        "lines.3": "line_unreadable",
        "lines.4.question": "text_empty",
        "lines.5": "line_unreadable",
    }


def test_a_file_without_questions_is_refused():
    assert problems("entry,question\n", FileFormat.CSV) == {"content": "text_empty"}
    assert problems("", FileFormat.JSONL) == {"content": "text_empty"}
