from __future__ import annotations

from pathlib import Path

import pytest

from assist_api.evaluation.layouts import SpokenQuestion, read_call_set, read_recordings, read_relevant
from assist_api.evaluation.spoken import read_spoken, spread_evenly
from kit.errors import InvalidInputError
from tests.fakes.assist_evaluation_data import write_call_set, write_jsonl, write_retrieval_set, write_spoken_set

pytestmark = pytest.mark.unit


def test_call_with_one_right_answer_is_read(tmp_path: Path):
    (call,) = read_call_set(write_call_set(tmp_path))
    assert call.script.entry_keys == ("heating-radiator",)
    assert call.script.categories == ("fault/heating.warmth.cold",)
    assert call.path == tmp_path / "own-call.wav"


def test_call_with_several_right_answers_is_read(tmp_path: Path):
    write_call_set(tmp_path, expected_entry=None, expected_entries=["a", "b"], expected_categories=["x/y"])
    (call,) = read_call_set(tmp_path)
    assert call.script.entry_keys == ("a", "b")
    assert call.script.categories == ("fault/heating.warmth.cold", "x/y")


def test_folder_without_manifest_is_named(tmp_path: Path):
    with pytest.raises(InvalidInputError, match=r"manifest\.yaml: there is no such file"):
        read_call_set(tmp_path)


def test_broken_yaml_is_named_with_its_line(tmp_path: Path):
    (tmp_path / "manifest.yaml").write_text("calls:\n  - demo_id: [unclosed\n", "utf-8")
    with pytest.raises(InvalidInputError, match=r"manifest\.yaml:3: is not YAML"):
        read_call_set(tmp_path)


@pytest.mark.parametrize("text", ["", "calls: []\n", "calls: none\n", "- \n", "other: 1\n"])
def test_manifest_without_calls_is_refused(tmp_path: Path, text: str):
    (tmp_path / "manifest.yaml").write_text(text, "utf-8")
    with pytest.raises(InvalidInputError, match=r"manifest\.yaml"):
        read_call_set(tmp_path)


@pytest.mark.parametrize("left_out", ["expected_entry", "expected_category", "lines", "file", "sector"])
def test_call_without_a_needed_field_is_named_with_its_line(tmp_path: Path, left_out: str):
    write_call_set(tmp_path, **{left_out: None})
    with pytest.raises(InvalidInputError, match=rf"manifest\.yaml:2: .*{left_out}"):
        read_call_set(tmp_path)


def test_missing_recording_is_named(tmp_path: Path):
    write_call_set(tmp_path, file="elsewhere.wav")
    with pytest.raises(InvalidInputError, match=r"own-call names elsewhere\.wav"):
        read_call_set(tmp_path)


def test_spoken_line_that_is_not_json_is_named(tmp_path: Path):
    write_spoken_set(tmp_path)
    with (tmp_path / "manifest.jsonl").open("a") as file:
        file.write("\nqid q3\n")
    with pytest.raises(InvalidInputError, match=r"manifest\.jsonl:4: is not JSON"):
        read_recordings(tmp_path, SpokenQuestion)


def test_spoken_line_without_a_file_is_named(tmp_path: Path):
    write_jsonl(tmp_path / "manifest.jsonl", [{"qid": "q1", "text": "没电了"}])
    with pytest.raises(InvalidInputError, match=r"manifest\.jsonl:1: file"):
        read_recordings(tmp_path, SpokenQuestion)


def test_manifest_in_another_encoding_is_refused(tmp_path: Path):
    (tmp_path / "manifest.jsonl").write_bytes("停电".encode("gb18030"))
    with pytest.raises(InvalidInputError, match="is not UTF-8"):
        read_recordings(tmp_path, SpokenQuestion)


def test_relevance_with_too_few_columns_is_named(tmp_path: Path):
    (tmp_path / "qrels.tsv").write_text("q1\t0\tp1\t1\nq2 0 p2 1\n", "utf-8")
    with pytest.raises(InvalidInputError, match=r"qrels\.tsv:2: needs 4 columns"):
        read_relevant(tmp_path / "qrels.tsv")


def test_question_may_have_several_relevant_passages(tmp_path: Path):
    (tmp_path / "qrels.tsv").write_text("q1\t0\tp1\t1\r\nq1\t0\tp2\t1\r\n", "utf-8")
    assert read_relevant(tmp_path / "qrels.tsv") == {"q1": frozenset({"p1", "p2"})}


def test_irrelevant_passage_does_not_count(tmp_path: Path):
    (tmp_path / "qrels.tsv").write_text("q1\t0\tp1\t1\nq1\t0\tp2\t0\n", "utf-8")
    assert read_relevant(tmp_path / "qrels.tsv") == {"q1": frozenset({"p1"})}


def test_spoken_question_without_an_answer_is_named(tmp_path: Path):
    write_retrieval_set(write_spoken_set(tmp_path))
    write_jsonl(tmp_path / "manifest.jsonl", [{"qid": "q9", "file": "q1.wav", "text": "没电了"}])
    with pytest.raises(InvalidInputError, match="question q9 is not in"):
        read_spoken(tmp_path, tmp_path, None)


def test_limited_questions_come_from_the_whole_set():
    assert spread_evenly(list(range(10)), 3) == [0, 3, 6]
    assert spread_evenly([1, 2], 5) == [1, 2]
