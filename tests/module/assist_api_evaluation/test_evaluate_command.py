from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assist_api.cli.main import run
from kb.settings import KBSettings
from tests.fakes.assist_evaluation_data import (
    QUESTIONS,
    RELEVANT,
    write_call_set,
    write_classification_set,
    write_jsonl,
    write_retrieval_set,
    write_spoken_set,
)

pytestmark = pytest.mark.module


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.search.evaluation.evaluate.CACHE_DIR", tmp_path_factory.mktemp("cache"))


def evaluate(*arguments: object) -> int:
    """Run the command as the terminal does and return its exit code."""
    try:
        return run(["evaluate", *map(str, arguments)])
    except SystemExit as ended:
        return int(ended.code or 0)


def object_of(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Return the one object on standard output."""
    (line,) = capsys.readouterr().out.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_retrieval_prints_one_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert evaluate("retrieval", write_retrieval_set(tmp_path), "--lexical-only", "--naive", "--json") == 0
    report = object_of(capsys)
    assert (report["documents"], report["questions"]) == (4, 3)
    ours, naive = report["systems"]
    assert (ours["name"], naive["name"]) == ("search", "naive")
    assert ours["scores"]["ALL"]["hit_at_1"] == 1.0
    assert set(ours["scores"]) == {"ALL", "power", "heating", "tv"}
    assert ours["latency_p95_ms"] >= ours["latency_p50_ms"] > 0
    assert "run" not in ours
    assert 0 <= ours["trust"]["calibration_error"] <= 1
    assert ours["trust"]["at_threshold"]["threshold"] == KBSettings(_env_file=None).answer_threshold
    assert [point["coverage"] for point in ours["trust"]["risk_coverage"]][-1] == 1.0
    assert naive["trust"] is None


def test_retrieval_writes_a_run_best_first(tmp_path: Path):
    run_file = tmp_path / "run.tsv"
    assert evaluate("retrieval", write_retrieval_set(tmp_path), "--lexical-only", "--out", run_file) == 0
    first: dict[str, str] = {}
    for line in run_file.read_text("utf-8").splitlines():
        qid, passage = line.split("\t")
        first.setdefault(qid, passage)
    assert first == RELEVANT


def test_retrieval_takes_other_questions(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    write_jsonl(tmp_path / "noisy.jsonl", [{**QUESTIONS[1], "text": "暖器片上面是梁的"}])
    folder = write_retrieval_set(tmp_path)
    arguments = ("--queries", tmp_path / "noisy.jsonl", "--corpus", tmp_path / "corpus_small.jsonl")
    assert evaluate("retrieval", folder, *arguments, "--lexical-only", "--json") == 0
    report = object_of(capsys)
    assert report["questions"] == 1
    assert report["systems"][0]["scores"]["ALL"]["hit_at_1"] == 1.0


def test_limit_asks_fewer_questions(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert evaluate("retrieval", write_retrieval_set(tmp_path), "--lexical-only", "--limit", 1, "--json") == 0
    assert object_of(capsys)["questions"] == 1


def test_tables_go_to_standard_output_and_progress_does_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert evaluate("retrieval", write_retrieval_set(tmp_path), "--lexical-only") == 0
    captured = capsys.readouterr()
    assert "3 questions, 4 passages" in captured.out
    assert "»" not in captured.out
    assert "indexed 4 documents" in captured.err


def test_classification_prints_one_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert evaluate("classification", write_classification_set(tmp_path), "--lexical-only", "--json") == 0
    (report,) = object_of(capsys)["sets"]
    assert (report["train_count"], report["dev_count"], report["category_count"]) == (8, 2, 2)
    assert report["accuracy"] == 1.0


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("corpus_small.jsonl", '{"id": "p1"}\n', "corpus_small.jsonl:1"),
        ("corpus_small.jsonl", '{"id": "p1", "text": "a"}\nnone\n', "corpus_small.jsonl:2"),
        ("queries.jsonl", '{"text": "a"}\n', "queries.jsonl:1"),
        ("queries.jsonl", None, "queries.jsonl"),
        ("qrels.tsv", None, "qrels.tsv"),
        ("corpus_small.jsonl", None, "corpus"),
    ],
)
def test_retrieval_data_that_is_wrong_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, text: str | None, said: str
):
    folder = write_retrieval_set(tmp_path)
    if text is None:
        (folder / file).unlink()
    else:
        (folder / file).write_text(text, "utf-8")
    assert_one_line_error(evaluate("retrieval", folder, "--lexical-only"), capsys, said)


def test_classification_row_that_is_wrong_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    folder = write_classification_set(tmp_path)
    with (folder / "train.jsonl").open("a") as file:
        file.write('{"text": "没有标签"}\n')
    assert_one_line_error(evaluate("classification", folder, "--lexical-only"), capsys, "train.jsonl, line 9")


def test_calls_without_their_recording_are_named_before_anything_is_loaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    folder = write_call_set(tmp_path, file="gone.wav")
    assert_one_line_error(evaluate("calls", folder), capsys, "names gone.wav")


def test_spoken_set_without_answers_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    folder = write_spoken_set(tmp_path)
    arguments = ("--corpus", folder / "corpus.jsonl", "--queries-dir", folder)
    assert_one_line_error(evaluate("spoken", folder, *arguments), capsys, "qrels.tsv")


def test_transcription_without_a_manifest_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert_one_line_error(evaluate("transcription", tmp_path), capsys, "manifest.tsv")


def assert_one_line_error(exit_code: int, capsys: pytest.CaptureFixture[str], said: str) -> None:
    captured = capsys.readouterr()
    lines = [line for line in captured.err.splitlines() if not line.startswith("»")]
    assert exit_code == 2
    assert len(lines) == 1
    assert lines[0].startswith("error: ")
    assert said in lines[0]
    assert captured.out == ""
