from __future__ import annotations

import json
from pathlib import Path

import pytest

from kb.classify.evaluate import evaluate_classification
from kit.errors import InvalidInputError

pytestmark = pytest.mark.unit


def write_set(folder: Path, name: str, rows: list[dict[str, str]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.jsonl").write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")


def test_separable_set_scores_full_marks_and_sets_without_training_are_left_out(tmp_path: Path) -> None:
    rows = [{"text": f"{word}第{n}次", "label": word} for word in ("停电", "缴费", "漏水") for n in range(8)]
    write_set(tmp_path / "utility", "train", rows)
    write_set(tmp_path / "utility", "dev", [{"title": "停电", "text": "又来了", "label": "停电"}, *rows[-2:]])
    write_set(tmp_path / "untrained", "dev", rows)

    (report,) = evaluate_classification(tmp_path)

    assert (report.name, report.train_count, report.dev_count, report.category_count) == ("utility", 24, 3, 3)
    assert (report.accuracy, report.macro_f1) == (1.0, 1.0)
    assert evaluate_classification(tmp_path / "utility")[0].accuracy == 1.0


def test_folder_without_a_set_and_broken_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError) as missing:
        evaluate_classification(tmp_path)
    write_set(tmp_path / "utility", "train", [{"text": "没有标签"}])
    write_set(tmp_path / "utility", "dev", [])
    with pytest.raises(InvalidInputError, match=r"train\.jsonl, line 1"):
        evaluate_classification(tmp_path)

    assert missing.value.error_code == "evaluation_set_missing"
