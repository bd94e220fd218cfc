"""Measures search: asks questions with known answers against a corpus of `{id, title, text}` rows.

The layout is that of the usual retrieval sets: `queries.jsonl` (`qid`, `text`, optionally `source`), `qrels.tsv`
(`qid <TAB> 0 <TAB> docid <TAB> 1`) and a corpus file. Index and vectors are kept in the cache folder by the corpus'
hash, so that a second run embeds nothing.
"""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import orjson
from haystack import Document
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever
from haystack.document_stores.in_memory import InMemoryDocumentStore

from kb.kinds import DocumentKind
from kb.search.documents import SearchDocument
from kb.search.embedders.base import Embedder
from kb.search.evaluation.trust import TrustReport
from kb.search.evaluation.trust_watch import TrustWatch
from kb.search.index import SearchIndex
from kb.search.question.analysis.folding import fold
from kb.search.question.analysis.terms import words
from kb.search.ranking.model import shipped_model
from kb.search.service import SearchService
from kb.search.setup import make_embedded_index
from kb.search.vector_fill import VectorFill
from kb.settings import KBSettings
from kit.clock import Clock
from kit.errors import InvalidInputError
from kit.settings import CACHE_DIR

DEPTH = 10
ALL = "ALL"
_WRITE_BATCH = 2_000

Say = Callable[[str], None]
Search = Callable[[str], Awaitable[list[str]]]


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question and the documents that answer it."""

    qid: str
    text: str
    source: str
    relevant: frozenset[str]


@dataclass(frozen=True, slots=True)
class Scores:
    """Means over questions, 0..1; recall counts at most the first k relevant documents as reachable."""

    questions: int
    mrr_at_10: float
    recall_at_5: float
    recall_at_10: float
    hit_at_1: float
    hit_at_3: float


@dataclass(frozen=True, slots=True)
class SystemReport:
    """One way of searching: scores by source and over all, and how long a search took.

    `trust` says what its confidences are worth; None for a search that has none.
    """

    name: str
    scores: Mapping[str, Scores]
    latency_p50_ms: float
    latency_p95_ms: float
    run: Mapping[str, Sequence[str]] = field(repr=False, default_factory=dict)
    trust: TrustReport | None = None


@dataclass(frozen=True, slots=True)
class RetrievalReport:
    """What was measured, on how much, one report a system."""

    documents: int
    questions: int
    index_seconds: float
    embed_seconds: float
    systems: Sequence[SystemReport]


async def evaluate_retrieval(
    folder: Path,
    *,
    embedder: Embedder | None,
    clock: Clock,
    settings: KBSettings,
    corpus: Path | None = None,
    queries: Path | None = None,
    run_file: Path | None = None,
    with_naive: bool = False,
    every: int = 1,
    say: Say = lambda _line: None,
) -> RetrievalReport:
    """Evaluate search on a set.

    Args:
        folder: Holds `qrels.tsv` and, unless given, `queries.jsonl` and the corpus.
        embedder: None to leave vectors out.
        clock: For the service.
        settings: `KB_*`.
        corpus: File of `{id, title, text}` rows; by default the smallest `corpus*.jsonl` of the folder.
        queries: File of questions; by default `queries.jsonl` of the folder.
        run_file: Where to write `qid <TAB> docid` lines, best first.
        with_naive: Also run Haystack's in-memory BM25 over words, for comparison.
        every: Take only every n-th question.
        say: Told about progress.

    Raises:
        InvalidInputError: A file is missing or malformed; `field` names it.
    """
    corpus_file = corpus or _default_corpus(folder)
    gold = read_questions(queries or folder / "queries.jsonl", folder / "qrels.tsv")[:: max(1, every)]
    async with opened_corpus(corpus_file, embedder=embedder, clock=clock, settings=settings, say=say) as opened:
        watch = TrustWatch(opened.service, shipped_model(), DEPTH)
        ours = await _measure("search", watch.search, gold, say, lambda question: watch.note(question.relevant))
        systems = [replace(ours, trust=watch.report(settings.answer_threshold))]
    if with_naive:
        systems.append(await _measure("naive", naive_search(opened.documents), gold, say))
    if run_file is not None:
        write_run(run_file, systems[0].run)
    return RetrievalReport(len(opened.documents), len(gold), opened.index_seconds, opened.embed_seconds, systems)


@dataclass(frozen=True, slots=True)
class OpenedCorpus:
    """A corpus that can be searched, and what it took to get there."""

    documents: Sequence[SearchDocument]
    service: SearchService
    index_seconds: float
    embed_seconds: float


@asynccontextmanager
async def opened_corpus(
    corpus: Path,
    *,
    embedder: Embedder | None,
    clock: Clock,
    settings: KBSettings,
    say: Say = lambda _line: None,
) -> AsyncIterator[OpenedCorpus]:
    """Index and embed a corpus, or take it from the cache, and search it while the context is open.

    Raises:
        InvalidInputError: The file is missing or malformed.
    """
    documents = read_corpus(corpus)
    index = make_embedded_index(kept_index(corpus), settings, embedder)
    service = SearchService(index, embedder, clock, settings)
    try:
        index_seconds = index_documents(index, documents)
        say(f"indexed {len(documents)} documents in {index_seconds:.1f} s")
        embed_seconds = await _fill(index, embedder, say)
        await service.warm_up()
        yield OpenedCorpus(documents, service, index_seconds, embed_seconds)
    finally:
        await service.aclose()
        index.close()


def _default_corpus(folder: Path) -> Path:
    found = sorted(folder.glob("corpus*.jsonl"), key=lambda path: path.stat().st_size)
    if not found:
        raise InvalidInputError(f"{folder} has no corpus*.jsonl.", field="corpus", code="evaluation_file_missing")
    return found[0]


def read_corpus(file: Path) -> list[SearchDocument]:
    """Read `{id, title, text}` rows as entries."""
    return [
        plain_document(str(row["id"]), row.get("title", ""), row["text"]) for row in _rows(file, "corpus", "id", "text")
    ]


def plain_document(document_id: str, title: str, text: str) -> SearchDocument:
    """Return an entry that has only a title and a text."""
    return SearchDocument(DocumentKind.ENTRY, document_id, document_id, 1, title, (), text, "")


def read_questions(queries: Path, qrels: Path) -> list[GoldQuestion]:
    """Read questions with what answers them."""
    relevant: dict[str, set[str]] = defaultdict(set)
    for line in _text(qrels, "qrels").splitlines():
        parts = line.split("\t")
        if len(parts) >= 4 and parts[3].strip() != "0":
            relevant[parts[0]].add(parts[2])
    return [
        GoldQuestion(row["qid"], row["text"], row.get("source", ALL), frozenset(relevant[row["qid"]]))
        for row in _rows(queries, "queries", "qid", "text")
    ]


def _rows(file: Path, name: str, *needed: str) -> Iterator[dict[str, str]]:
    for number, line in enumerate(_text(file, name).split("\n"), 1):
        if line.strip():
            try:
                row = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                raise _malformed(file, number, name, "is not JSON") from error
            if not isinstance(row, dict) or not row.keys() >= set(needed):
                raise _malformed(file, number, name, f"needs {' and '.join(needed)}")
            yield row


def _malformed(file: Path, number: int, name: str, problem: str) -> InvalidInputError:
    return InvalidInputError(f"{file}:{number}: {problem}", field=name, code="evaluation_file_malformed")


def _text(file: Path, name: str) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidInputError(f"{file} cannot be read.", field=name, code="evaluation_file_missing") from error


def kept_index(corpus: Path) -> Path:
    """Return the folder in which the index of a corpus is kept for the next evaluation."""
    return CACHE_DIR / "evaluations" / hashlib.sha256(corpus.read_bytes()).hexdigest()[:16]


def index_documents(index: SearchIndex, documents: Sequence[SearchDocument]) -> float:
    """Bring the index to exactly these documents; return the seconds it took."""
    started = time.perf_counter()
    index.open()
    if index.store.count_documents() != len(documents):
        for start in range(0, len(documents), _WRITE_BATCH):
            index.store.apply(documents[start : start + _WRITE_BATCH], [])
    return time.perf_counter() - started


async def _fill(index: SearchIndex, embedder: Embedder | None, say: Say) -> float:
    if embedder is None:
        return 0.0
    started = time.perf_counter()
    passages = await VectorFill(index, embedder, None).run()
    seconds = time.perf_counter() - started
    say(f"embedded {passages} passages in {seconds:.1f} s")
    return seconds


def naive_search(documents: Sequence[SearchDocument]) -> Search:
    """Return the obvious way: Haystack's in-memory BM25 over words, titles counted twice."""
    store = InMemoryDocumentStore(bm25_tokenization_regex=r"\S+")
    contents = (f"{d.title}\n{d.title}\n{d.answer}" for d in documents)
    store.write_documents(
        [Document(id=d.document_id, content=_spaced(content)) for d, content in zip(documents, contents, strict=True)]
    )
    retriever = InMemoryBM25Retriever(document_store=store, top_k=DEPTH)

    async def search(text: str) -> list[str]:
        return [document.id for document in retriever.run(query=_spaced(text) or "-")["documents"]]

    return search


def _spaced(text: str) -> str:
    return " ".join(word.text for word in words(fold(text).text))


async def _measure(
    name: str,
    search: Search,
    gold: Sequence[GoldQuestion],
    say: Say,
    after_each: Callable[[GoldQuestion], None] = lambda _question: None,
) -> SystemReport:
    run: dict[str, list[str]] = {}
    taken_ms: list[float] = []
    for number, question in enumerate(gold, 1):
        started = time.perf_counter()
        run[question.qid] = await search(question.text)
        taken_ms.append((time.perf_counter() - started) * 1000)
        after_each(question)
        if number % 1000 == 0:
            say(f"{name}: {number} of {len(gold)} questions")
    p50, p95 = np.percentile(taken_ms, [50, 95]) if taken_ms else (0.0, 0.0)
    return SystemReport(name, score_run(gold, run), float(p50), float(p95), run)


def score_run(gold: Sequence[GoldQuestion], run: Mapping[str, Sequence[str]]) -> dict[str, Scores]:
    """Return scores by source and over all."""
    groups: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    for question in gold:
        scores = _question_scores(question.relevant, run.get(question.qid, ())[:DEPTH])
        for group in {question.source, ALL}:
            groups[group].append(scores)
    return {
        group: Scores(len(rows), *(float(mean) for mean in np.mean(rows, axis=0)))
        for group, rows in sorted(groups.items())
    }


def _question_scores(relevant: frozenset[str], ranked: Sequence[str]) -> tuple[float, ...]:
    is_hit = [document_id in relevant for document_id in ranked]
    first = is_hit.index(True) + 1 if any(is_hit) else 0
    reachable = max(1, len(relevant))
    return (
        1 / first if first else 0.0,
        sum(is_hit[:5]) / min(5, reachable),
        sum(is_hit) / min(DEPTH, reachable),
        float(any(is_hit[:1])),
        float(any(is_hit[:3])),
    )


def write_run(file: Path, run: Mapping[str, Sequence[str]]) -> None:
    """Write `qid <TAB> docid` lines, best first."""
    lines = [f"{qid}\t{document_id}\n" for qid, ranked in run.items() for document_id in ranked]
    file.write_text("".join(lines), encoding="utf-8")
