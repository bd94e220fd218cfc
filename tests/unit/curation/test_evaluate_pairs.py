from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from curation.evaluate import evaluate_pairs, read_pairs
from kb.search.embedders.base import EmbedderCapabilities, Vectors
from kit.errors import InvalidInputError

pytestmark = pytest.mark.unit

LINE = '{"a": {"title": "多久到", "answer": "%s"}, "b": {"title": "几天", "answer": "%s"}, "label": "%s"}'


class OneDirection:
    """An embedder for which all texts mean the same."""

    capabilities = EmbedderCapabilities("one", 2, 4)

    def warm_up(self) -> None: ...

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        return np.tile(np.array([1.0, 0.0], np.float32), (len(texts), 1))

    embed_passages = embed_questions

    def close(self) -> None: ...


def test_report_counts_both_labels_and_names_mistakes(tmp_path: Path) -> None:
    file = tmp_path / "pairs.jsonl"
    rows = [("3天", "7天", "contradiction"), ("3天", "三天", "duplicate"), ("3天", "三天", "distinct")]
    file.write_text("\n".join(LINE % row for row in rows) + "\n", encoding="utf-8")

    report = evaluate_pairs(file, OneDirection())

    assert (report.contradiction.precision, report.contradiction.recall, report.contradiction.auroc) == (1.0, 1.0, 1.0)
    assert (report.duplicate.precision, report.duplicate.recall) == (0.5, 1.0)
    assert report.mistaken == ("3: distinct, not duplicate",)


@pytest.mark.parametrize("line", ["{", "[]", '{"a": 1}', LINE % ("1", "2", "other"), '{"a":{"title":1,"answer":""}}'])
def test_malformed_line_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "pairs.jsonl"
    file.write_text(f"{LINE % ('1', '2', 'distinct')}\n{line}\n", encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"pairs\.jsonl, line 2"):
        read_pairs(file)


def test_empty_and_missing_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("\n", encoding="utf-8")
    for name in ("empty.jsonl", "missing.jsonl"):
        with pytest.raises(InvalidInputError, match=name):
            read_pairs(tmp_path / name)
