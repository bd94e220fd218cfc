"""`tingzhi evaluate`: how good the product is on labelled data, one command for each kind of data.

Every command prints a table, or with `--json` one JSON object on standard output; what is going on is said on
standard error. Data that is not as described ends with one line that names file and line, and exit code 2.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console, RenderableType

from assist_api.cli import evaluate_assist
from assist_api.cli.console import prepare_logging
from assist_api.evaluation import tables
from assist_api.evaluation.calls import CallsReport, evaluate_calls
from assist_api.evaluation.dialled import Exchange, evaluate_dialled, open_exchange
from assist_api.evaluation.figures import as_json
from assist_api.evaluation.knowledge import evaluate_knowledge
from assist_api.evaluation.layouts import LabelledCall, read_call_set, require_file
from assist_api.evaluation.spoken import SpokenReport, evaluate_spoken, read_spoken
from assist_api.evaluation.stage import open_stage
from assist_api.evaluation.turn_layout import read_turn_set
from assist_api.evaluation.turns import TurnsReport, evaluate_turns
from assist_api.settings import AssistSettings
from curation.evaluate import evaluate_pairs
from kb.classify.evaluate import evaluate_classification
from kb.search.embedders.base import Embedder
from kb.search.embedders.registry import make_embedder
from kb.search.evaluation.evaluate import RetrievalReport, evaluate_retrieval, opened_corpus
from kb.settings import KBSettings
from kit.clock import SystemClock
from kit.errors import MisconfiguredError
from speech.engine import SpeechEngine
from speech.evaluate import TranscriptionReport, evaluate_transcription
from speech.settings import SpeechSettings

app = typer.Typer(
    help="Measure quality on labelled data.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
_errors = Console(stderr=True, highlight=False)

JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object instead of tables.")]
LimitOption = Annotated[int | None, typer.Option(min=1, help="Take only so many, spread evenly.")]


class Speed(StrEnum):
    """How calls are played."""

    REAL = "1"
    MAX = "max"


@app.command("calls")
def calls(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Holds manifest.yaml and the recordings it names.")],
    speed: Annotated[Speed, typer.Option(help="1 also measures delays as a caller meets them.")] = Speed.MAX,
    dialled: Annotated[
        bool, typer.Option("--dialled", help="Dial them in by two telephones through an Asterisk started for it.")
    ] = False,
    packs: Annotated[
        list[Path] | None, typer.Option("--pack", help="Knowledge to use instead of the demo knowledge; repeatable.")
    ] = None,
    as_object: JsonOption = False,
) -> None:
    """Replay labelled calls through the whole product: cards, category, transcript, delays.

    With `--dialled` the same recordings are spoken by two test telephones in a call through an exchange, 8 kHz A-law at
    their pace: cards, category and transcript should be those of the replay. Each recording has two channels then.

    The manifest is that of the demo calls: a list `calls` with `demo_id`, `sector`, `file`, `lines` of `role` and
    `text`, `expected_entry` (key in the pack) and `expected_category`, or `expected_entries` and
    `expected_categories` where several are right. The object of `--json` is
    `assist_api.evaluation.calls.CallsReport`, properties included.
    """
    _prepare()
    if dialled:
        scripts = read_call_set(folder)
        with open_exchange(_say) as exchange:
            report = asyncio.run(_dialled(scripts, exchange, packs or []))
    else:
        report = asyncio.run(_calls(folder, speed, packs or []))
    _show(report, tables.calls_tables(report), is_json=as_object)


async def _dialled(scripts: Sequence[LabelledCall], exchange: Exchange, packs: Sequence[Path]) -> CallsReport:
    async with open_stage(packs, _say, exchange=exchange.settings) as services:
        return await evaluate_dialled(scripts, services, exchange, say=_say)


async def _calls(folder: Path, speed: Speed, packs: Sequence[Path]) -> CallsReport:
    scripts = read_call_set(folder)
    async with open_stage(packs, _say) as services:
        return await evaluate_calls(scripts, services, speed=speed.value, say=_say)


@app.command("turns")
def turns(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Holds manifest.json and the recordings, or one such folder a call.")
    ],
    speed: Annotated[Speed, typer.Option(help="max is faster and measures no seconds.")] = Speed.REAL,
    at_once: Annotated[int, typer.Option("--at-once", min=1, max=64, help="Calls played side by side.")] = 4,
    packs: Annotated[
        list[Path] | None, typer.Option("--pack", help="Knowledge to use instead of the demo knowledge; repeatable.")
    ] = None,
    as_object: JsonOption = False,
) -> None:
    """Replay calls of several matters: does the newest question's card lead, and how soon?

    `manifest.json` is `{"calls": [...]}`, a list of calls, or one call. A call has `turns`, optionally `name`, and
    `audio`: one stereo file (left the customer, right the agent) or `[customer, agent]`, beside the manifest; without
    it the recordings in the manifest's folder. A turn has `leg` (`customer` or `agent`), `text`, `start` and `end` in
    seconds, and where the customer asks or reports something new `expect`: a regular expression over entry titles, or
    `NONE`. DIR without a manifest holds one folder a call. What stands when the customer speaks again counts for a
    turn. The object of `--json` is `assist_api.evaluation.turns.TurnsReport`, properties included: `right_first`,
    `right_any`, `stale`, `none_ok`, and `seconds` with `p50` and `p95`.
    """
    _prepare()
    report = asyncio.run(_turns(folder, speed, at_once, packs or []))
    _show(report, tables.turns_tables(report), is_json=as_object)


async def _turns(folder: Path, speed: Speed, at_once: int, packs: Sequence[Path]) -> TurnsReport:
    calls = read_turn_set(folder)
    async with open_stage(packs, _say, max_concurrent_calls=at_once) as services:
        return await evaluate_turns(calls, services, speed=speed.value, at_once=at_once, say=_say)


@app.command("knowledge")
def knowledge(
    is_recorded: Annotated[bool, typer.Option("--record", help="Keep the run in the history of the page.")] = False,
    as_object: JsonOption = False,
) -> None:
    """Run all gold questions of this installation's knowledge against its own search.

    The figures are those of the page 知识测试; `--record` adds the run to its history, so that a change of ranking,
    synonyms or model shows there. The object of `--json` is `assist_api.evaluation.knowledge.KnowledgeReport`.
    """
    _prepare()
    report = asyncio.run(evaluate_knowledge(AssistSettings.load(), KBSettings.load(), _say, is_recorded=is_recorded))
    _show(report, tables.knowledge_tables(report), is_json=as_object)


@app.command("retrieval")
def retrieval(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Holds qrels.tsv, queries.jsonl and corpus*.jsonl.")],
    corpus: Annotated[Path | None, typer.Option(help="Passages; by default the smallest corpus*.jsonl of DIR.")] = None,
    queries: Annotated[Path | None, typer.Option(help="Questions; by default queries.jsonl of DIR.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write `qid<TAB>docid` lines here, best first.")] = None,
    lexical_only: Annotated[bool, typer.Option("--lexical-only", help="Leave vectors out.")] = False,
    naive: Annotated[bool, typer.Option("--naive/--no-naive", help="Measure Haystack's BM25 beside it.")] = False,
    limit: LimitOption = None,
    as_object: JsonOption = False,
) -> None:
    """Search for questions with known answers: MRR, recall, hits and time.

    `queries.jsonl` has `qid`, `text` and optionally `source`; the corpus `id`, `title`, `text`; `qrels.tsv` question,
    0, passage, 1. The object of `--json` is `kb.search.evaluation.evaluate.RetrievalReport` without its runs. The first
    time a corpus is embedded, about 25 passages a CPU second; the vectors are kept for the next time.
    """
    _prepare()
    report = asyncio.run(_retrieval(folder, corpus, queries, out, lexical_only, naive, limit))
    _show(report, tables.retrieval_tables(report), is_json=as_object)


async def _retrieval(
    folder: Path,
    corpus: Path | None,
    queries: Path | None,
    out: Path | None,
    lexical_only: bool,
    naive: bool,
    limit: int | None,
) -> RetrievalReport:
    settings = KBSettings.load()
    with _embedder(settings, is_wanted=not lexical_only) as embedder:
        return await evaluate_retrieval(
            folder,
            embedder=embedder,
            clock=SystemClock(),
            settings=settings,
            corpus=corpus,
            queries=queries,
            run_file=out,
            with_naive=naive,
            every=_every(queries or folder / "queries.jsonl", limit),
            say=_say,
        )


def _every(queries: Path, limit: int | None) -> int:
    """Return n so that every n-th line makes about `limit` lines."""
    if limit is None:
        return 1
    with require_file(queries).open("rb") as stream:
        return max(1, -(-sum(1 for _line in stream) // limit))


@app.command("classification")
def classification(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A set, or a folder of sets.")],
    lexical_only: Annotated[bool, typer.Option("--lexical-only", help="Leave vectors out.")] = False,
    as_object: JsonOption = False,
) -> None:
    """Learn categories from labelled texts and ask for those of others: accuracy, macro-F1, calibration.

    A set is a folder with `train.jsonl` and `dev.jsonl` of `text`, `label` and optionally `title`. The object of
    `--json` is `{"sets": [...]}` of `kb.classify.evaluate.ClassificationReport`, properties included; `curve` is the
    accuracy of the most confident answers (risk-coverage). Embedding takes about 10 ms a text the first time.
    """
    _prepare()
    with _embedder(KBSettings.load(), is_wanted=not lexical_only) as embedder:
        if embedder is not None:
            embedder.warm_up()
        reports = evaluate_classification(folder, embedder, _say)
    _show({"sets": reports}, tables.classification_tables(reports), is_json=as_object)


@app.command("pairs")
def pairs(
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="Pairs of entries with a label.")],
    as_object: JsonOption = False,
) -> None:
    """Tell contradictions and duplicates among labelled pairs of entries: precision, recall, AUROC.

    A line has `a` and `b`, each with `title` and `answer`, and a `label`: `duplicate`, `contradiction` or `distinct`.
    The object of `--json` is `curation.evaluate.PairsReport`.
    """
    _prepare()
    with _embedder(KBSettings.load(), is_wanted=True) as embedder:
        if embedder is None:
            raise MisconfiguredError("Pairs are compared by meaning: set KB_EMBEDDER to a model, not to none.")
        report = evaluate_pairs(file, embedder, _say)
    _show(report, tables.pairs_tables(report), is_json=as_object)


@app.command("spoken")
def spoken(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Holds manifest.jsonl and the recordings it names.")],
    corpus: Annotated[Path, typer.Option(help="Passages to search.")],
    queries_dir: Annotated[Path, typer.Option(help="Folder with the qrels.tsv of the questions.")],
    lexical_only: Annotated[bool, typer.Option("--lexical-only", help="Leave vectors out.")] = False,
    stock: Annotated[bool, typer.Option("--stock/--no-stock", help="Measure stock transcribe() beside it.")] = True,
    limit: LimitOption = None,
    as_object: JsonOption = False,
) -> None:
    """Recognise spoken questions and search with what was heard, beside stock `transcribe()` and Haystack's BM25.

    `manifest.jsonl` has `qid`, `file` and `text`; `qrels.tsv` says which passages answer. The object of `--json` is
    `assist_api.evaluation.spoken.SpokenReport`.
    """
    _prepare()
    report = asyncio.run(_spoken(folder, corpus, queries_dir, lexical_only, stock, limit))
    _show(report, tables.spoken_tables(report), is_json=as_object)


async def _spoken(
    folder: Path, corpus: Path, queries_dir: Path, lexical_only: bool, stock: bool, limit: int | None
) -> SpokenReport:
    questions = read_spoken(folder, queries_dir, limit)
    settings, speech_settings = KBSettings.load(), SpeechSettings.load()
    with _embedder(settings, is_wanted=not lexical_only) as embedder:
        async with (
            opened_corpus(corpus, embedder=embedder, clock=SystemClock(), settings=settings, say=_say) as opened,
            _engine(speech_settings) as engine,
        ):
            return await evaluate_spoken(questions, engine, speech_settings, opened, has_stock=stock, say=_say)


@app.command("transcription")
def transcription(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Holds manifest.tsv and the clips it names.")],
    stock: Annotated[bool, typer.Option("--stock/--no-stock", help="Measure stock transcribe() beside it.")] = True,
    as_object: JsonOption = False,
) -> None:
    """Transcribe labelled clips at 16 kHz and on the telephone band, beside stock `transcribe()`.

    The manifest has a header with `file16k`, `file8k_ulaw` and `text`. The object of `--json` is
    `speech.evaluate.TranscriptionReport`, properties included.
    """
    _prepare()
    report = asyncio.run(_transcription(folder, has_stock=stock))
    _show(report, tables.transcription_tables(report), is_json=as_object)


async def _transcription(folder: Path, *, has_stock: bool) -> TranscriptionReport:
    settings = SpeechSettings.load()
    async with _engine(settings) as engine:
        return await evaluate_transcription(folder, engine, settings, has_stock=has_stock, say=_say)


@asynccontextmanager
async def _engine(settings: SpeechSettings) -> AsyncIterator[SpeechEngine]:
    engine = SpeechEngine(settings, SystemClock())
    try:
        _say("loading the speech model")
        await engine.warm_up()
        yield engine
    finally:
        await engine.aclose()


@contextmanager
def _embedder(settings: KBSettings, *, is_wanted: bool) -> Iterator[Embedder | None]:
    embedder = make_embedder(settings) if is_wanted else None
    try:
        yield embedder
    finally:
        if embedder is not None:
            embedder.close()


def _prepare() -> None:
    prepare_logging(AssistSettings.load())


def _say(line: str) -> None:
    _errors.print(f"» {line}", markup=False)


def _show(report: object, shown: Sequence[RenderableType], *, is_json: bool) -> None:
    if is_json:
        document: dict[str, Any] = as_json(report)
        for system in document.get("systems", ()):
            # Thousands of lines that nobody reads; `--out` writes them to a file.
            del system["run"]
        sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
        return
    console = Console(highlight=False)
    for table in shown:
        console.print(table)


evaluate_assist.register(
    app, lambda report, shown, is_json: _show(report, shown, is_json=is_json), lambda: _engine(SpeechSettings.load())
)
