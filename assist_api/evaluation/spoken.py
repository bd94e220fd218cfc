"""From audio to the right passage: recognise spoken questions, search with what was heard, ours beside the naive way.

Every transcript (written, ours, stock) meets every search (ours, BM25 over words), so that it shows which part wins
or loses what.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from assist_api.evaluation.layouts import (
    MANIFEST_JSONL,
    QRELS,
    SpokenQuestion,
    layout_error,
    read_recordings,
    read_relevant,
)
from kb.search.evaluation.evaluate import OpenedCorpus, naive_search
from kb.search.query import SearchQuery
from kb.search.question.readings import Reading, likelihood_beside, search_readings
from kb.words.trade import trade_sentences
from speech.engine import SpeechEngine
from speech.evaluate import error_count, hear, normalise, stock_text
from speech.events import TranscriptFinal
from speech.recording import Recording, RecordingLimits, open_recording
from speech.registry import make_naive_recognizer
from speech.settings import Language, SpeechSettings

WRITTEN, OURS, STOCK = "written", "tingzhi", "stock"
DEPTH = 3
"""An agent is shown three cards."""

T = TypeVar("T")
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Transcript:
    """A question as somebody wrote it down.

    Attributes:
        text: The question.
        readings: What else it may have been, likeliest first; empty where the path does not tell.
    """

    text: str
    readings: tuple[Reading, ...] = ()


Find = Callable[[Transcript], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class SearchScore:
    """One search, asked with one kind of transcript.

    Attributes:
        search: `tingzhi` or `naive`.
        hit_at_1: Share of questions with a right passage first.
        hit_at_3: Share of questions with a right passage in the top three.
    """

    search: str
    hit_at_1: float
    hit_at_3: float


@dataclass(frozen=True, slots=True)
class TranscriptScore:
    """One kind of transcript: `written`, `tingzhi` or `stock`.

    Attributes:
        transcript: Which.
        error_rate: Characters wrong, of those in the questions.
        cpu_seconds: For recognising one question, mean; 0 for the written text.
        searches: What was found with it.
    """

    transcript: str
    error_rate: float
    cpu_seconds: float
    searches: tuple[SearchScore, ...]


@dataclass(frozen=True, slots=True)
class HeardQuestion:
    """One question and what was heard; `None` where the stock path did not run."""

    qid: str
    written: str
    tingzhi: str
    stock: str | None


@dataclass(frozen=True, slots=True)
class SpokenReport:
    """Everything measured."""

    questions: int
    transcripts: tuple[TranscriptScore, ...]
    heard: tuple[HeardQuestion, ...]

    def hit_at_3(self, transcript: str, search: str) -> float:
        """Return one number of the table."""
        return next(
            score.hit_at_3
            for row in self.transcripts
            if row.transcript == transcript
            for score in row.searches
            if score.search == search
        )


@dataclass(frozen=True, slots=True)
class SpokenSet:
    """Spoken questions and which passages answer them."""

    questions: tuple[SpokenQuestion, ...]
    recordings: tuple[Recording, ...]
    relevant: dict[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class _Transcripts:
    questions: tuple[Transcript, ...]
    cpu_seconds: float

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(question.text for question in self.questions)


def read_spoken(folder: Path, queries_dir: Path, limit: int | None) -> SpokenSet:
    """Read a spoken set and the relevance of its questions; blocks.

    Args:
        folder: Holds `manifest.jsonl` and the recordings.
        queries_dir: Holds `qrels.tsv`.
        limit: Take this many questions, spread evenly over the set; None for all.

    Raises:
        InvalidInputError: A file is missing or malformed, or a question has no relevant passage.
    """
    qrels = queries_dir / QRELS
    relevant = read_relevant(qrels)
    questions = spread_evenly(read_recordings(folder, SpokenQuestion), limit)
    for question in questions:
        if question.qid not in relevant:
            raise layout_error(
                folder / MANIFEST_JSONL, f"question {question.qid} is not in {queries_dir / 'qrels.tsv'}"
            )
    recordings = [open_recording([folder / question.file], limits=RecordingLimits()) for question in questions]
    return SpokenSet(tuple(questions), tuple(recordings), relevant)


def spread_evenly(items: Sequence[T], limit: int | None) -> Sequence[T]:
    """Return at most `limit` items from all over the sequence: such files are sorted by source or by voice."""
    if limit is None or limit >= len(items):
        return items
    return [items[number * len(items) // limit] for number in range(limit)]


async def evaluate_spoken(
    spoken: SpokenSet,
    engine: SpeechEngine,
    settings: SpeechSettings,
    opened: OpenedCorpus,
    *,
    has_stock: bool = True,
    say: Say = lambda _line: None,
) -> SpokenReport:
    """Recognise every question on both paths and search with each transcript.

    Our recogniser is given the texts of the corpus, as the product gives it those of the knowledge base.

    Args:
        spoken: What is asked.
        engine: Warmed up.
        settings: For the model of the stock path.
        opened: What is searched.
        has_stock: Whether the stock path runs too.
        say: Told what is going on.
    """
    transcripts = {WRITTEN: _Transcripts(tuple(Transcript(question.text) for question in spoken.questions), 0.0)}
    await engine.set_vocabulary((), trade_sentences(opened.documents))
    say(f"recognising {len(spoken.questions)} questions")
    transcripts[OURS] = await _timed(spoken, partial(_transcribe, engine))
    if has_stock:
        say("recognising them with stock transcribe()")
        with ThreadPoolExecutor(1, thread_name_prefix="stock") as executor:
            transcripts[STOCK] = await _stock_transcripts(spoken, settings, executor)
    say("searching with every transcript")
    searches = _searches(opened)
    rows = [await _score(name, spoken, found, searches) for name, found in transcripts.items()]
    return SpokenReport(len(spoken.questions), tuple(rows), _heard(spoken, transcripts))


def _searches(opened: OpenedCorpus) -> dict[str, Find]:
    """Return the product's search and the obvious way, by their names in the report; they find passage ids."""
    naive = naive_search(opened.documents)

    async def find(question: Transcript) -> Sequence[str]:
        found = await search_readings(opened.service.search, SearchQuery(question.text, limit=DEPTH), question.readings)
        return [hit.document_id for hit in found.result.hits]

    async def find_naively(question: Transcript) -> Sequence[str]:
        return await naive(question.text)

    return {"tingzhi": find, "naive": find_naively}


async def _timed(spoken: SpokenSet, recognise: Callable[[Recording], Awaitable[Transcript]]) -> _Transcripts:
    started_at = time.process_time()
    questions = tuple([await recognise(recording) for recording in spoken.recordings])
    return _Transcripts(questions, (time.process_time() - started_at) / len(questions))


async def _transcribe(engine: SpeechEngine, recording: Recording) -> Transcript:
    finals = await hear(engine, recording)
    readings = sorted(_readings(finals), key=lambda reading: -reading.likelihood)
    return Transcript(_joined([final.text for final in finals]), tuple(readings))


def _readings(finals: Sequence[TranscriptFinal]) -> Iterator[Reading]:
    """Yield the question with one final at a time in another reading."""
    texts = [final.text for final in finals]
    for number, final in enumerate(finals):
        for other in final.alternatives:
            text = _joined([*texts[:number], other.text, *texts[number + 1 :]])
            yield Reading(text, likelihood_beside(other.confidence, final.confidence))


def _joined(texts: Sequence[str]) -> str:
    return " ".join(texts)


async def _stock_transcripts(spoken: SpokenSet, settings: SpeechSettings, executor: Executor) -> _Transcripts:
    # The naive builder knows that callers speak Chinese; finding it out would cost a second pass of the encoder.
    chinese = settings.model_copy(update={"language": Language.CHINESE})
    stock = make_naive_recognizer(chinese)
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(executor, stock.warm_up)

    async def recognise(recording: Recording) -> Transcript:
        return Transcript(await loop.run_in_executor(executor, stock_text, stock, chinese, recording))

    try:
        return await _timed(spoken, recognise)
    finally:
        stock.close()


async def _score(
    transcript: str, spoken: SpokenSet, found: _Transcripts, searches: Mapping[str, Find]
) -> TranscriptScore:
    written = [normalise(question.text) for question in spoken.questions]
    errors = sum(error_count(text, normalise(heard)) for text, heard in zip(written, found.texts, strict=True))
    scores = [await _search_score(name, spoken, found.questions, find) for name, find in searches.items()]
    return TranscriptScore(transcript, errors / sum(map(len, written)), found.cpu_seconds, tuple(scores))


async def _search_score(name: str, spoken: SpokenSet, asked: Sequence[Transcript], find: Find) -> SearchScore:
    ranks = [
        _rank((await find(transcript))[:DEPTH], spoken.relevant[question.qid])
        for question, transcript in zip(spoken.questions, asked, strict=True)
    ]
    return SearchScore(
        name, sum(rank == 1 for rank in ranks) / len(ranks), sum(rank is not None for rank in ranks) / len(ranks)
    )


def _rank(passages: Sequence[str], relevant: frozenset[str]) -> int | None:
    return next((rank for rank, passage in enumerate(passages, start=1) if passage in relevant), None)


def _heard(spoken: SpokenSet, transcripts: dict[str, _Transcripts]) -> tuple[HeardQuestion, ...]:
    ours = transcripts[OURS].texts
    stock = transcripts[STOCK].texts if STOCK in transcripts else (None,) * len(ours)
    return tuple(
        HeardQuestion(question.qid, question.text, our_text, stock_words)
        for question, our_text, stock_words in zip(spoken.questions, ours, stock, strict=True)
    )
