"""The embedded store and Elasticsearch side by side: do they answer alike, and how long do they take.

    python -m scripts.bench.stores --data DIR --url http://127.0.0.1:9200 [--corpus FILE] [--every N] [--vectors KIND]

Vectors are `none`; `generated`: made from the characters of a text without a model, for time alone; or `real`: those
of passages are taken from what `tingzhi evaluate retrieval` has kept of the same corpus, where it has. The indices it
makes are deleted at the end.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
import numpy as np
import psutil

from kb.search.documents import SearchDocument
from kb.search.embedders.base import Embedder
from kb.search.embedders.registry import make_embedder
from kb.search.evaluation.evaluate import GoldQuestion, kept_index, read_corpus, read_questions, score_run
from kb.search.hits import SearchResult
from kb.search.index import SearchIndex
from kb.search.query import SearchQuery
from kb.search.service import SearchService
from kb.search.setup import make_index
from kb.search.vector_fill import VectorFill
from kb.settings import KBSettings
from kit.clock import SystemClock
from kit.logging import configure_logging
from scripts.bench.generated_vectors import GeneratedVectors
from scripts.bench.kept_vectors import KeptVectors
from scripts.bench.machine import describe, use_cores
from scripts.bench.tables import print_table
from tests.servers.elasticsearch import delete_indices

DEPTH = 10
BATCH = 1_000
IDLE_LOOKS, LOOK_SECONDS, LONGEST_REST_SECONDS = 3, 1.0, 300.0
Say = Callable[[str], None]


@dataclass(frozen=True)
class StoreRun:
    """What one store answered.

    Attributes:
        index_seconds: Wall seconds to take in the documents and show them.
        vector_seconds: Wall seconds to take in the vectors, making them included.
        run: The ten best of each question.
        took_ms: Wall milliseconds of each search, alone, right after the vectors were taken in.
        rest_seconds: Wall seconds until the store had tidied up behind itself.
        rested_ms: The same searches again after that, as on any later day.
        cpu_ms: Milliseconds of processor a search took on average, ours and the server's: unlike wall time, the same
            on a busy machine.
    """

    index_seconds: float
    vector_seconds: float
    run: Mapping[str, Sequence[str]]
    took_ms: Sequence[float]
    rest_seconds: float
    rested_ms: Sequence[float]
    cpu_ms: float


async def run_store(
    index: SearchIndex,
    documents: Sequence[SearchDocument],
    questions: Sequence[GoldQuestion],
    embedder: Embedder | None,
    settings: KBSettings,
    *,
    cpu_seconds: Callable[[], float] = time.process_time,
    is_busy: Callable[[], bool] | None = None,
) -> StoreRun:
    """Fill an index by a rebuild and ask it every question, and once more when it is not busy behind that any more."""
    started = time.perf_counter()
    await asyncio.to_thread(_fill, index, documents)
    index_seconds = time.perf_counter() - started
    if embedder is not None:
        await VectorFill(index, embedder, None).run()
    vector_seconds = time.perf_counter() - started - index_seconds
    service = SearchService(index, embedder, SystemClock(), settings)
    texts = [question.text for question in questions]
    try:
        await service.warm_up()
        cpu_before = cpu_seconds()
        results = at_once = await ask_all(service, texts)
        rest_seconds = 0.0
        if is_busy is not None:
            rest_seconds = await _rest(is_busy)
            cpu_before = cpu_seconds()
            results = await ask_all(service, texts)
    finally:
        await service.aclose()
    cpu_ms = (cpu_seconds() - cpu_before) * 1000 / max(1, len(questions))
    run = {
        question.qid: [hit.document_id for hit in result.hits]
        for question, result in zip(questions, results, strict=True)
    }
    took_ms, rested_ms = ([result.took_ms for result in round_] for round_ in (at_once, results))
    return StoreRun(index_seconds, vector_seconds, run, took_ms, rest_seconds, rested_ms, cpu_ms)


async def _rest(is_busy: Callable[[], bool]) -> float:
    """Wait until a store has been idle for some looks; return how long that took."""
    started, idle_looks = time.perf_counter(), 0
    while idle_looks < IDLE_LOOKS and time.perf_counter() - started < LONGEST_REST_SECONDS:
        idle_looks = 0 if await asyncio.to_thread(is_busy) else idle_looks + 1
        await asyncio.sleep(LOOK_SECONDS)
    return time.perf_counter() - started


async def ask_all(service: SearchService, questions: Sequence[str]) -> list[SearchResult]:
    """Search for every question, one after the other.

    Raises:
        RuntimeError: The store was away, so that the times are those of something else.
    """
    results: list[SearchResult] = []
    for question in questions:
        results.append(result := await service.search(SearchQuery(question, limit=DEPTH)))
        if result.state.value in ("unavailable", "local"):
            raise RuntimeError(f"the store was {result.state.value} during the measurement")
    return results


def _fill(index: SearchIndex, documents: Sequence[SearchDocument]) -> None:
    index.open()
    rebuild = index.begin_rebuild()
    for start in range(0, len(documents), BATCH):
        rebuild.store.apply(documents[start : start + BATCH], [])
        index.open()
    rebuild.store.apply([], [], 1)
    rebuild.finish()


def agreement(one: Mapping[str, Sequence[str]], other: Mapping[str, Sequence[str]]) -> tuple[float, float, float]:
    """Return the shares of questions with the same ten, the same ten in the same order, and the same first."""
    same_set = [set(one[qid]) == set(other[qid]) for qid in one]
    same_order = [list(one[qid]) == list(other[qid]) for qid in one]
    same_first = [list(one[qid][:1]) == list(other[qid][:1]) for qid in one]
    return float(np.mean(same_set)), float(np.mean(same_order)), float(np.mean(same_first))


def main() -> None:
    """Measure both stores on the same corpus and questions and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m scripts.bench.stores", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with queries.jsonl, qrels.tsv and the corpus")
    parser.add_argument("--corpus", default="corpus_10k.jsonl")
    parser.add_argument("--queries", default="queries.jsonl")
    parser.add_argument("--url", default="http://127.0.0.1:9200")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--vectors", choices=["none", "generated", "real"], default="none")
    parser.add_argument("--vector-index", choices=["hnsw", "int8_hnsw", "bbq_hnsw"], default="hnsw")
    parser.add_argument("--server-pid", type=int, help="of Elasticsearch, to count its processor time as well")
    parser.add_argument("--only", choices=["embedded", "elasticsearch"])
    options = parser.parse_args()
    cores = use_cores(2)
    configure_logging(level="ERROR", is_json=False, show_personal=False)
    print_table("Machine", ("", ""), describe(cores))
    documents = read_corpus(options.data / options.corpus)
    questions = read_questions(options.data / options.queries, options.data / "qrels.tsv")[:: options.every]
    embedder = _embedder(options.vectors, options.data / options.corpus)
    names = [options.only] if options.only else ["embedded", "elasticsearch"]
    runs = {name: _measure(name, documents, questions, embedder, options) for name in names}
    print_table(
        f"{len(documents)} documents, {len(questions)} questions, vectors {options.vectors}",
        (
            "store",
            "index s",
            "vectors s",
            "p50, p95 ms",
            "rest s",
            "p50, p95 ms then",
            "CPU ms a search",
            "MRR@10",
        ),
        [(name, *_row(run, questions)) for name, run in runs.items()],
    )
    if len(runs) == 2:
        same = agreement(runs["embedded"].run, runs["elasticsearch"].run)
        print_table("Agreement", ("same ten", "same order", "same first"), [tuple(f"{share:.1%}" for share in same)])


def _embedder(vectors: str, corpus: Path) -> Embedder | None:
    real = make_embedder(KBSettings()) if vectors == "real" else None
    if real is not None:
        return KeptVectors(real, kept_index(corpus))
    return GeneratedVectors() if vectors == "generated" else None


def _row(run: StoreRun, questions: Sequence[GoldQuestion]) -> tuple[str, ...]:
    at_once, rested = (np.percentile(took_ms, [50, 95]) for took_ms in (run.took_ms, run.rested_ms))
    mrr = score_run(questions, run.run)["ALL"].mrr_at_10
    return (
        f"{run.index_seconds:.1f}",
        f"{run.vector_seconds:.1f}",
        "{:.1f}, {:.1f}".format(*at_once),
        f"{run.rest_seconds:.0f}",
        "{:.1f}, {:.1f}".format(*rested),
        f"{run.cpu_ms:.1f}",
        f"{mrr:.3f}",
    )


def _measure(
    name: str,
    documents: Sequence[SearchDocument],
    questions: Sequence[GoldQuestion],
    embedder: Embedder | None,
    options: argparse.Namespace,
) -> StoreRun:
    prefix = f"bench_{uuid.uuid4().hex[:8]}"
    settings = KBSettings(
        _env_file=None,
        search_store=name,
        elasticsearch_url=options.url,
        elasticsearch_index_prefix=prefix,
        elasticsearch_search_timeout_seconds=60,
        elasticsearch_write_timeout_seconds=600,
        elasticsearch_vector_index=options.vector_index,
    )
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tingzhi-bench-")))
        index = make_index(folder, settings, embedder)
        stack.callback(index.close)
        if name == "elasticsearch":
            stack.callback(_delete, options.url, prefix)
        counted = _cpu_seconds(options.server_pid if name == "elasticsearch" else None)
        is_busy = partial(_is_merging, options.url, prefix) if name == "elasticsearch" else lambda: False
        return asyncio.run(
            run_store(index, documents, questions, embedder, settings, cpu_seconds=counted, is_busy=is_busy)
        )


def _is_merging(url: str, prefix: str) -> bool:
    """Tell whether Lucene merges segments of the index just now."""
    answer = httpx.get(f"{url}/{prefix}*/_stats/merge", timeout=30).raise_for_status().json()
    return bool(answer["_all"]["total"]["merges"]["current"])


def _cpu_seconds(server_pid: int | None) -> Callable[[], float]:
    server = None if server_pid is None else psutil.Process(server_pid)

    def count() -> float:
        times = None if server is None else server.cpu_times()
        return time.process_time() + (0.0 if times is None else times.user + times.system)

    return count


def _delete(url: str, prefix: str) -> None:
    delete_indices(url, prefix)


if __name__ == "__main__":
    main()
