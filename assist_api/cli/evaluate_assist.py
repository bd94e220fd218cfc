"""The commands of `tingzhi evaluate` for agent assist: safety, fields, masking, summaries, intents."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType

from assist_api.evaluation.intents import LabelledIntent, evaluate_intents, hear_intents, intents_tables, read_intents
from assist_api.evaluation.masking import evaluate_masking, masking_tables
from assist_api.evaluation.safety import Listen, SafetyReport, evaluate_safety, listener, read_utterances, safety_tables
from assist_api.evaluation.slots import evaluate_slots, slots_tables
from assist_api.evaluation.spoken_safety import evaluate_spoken_safety
from assist_api.evaluation.summaries import evaluate_summaries, summaries_tables
from assist_api.ivr.intents import Embed
from kb.search.embedders.registry import make_embedder
from kb.settings import KBSettings
from kit.errors import MisconfiguredError
from speech.engine import SpeechEngine

Show = Callable[[object, Sequence[RenderableType], bool], None]
"""Prints a report: as one JSON object when the last argument says so, else as tables."""
OpenEngine = Callable[[], AbstractAsyncContextManager[SpeechEngine]]
"""Opens the installation's recogniser for one evaluation."""
FileArgument = Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="One labelled JSON object a line.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object instead of tables.")]


def register(app: typer.Typer, show: Show, open_engine: OpenEngine) -> None:
    """Add the commands to `tingzhi evaluate`."""

    @app.command("safety")
    def safety(
        path: Annotated[
            Path, typer.Argument(metavar="FILE.jsonl|DIR", help="Labelled lines, or a folder of mono recordings.")
        ],
        rules_only: Annotated[
            bool, typer.Option("--rules-only", help="As on partials: without the sentence model.")
        ] = False,
        as_object: JsonOption = False,
    ) -> None:
        """Hear danger in what callers say: recall, false alarms, by kind.

        Lines have `id`, `text` and `expected`: one of the kinds of `assist_api/alerts/rules.yaml`, or `none`. A folder
        has them in `manifest.jsonl`, with `file`, a mono recording, in place of `text`; the recogniser listens first.
        The object of `--json` is `assist_api.evaluation.safety.SafetyReport`.
        """
        if rules_only:
            report = _safety(path, listener(None), open_engine)
        else:
            with _embedding() as embed:
                report = _safety(path, listener(embed), open_engine)
        show(report, safety_tables(report), as_object)

    @app.command("slots")
    def slots(file: FileArgument, as_object: JsonOption = False) -> None:
        """Fill the fields of work orders from dialogues: precision, recall, by field.

        Lines have `id`, `utterances` of `role` and `text`, and `fields` with a value or null. The object of `--json`
        is `assist_api.evaluation.slots.SlotsReport`.
        """
        report = evaluate_slots(file)
        show(report, slots_tables(report), as_object)

    @app.command("masking")
    def masking(file: FileArgument, as_object: JsonOption = False) -> None:
        """Find personal data in sentences: precision, recall, by kind.

        Lines have `id`, `text` and `spans` of `start`, `end`, `kind`; a span counts when at least 90 % of it is
        masked as the same kind. The object of `--json` is `assist_api.evaluation.masking.MaskingReport`.
        """
        report = evaluate_masking(file)
        show(report, masking_tables(report), as_object)

    @app.command("summaries")
    def summaries(file: FileArgument, as_object: JsonOption = False) -> None:
        """Summarise dialogues: share of the facts kept, false claims.

        Lines have `id`, `utterances`, `must_contain` (groups of wordings, one of each group is enough) and
        `must_not_contain`. The object of `--json` is `assist_api.evaluation.summaries.SummariesReport`.
        """
        report = evaluate_summaries(file)
        show(report, summaries_tables(report), as_object)

    @app.command("intents")
    def intents(
        path: Annotated[Path, typer.Argument(metavar="FILE.jsonl|DIR", help="Labelled lines, or a folder of them.")],
        as_object: JsonOption = False,
    ) -> None:
        """Hear what callers want: accuracy, wrong actions, rejections.

        Lines have `id`, `intent`, and `text` or `file`; a folder holds them as `manifest.jsonl` beside the sounds,
        which the recogniser hears at 8 kHz first. `--json` gives an `assist_api.evaluation.intents.IntentsReport`.
        """
        sentences = _heard(read_intents(path), path, open_engine)
        with _embedding() as embed:
            report = evaluate_intents(sentences, embed)
        show(report, intents_tables(report), as_object)


def _heard(sentences: list[LabelledIntent], path: Path, open_engine: OpenEngine) -> list[LabelledIntent]:
    """Recognise the sounds, where there are some."""
    if all(sentence.file is None for sentence in sentences):
        return sentences

    folder = path if path.is_dir() else path.parent

    async def recognise() -> list[LabelledIntent]:
        async with open_engine() as engine:
            return await hear_intents(sentences, folder, engine)

    return asyncio.run(recognise())


def _safety(path: Path, listen: Listen, open_engine: OpenEngine) -> SafetyReport:
    """Measure labelled lines, or the recordings of a folder."""
    if not path.is_dir():
        return evaluate_safety(read_utterances(path), listen)

    async def recognise() -> SafetyReport:
        async with open_engine() as engine:
            return await evaluate_spoken_safety(path, engine, listen)

    return asyncio.run(recognise())


@contextmanager
def _embedding() -> Iterator[Embed]:
    """Open the installation's sentence model for one evaluation."""
    embedder = make_embedder(KBSettings.load())
    if embedder is None:
        raise MisconfiguredError("KB_EMBEDDER is none; these figures need the sentence model", code="embedder_missing")
    try:
        embedder.warm_up()
        yield embedder.embed_questions
    finally:
        embedder.close()
