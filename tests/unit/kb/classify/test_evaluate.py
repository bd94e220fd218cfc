from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from kb.classify.evaluate import evaluate_classification
from kb.measures import measure
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


def test_set_without_a_training_part_is_refused_by_name_or_left_out_aloud(tmp_path: Path) -> None:
    rows = [{"text": f"{word}第{n}次", "label": word} for word in ("停电", "缴费") for n in range(4)]
    write_set(tmp_path / "calls", "dev", rows)
    with pytest.raises(InvalidInputError, match=r"calls has no train\.jsonl") as refused:
        evaluate_classification(tmp_path / "calls")
    write_set(tmp_path / "utility", "train", rows)
    write_set(tmp_path / "utility", "dev", rows)
    said: list[str] = []

    assert len(evaluate_classification(tmp_path, say=said.append)) == 1
    assert refused.value.error_code == "evaluation_set_untrained"
    assert any(line.startswith("calls: left out") for line in said)


def test_surest_answers_are_the_most_accurate_and_confusions_are_counted() -> None:
    right = np.array(["a"] * 8 + ["b"] * 2)
    answered = np.array(["a"] * 8 + ["a"] * 2)
    quality = measure(right, answered, np.array([0.9] * 8 + [0.4] * 2), threshold=0.5)

    assert [point.accuracy for point in quality.curve][-3:] == [1.0, pytest.approx(8 / 9), 0.8]
    assert (quality.coverage, quality.covered_accuracy) == (0.8, 1.0)
    assert [(item.right, item.answered, item.count) for item in quality.confusions] == [("b", "a", 2)]
