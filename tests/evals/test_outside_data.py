"""Small parts of the evaluation data, each against a threshold or the naive way; skipped where the data is not.

The questions come from banks, payment, phone support and government hotlines, not from utilities; the spoken ones are
synthetic voices. The thresholds lie somewhat below what was measured, so that they catch a part that broke.
"""

from __future__ import annotations

import asyncio
import csv
from pathlib import Path

import pytest

from assist_api.evaluation.spoken import SpokenReport, evaluate_spoken, read_spoken
from assist_api.evaluation.tables import (
    classification_tables,
    retrieval_tables,
    spoken_tables,
    transcription_tables,
)
from kb.classify.evaluate import evaluate_classification
from kb.search.evaluation.evaluate import RetrievalReport, evaluate_retrieval, opened_corpus
from kb.settings import KBSettings
from kit.clock import SystemClock
from kit.errors import InvalidInputError
from speech.engine import SpeechEngine
from speech.evaluate import TranscriptionReport, evaluate_transcription
from speech.settings import SpeechSettings
from tests.evals.conftest import show

pytestmark = [pytest.mark.evals, pytest.mark.timeout(1800)]

QUESTIONS = 200
SPOKEN_QUESTIONS = 15
LONGEST_CLIP_SECONDS = 6.0


def folder_of(data: Path, *parts: str) -> Path:
    folder = data.joinpath(*parts)
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    return folder


def ask(folder: Path, queries: str) -> RetrievalReport:
    total = (folder / queries).read_bytes().count(b"\n")
    return asyncio.run(
        evaluate_retrieval(
            folder,
            embedder=None,
            clock=SystemClock(),
            settings=KBSettings(_env_file=None),
            corpus=folder / "corpus_10k.jsonl",
            queries=folder / queries,
            with_naive=True,
            every=max(1, total // QUESTIONS),
            say=print,
        )
    )


@pytest.mark.parametrize(("queries", "least"), [("queries.jsonl", 0.63), ("queries_asr.jsonl", 0.60)])
def test_search_without_vectors_beats_the_naive_way(outside_data: Path, queries: str, least: float):
    report = ask(folder_of(outside_data, "bench", "retrieval", "dev"), queries)
    show(retrieval_tables(report))
    ours, naive = report.systems
    assert ours.scores["ALL"].mrr_at_10 >= least
    assert ours.scores["ALL"].mrr_at_10 > naive.scores["ALL"].mrr_at_10
    assert ours.trust is not None
    # 200 questions alone put .05 into the calibration error; the thresholds catch a confidence that means nothing.
    assert ours.trust.calibration_error <= 0.15
    assert ours.trust.at_kept.right_kept >= 0.9
    assert ours.trust.at_kept.refused_without_entry >= 0.3


def test_categories_of_bank_questions_are_learned(outside_data: Path):
    (report,) = evaluate_classification(folder_of(outside_data, "bench", "classification", "bank_topic"))
    show(classification_tables([report]))
    assert report.accuracy >= 0.81
    # A floor, not the goal (.05): .10 was measured on 2026-11-25.
    assert report.calibration_error <= 0.12
    # The surest half of the answers is nearly always right.
    assert next(point.accuracy for point in report.quality.curve if point.coverage == 0.5) >= 0.95


def test_calls_without_a_training_part_are_refused_by_name(outside_data: Path):
    with pytest.raises(InvalidInputError, match=r"cmcc_calls has no train\.jsonl"):
        evaluate_classification(folder_of(outside_data, "bench", "classification", "cmcc_calls"))


def test_short_clips_are_understood_on_both_bands(outside_data: Path, tmp_path: Path):
    folder = short_clips(folder_of(outside_data, "audio"), tmp_path)
    report = asyncio.run(transcribe(folder))
    show(transcription_tables(report))
    rates = {total.band: total.error_rate for total in report.totals}
    assert rates["16k"] <= 0.25
    assert rates["8k"] <= 0.33


def short_clips(audio: Path, folder: Path) -> Path:
    """Write a manifest of the short clips only; paths in it are absolute."""
    with (audio / "manifest.tsv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if float(row["seconds"]) <= LONGEST_CLIP_SECONDS]
    with (folder / "manifest.tsv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t")
        writer.writerow(["file16k", "file8k_ulaw", "text"])
        writer.writerows([audio / row["file16k"], audio / row["file8k_ulaw"], row["text"]] for row in rows)
    return folder


async def transcribe(folder: Path) -> TranscriptionReport:
    settings = SpeechSettings(_env_file=None)
    engine = SpeechEngine(settings, SystemClock())
    try:
        await engine.warm_up()
        return await evaluate_transcription(folder, engine, settings, has_stock=False, say=print)
    finally:
        await engine.aclose()


def test_spoken_questions_find_more_than_the_naive_way(outside_data: Path):
    spoken = folder_of(outside_data, "spoken", "dev")
    retrieval = folder_of(outside_data, "bench", "retrieval", "dev")
    report = asyncio.run(ask_aloud(spoken, retrieval))
    show(spoken_tables(report))
    ours, naive = report.hit_at_3("tingzhi", "tingzhi"), report.hit_at_3("stock", "naive")
    assert ours >= naive
    assert ours >= 0.5


async def ask_aloud(spoken: Path, retrieval: Path) -> SpokenReport:
    questions = read_spoken(spoken, retrieval, SPOKEN_QUESTIONS)
    settings = SpeechSettings(_env_file=None)
    engine = SpeechEngine(settings, SystemClock())
    corpus, search = retrieval / "corpus_10k.jsonl", KBSettings(_env_file=None)
    try:
        await engine.warm_up()
        async with opened_corpus(corpus, embedder=None, clock=SystemClock(), settings=search) as opened:
            return await evaluate_spoken(questions, engine, settings, opened, say=print)
    finally:
        await engine.aclose()
