"""What the embedded store costs as it grows: indexing, disk, memory and the time of a search, from 10,000 to 1,000,000.

    python -m scripts.bench.growth --data DIR [--sizes N …] [--vectors KIND] [--every N]

Passages are those of the corpus; beyond its end they are recombined, the first half of one with the second half of
another, so that words keep their real frequencies and few passages are alike. Vectors are `none`, or `generated`: made
without a model, for timing only. Every step runs in a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import ParamSpec, TypeVar

import numpy as np
import psutil

from kb.search.documents import SearchDocument
from kb.search.embedders.base import Embedder
from kb.search.evaluation.evaluate import plain_document, read_corpus, read_questions
from kb.search.service import SearchService
from kb.search.setup import make_index
from kb.search.vector_fill import VectorFill
from kb.settings import KBSettings
from kit.clock import SystemClock
from kit.logging import configure_logging
from scripts.bench.generated_vectors import GeneratedVectors
from scripts.bench.machine import describe, use_cores
from scripts.bench.stores import BATCH, ask_all
from scripts.bench.tables import print_table

SIZES = (10_000, 30_000, 110_000, 300_000, 1_000_000)
MEGABYTE = 1024 * 1024

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Work:
    """What a step cost.

    Attributes:
        wall_seconds: Passed.
        cpu_seconds: Spent.
        disk_bytes: Of the index afterwards.
    """

    wall_seconds: float
    cpu_seconds: float
    disk_bytes: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What searching cost.

    Attributes:
        open_seconds: From a closed index to the first answer.
        took_ms: Wall milliseconds of each search after that.
        cpu_ms: Milliseconds of processor a search took on average.
        resident_bytes: Of the process afterwards.
    """

    open_seconds: float
    took_ms: Sequence[float]
    cpu_ms: float
    resident_bytes: int


def passages(corpus: Sequence[SearchDocument], count: int) -> Iterator[SearchDocument]:
    """Yield `count` passages: the corpus, then recombined ones; always the same."""
    yield from islice(corpus, count)
    drawn = random.Random(0)  # noqa: S311  # rejected: nothing secret hangs on it
    for number in range(len(corpus), count):
        first, second = drawn.choice(corpus), drawn.choice(corpus)
        text = first.answer[: len(first.answer) // 2] + second.answer[len(second.answer) // 2 :]
        yield plain_document(f"mixed-{number}", first.title, text)


def fill(folder: Path, corpus: Path, size: int) -> Work:
    """Index passages without vectors."""
    index = make_index(folder, KBSettings(_env_file=None), None)
    index.open()
    waiting = passages(read_corpus(corpus), size)
    wall, cpu = time.perf_counter(), time.process_time()
    while batch := list(islice(waiting, BATCH)):
        index.store.apply(batch, [])
    index.store.apply([], [], 1)
    index.close()
    return Work(time.perf_counter() - wall, time.process_time() - cpu, _size_of(folder))


def fill_vectors(folder: Path) -> Work:
    """Give every passage a generated vector."""
    embedder = GeneratedVectors()
    index = make_index(folder, KBSettings(_env_file=None), embedder)
    index.open()
    wall, cpu = time.perf_counter(), time.process_time()
    asyncio.run(VectorFill(index, embedder, None).run())
    index.close()
    return Work(time.perf_counter() - wall, time.process_time() - cpu, _size_of(folder))


def ask(folder: Path, questions: Sequence[str], *, has_vectors: bool) -> Asked:
    """Search for every question, one after the other, in an index that was closed."""
    return asyncio.run(_ask(folder, questions, GeneratedVectors() if has_vectors else None))


async def _ask(folder: Path, questions: Sequence[str], embedder: Embedder | None) -> Asked:
    settings = KBSettings(_env_file=None)
    began = time.perf_counter()
    index = make_index(folder, settings, embedder)
    index.open()
    service = SearchService(index, embedder, SystemClock(), settings)
    await service.warm_up()
    await ask_all(service, questions[:1])
    open_seconds, cpu = time.perf_counter() - began, time.process_time()
    took_ms = [result.took_ms for result in await ask_all(service, questions)]
    cpu_ms = (time.process_time() - cpu) * 1000 / len(questions)
    resident = psutil.Process().memory_info().rss
    await service.aclose()
    index.close()
    return Asked(open_seconds, took_ms, cpu_ms, resident)


def _size_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def alone(step: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a step in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(step, *args, **kwargs).result()


def main() -> None:
    """Measure every size and print one row each."""
    parser = argparse.ArgumentParser(prog="python -m scripts.bench.growth", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with queries.jsonl, qrels.tsv and the corpus")
    parser.add_argument("--corpus", default="corpus_100k.jsonl")
    parser.add_argument("--queries", default="queries.jsonl")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--every", type=int, default=25, help="ask every N-th question")
    parser.add_argument("--vectors", choices=["none", "generated"], default="generated")
    options = parser.parse_args()
    cores = use_cores(2)
    configure_logging(level="ERROR", is_json=False, show_personal=False)
    print_table("Machine", ("", ""), describe(cores))
    gold = read_questions(options.data / options.queries, options.data / "qrels.tsv")[:: options.every]
    questions = [question.text for question in gold]
    head = ("passages", "vectors", "fill s", "CPU s", "disk MB", "open s", "RSS MB", "p50 ms", "p95 ms", "CPU ms")
    print_table(f"{len(questions)} questions", head, _rows(options, questions))


def _rows(options: argparse.Namespace, questions: Sequence[str]) -> Iterator[Sequence[str]]:
    for size in options.sizes:
        with tempfile.TemporaryDirectory(prefix="tingzhi-bench-") as name:
            folder = Path(name)
            work = alone(fill, folder, options.data / options.corpus, size)
            yield _row(size, "none", work, alone(ask, folder, questions, has_vectors=False))
            if options.vectors == "generated":
                work = alone(fill_vectors, folder)
                yield _row(size, "generated", work, alone(ask, folder, questions, has_vectors=True))


def _row(size: int, vectors: str, work: Work, asked: Asked) -> Sequence[str]:
    p50, p95 = np.percentile(asked.took_ms, [50, 95])
    return (
        f"{size:,}",
        vectors,
        f"{work.wall_seconds:.0f}",
        f"{work.cpu_seconds:.0f}",
        f"{work.disk_bytes / MEGABYTE:.0f}",
        f"{asked.open_seconds:.1f}",
        f"{asked.resident_bytes / MEGABYTE:.0f}",
        f"{p50:.0f}",
        f"{p95:.0f}",
        f"{asked.cpu_ms:.0f}",
    )


if __name__ == "__main__":
    main()
