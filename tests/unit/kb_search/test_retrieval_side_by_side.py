"""The pipeline over an embedded store that tells when it is asked: `kb.search.pipelines`."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kb.kinds import DocumentKind
from kb.search.components import Found
from kb.search.embedders.base import Vectors
from kb.search.pipelines import search_pipeline
from kb.search.query import SearchQuery
from kb.search.ranking.model import shipped_model
from kb.search.ranking.projections import ProjectionCache
from kb.search.stores.base import Candidate, SearchFilter, Vector, WeightedTerm
from kb.search.stores.embedded.store import EmbeddedStore
from tests.fakes.kb_search_documents import HANDBOOK, HashedEmbedder, fill

pytestmark = pytest.mark.unit

WANTED = SearchFilter(frozenset(DocumentKind), date(2026, 3, 10))
MISHEARD, MENDED = "我家停垫了要报休", "我家停电了要报修"


class WatchedStore(EmbeddedStore):
    """Keeps the vectors it was asked for; where it is told so, terms wait for vectors."""

    waits = False

    def watch(self) -> None:
        self.asked: list[Vector] = []
        self.vectors_asked = threading.Event()

    def find_lexical(self, terms: Sequence[WeightedTerm], wanted: SearchFilter, limit: int) -> list[Candidate]:
        if self.waits:
            assert self.vectors_asked.wait(10), "vectors wait for terms"
        return super().find_lexical(terms, wanted, limit)

    def find_vectors(self, vector: Vector, wanted: SearchFilter, limit: int) -> list[Candidate]:
        self.asked.append(vector)
        self.vectors_asked.set()
        return super().find_vectors(vector, wanted, limit)


class PickyEmbedder(HashedEmbedder):
    """Fails on some text."""

    refused = ""

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        if self.refused and any(self.refused in text for text in texts):
            raise RuntimeError("no memory")
        return super().embed_questions(texts)


@pytest.fixture
def embedder() -> PickyEmbedder:
    return PickyEmbedder()


@pytest.fixture
def store(tmp_path: Path, embedder: PickyEmbedder):
    made = WatchedStore(tmp_path / "search", embedder_name=embedder.capabilities.name)
    made.watch()
    made.apply(HANDBOOK, [])
    fill(made, embedder)
    yield made
    made.close()


@pytest.fixture
def threads():
    with ThreadPoolExecutor(2) as executor:
        yield executor


async def search(store: WatchedStore, embedder: PickyEmbedder, threads: Executor, text: str) -> tuple[list[str], Found]:
    pipeline = search_pipeline(
        store,
        embedder=lambda: embedder,
        model=shipped_model,
        projections=ProjectionCache(),
        candidates=20,
        executor=threads,
    )
    asked: dict[str, Any] = {"analyser": {"query": SearchQuery(text), "wanted": WANTED}}
    found = await pipeline.run_async(asked, include_outputs_from={"mended"})
    hits = found["explainer"]["explained"].hits
    return [hit.document_id for hit in hits], found["mended"]["found"]


async def test_vectors_are_looked_up_while_terms_are(store: WatchedStore, embedder: PickyEmbedder, threads: Executor):
    store.waits = True
    found, _ = await search(store, embedder, threads, "停电报修")
    assert found[0] == "outage"
    assert len(store.asked) == 1


async def test_a_mended_question_is_looked_up_once_more(
    store: WatchedStore, embedder: PickyEmbedder, threads: Executor
):
    found, vectors = await search(store, embedder, threads, MISHEARD)
    assert found[0] == "outage"
    heard, mended = store.asked
    np.testing.assert_array_equal(vectors.vector, mended)
    assert mended @ embedder.embed_questions([MENDED])[0] > heard @ embedder.embed_questions([MENDED])[0]


async def test_what_the_heard_question_found_stays_when_the_mended_one_cannot_be_embedded(
    store: WatchedStore, embedder: PickyEmbedder, threads: Executor
):
    embedder.refused = "停电"
    found, vectors = await search(store, embedder, threads, MISHEARD)
    assert found[0] == "outage"
    assert vectors.has_failed
    np.testing.assert_array_equal(vectors.vector, store.asked[0])
    assert vectors.candidates
