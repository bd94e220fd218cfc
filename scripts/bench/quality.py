"""The parts of the benchmark that need the evaluation data: search, transcription, spoken questions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from assist_api.evaluation.spoken import SpokenReport, evaluate_spoken, read_spoken
from kb.search.embedders.registry import make_embedder
from kb.search.evaluation.evaluate import evaluate_retrieval, opened_corpus
from kb.settings import KBSettings
from kit.clock import SystemClock
from scripts.bench.tables import print_table, ratio
from speech.engine import SpeechEngine
from speech.evaluate import evaluate_transcription
from speech.settings import SpeechSettings

RETRIEVAL = Path("bench/retrieval/dev")
SPOKEN = Path("spoken/dev")
AUDIO = Path("audio")
CORPORA = {"10 k": "corpus_10k.jsonl", "110 k": "corpus_100k.jsonl"}
QUESTIONS, QUICK_QUESTIONS = 250, 50
QUICK_SPOKEN = 12
Say = Callable[[str], None]


async def measure(data: Path, say: Say, *, is_quick: bool) -> None:
    """Print what can be measured with the folders that are there, and what was left out."""
    parts = {RETRIEVAL: _search, AUDIO: _transcription, SPOKEN: _spoken}
    for folder, part in parts.items():
        if (data / folder).is_dir():
            await part(data, say, is_quick)
        else:
            print(f"\nSkipped: {data / folder} is not there.")


async def _search(data: Path, say: Say, is_quick: bool) -> None:
    """The large corpus is searched without vectors: embedding it takes more than an hour of CPU."""
    rows = []
    for name, file in CORPORA.items():
        if is_quick and name != "10 k":
            continue
        for has_vectors in (False, True):
            if has_vectors and (is_quick or name != "10 k"):
                continue
            rows += await _search_rows(data / RETRIEVAL, file, name, say, has_vectors=has_vectors, is_quick=is_quick)
    print_table(
        "Search of written questions",
        ("passages", "search", "questions", "p50 ms", "p95 ms", "MRR@10", "hit@3"),
        rows,
    )
    left_out = "110 k, and vectors (--quick)" if is_quick else "vectors at 110 k (over an hour of CPU to embed)"
    print(f"Left out: {left_out}.")


async def _search_rows(
    folder: Path, corpus: str, name: str, say: Say, *, has_vectors: bool, is_quick: bool
) -> list[list[str]]:
    settings = KBSettings.load()
    embedder = make_embedder(settings) if has_vectors else None
    wanted = QUICK_QUESTIONS if is_quick else QUESTIONS
    total = await asyncio.to_thread(_count_lines, folder / "queries.jsonl")
    say(f"search: {corpus}{' with vectors' if has_vectors else ''}")
    report = await evaluate_retrieval(
        folder,
        embedder=embedder,
        clock=SystemClock(),
        settings=settings,
        corpus=folder / corpus,
        with_naive=not has_vectors,
        every=max(1, total // wanted),
        say=say,
    )
    if embedder is not None:
        embedder.close()
    titles = {"search": "tingzhi, vectors" if has_vectors else "tingzhi, lexical", "naive": "naive"}
    return [
        [
            name,
            titles[system.name],
            str(report.questions),
            f"{system.latency_p50_ms:.1f}",
            f"{system.latency_p95_ms:.1f}",
            f"{system.scores['ALL'].mrr_at_10:.3f}",
            f"{system.scores['ALL'].hit_at_3:.3f}",
        ]
        for system in report.systems
    ]


def _count_lines(path: Path) -> int:
    return path.read_bytes().count(b"\n")


async def _transcription(data: Path, say: Say, is_quick: bool) -> None:
    settings = SpeechSettings.load()
    engine = SpeechEngine(settings, SystemClock())
    try:
        await engine.warm_up()
        report = await evaluate_transcription(data / AUDIO, engine, settings, has_stock=not is_quick, say=say)
    finally:
        await engine.aclose()
    rows = [
        [total.band, total.path, str(total.characters), f"{total.error_rate:.1%}", f"{total.cpu_per_audio_second:.3f}"]
        for total in report.totals
    ]
    print_table("Transcription", ("band", "path", "characters", "CER", "CPU s per audio s"), rows)
    if is_quick:
        print("Left out: stock transcribe() (--quick).")


async def _spoken(data: Path, say: Say, is_quick: bool) -> None:
    questions = read_spoken(data / SPOKEN, data / RETRIEVAL, QUICK_SPOKEN if is_quick else None)
    settings, speech_settings = KBSettings.load(), SpeechSettings.load()
    embedder = None if is_quick else make_embedder(settings)
    engine = SpeechEngine(speech_settings, SystemClock())
    corpus = data / RETRIEVAL / CORPORA["10 k"]
    try:
        await engine.warm_up()
        async with opened_corpus(corpus, embedder=embedder, clock=SystemClock(), settings=settings, say=say) as opened:
            report = await evaluate_spoken(questions, engine, speech_settings, opened, say=say)
    finally:
        await engine.aclose()
        if embedder is not None:
            embedder.close()
    _print_spoken(report, has_vectors=embedder is not None)


def _print_spoken(report: SpokenReport, *, has_vectors: bool) -> None:
    rows = [
        [row.transcript, f"{row.error_rate:.1%}", f"{row.cpu_seconds:.2f}", score.search]
        + [f"{score.hit_at_1:.3f}", f"{score.hit_at_3:.3f}"]
        for row in report.transcripts
        for score in row.searches
    ]
    vectors = "with" if has_vectors else "without"
    print_table(
        f"{report.questions} spoken questions, 10 k passages, {vectors} vectors",
        ("transcript", "CER", "CPU s a question", "search", "hit@1", "hit@3"),
        rows,
    )
    ours, naive = report.hit_at_3("tingzhi", "tingzhi"), report.hit_at_3("stock", "naive")
    print(f"hit@3 of the whole path: {ours:.3f}, naive {naive:.3f} ({ratio(ours, naive)} as many).")
