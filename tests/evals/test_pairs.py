"""Contradictions and duplicates among invented pairs of entries, with the real sentence model."""

from __future__ import annotations

from pathlib import Path

import pytest

from assist_api.evaluation.tables import pairs_tables
from curation.evaluate import PairsReport, evaluate_pairs
from kb.search.embedders.e5_onnx import OnnxEmbedder
from kit.settings import CACHE_DIR
from tests.evals.conftest import show

pytestmark = pytest.mark.evals

FOLDER = Path(__file__).parent


@pytest.fixture(scope="module")
def embedder() -> OnnxEmbedder:
    return OnnxEmbedder(CACHE_DIR / "models" / "e5-small", max_tokens=128)


def report_of(name: str, embedder: OnnxEmbedder) -> PairsReport:
    report = evaluate_pairs(FOLDER / name, embedder)
    show(pairs_tables(report))
    return report


# `pairs.jsonl` is the development set; the neighbours were written afterwards, before two rules were corrected by them;
# writers of the fifth had not seen the rules: .70 and .80 were found when first seen.
@pytest.mark.parametrize("name", ["pairs.jsonl", "pairs_neighbours.jsonl", "pairs_fifth.jsonl"])
def test_most_contradictions_and_duplicates_are_found_precisely(name: str, embedder: OnnxEmbedder):
    report = report_of(name, embedder)
    assert report.contradiction.recall_at_precision >= 0.6
    assert report.duplicate.recall_at_precision >= 0.8
    assert report.contradiction.precision is not None
    assert report.contradiction.precision >= 0.9
