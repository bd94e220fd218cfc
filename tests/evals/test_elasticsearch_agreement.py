"""Elasticsearch and the embedded store must answer alike: a part of the corpus, some hundred questions.

The vectors are generated, without a model: what is compared is the stores. The whole set is measured by
`python -m scripts.bench.stores`; the numbers are in docs/benchmarks.md.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from rich.table import Table

from kb.search.evaluation.evaluate import read_corpus, read_questions
from kb.search.setup import make_embedded_index, make_index
from kb.settings import KBSettings
from scripts.bench.generated_vectors import GeneratedVectors
from scripts.bench.stores import agreement, run_store
from tests.evals.conftest import show

pytestmark = [pytest.mark.evals, pytest.mark.timeout(1800)]

QUESTIONS = 200
EVERY_DOCUMENT = 8
LEAST = 0.95


def test_both_stores_find_the_same_ten(outside_data: Path, elasticsearch_settings: KBSettings, tmp_path: Path):
    folder = outside_data / "bench" / "retrieval" / "dev"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    questions = read_questions(folder / "queries.jsonl", folder / "qrels.tsv")
    questions = questions[:: max(1, len(questions) // QUESTIONS)]
    wanted = frozenset[str]().union(*(question.relevant for question in questions))
    corpus = read_corpus(folder / "corpus_10k.jsonl")
    documents = [d for at, d in enumerate(corpus) if at % EVERY_DOCUMENT == 0 or d.document_id in wanted]
    embedder = GeneratedVectors()
    indices = (
        make_embedded_index(tmp_path / "embedded", elasticsearch_settings, embedder),
        make_index(tmp_path / "elasticsearch", elasticsearch_settings, embedder),
    )
    runs = []
    for index in indices:
        runs.append(asyncio.run(run_store(index, documents, questions, embedder, elasticsearch_settings)).run)
        index.close()
    same_ten, same_order, same_first = agreement(*runs)
    table = Table("same ten", "same order", "same first")
    table.add_row(f"{same_ten:.1%}", f"{same_order:.1%}", f"{same_first:.1%}")
    show([table])
    assert same_ten >= LEAST
    assert same_first >= LEAST
