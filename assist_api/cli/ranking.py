"""`tingzhi ranking`: fit the order of search hits to this installation's own questions, and go back.

A running server picks up what went live here within a second.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from assist_api.calls.judgements import CardVerdicts, StoredGold, resolve_gold
from assist_api.cli.console import prepare_logging
from assist_api.evaluation.figures import as_json
from assist_api.migrations import runner
from assist_api.search.parts import parts_of_search
from assist_api.settings import AssistSettings
from kb.search.ranking.fit.judgements import GoldLine, read_gold
from kb.search.ranking.fit.service import FitReport, RankingFit
from kb.search.ranking.versions import SHIPPED, RankingModelDamagedError, RankingVersions
from kb.settings import KBSettings
from kit.clock import SystemClock
from kit.db import Database
from kit.errors import NotFoundError

app = typer.Typer(
    help="Fit the search to your own questions; roll back.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_errors = Console(stderr=True, highlight=False)

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command("fit")
def fit(
    gold: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", help="Lines `question<TAB>entry`, or .jsonl with text and entries."),
    ] = None,
    stored: Annotated[
        bool, typer.Option("--stored/--no-stored", help="Learn from the gold questions kept here.")
    ] = True,
    feedback: Annotated[
        bool, typer.Option("--feedback/--no-feedback", help="Learn from verdicts on cards too.")
    ] = True,
    as_object: JsonOption = False,
) -> None:
    """Learn from gold questions and card verdicts; goes live only if it wins on a held-out third.

    Entries are named by key or id. Every fit is kept with its scores; `tingzhi ranking rollback` goes back. The object
    of `--json` is `kb.search.ranking.fit.service.FitReport`.
    """
    settings = AssistSettings.load()
    prepare_logging(settings)
    lines = [line for file in gold or () for line in read_gold(file)]
    report = asyncio.run(_fit(settings, lines, has_stored=stored, has_feedback=feedback))
    if as_object:
        sys.stdout.write(json.dumps(as_json(report), ensure_ascii=False) + "\n")
    else:
        _print_report(report)


async def _fit(
    settings: AssistSettings, lines: Sequence[GoldLine], *, has_stored: bool, has_feedback: bool
) -> FitReport:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    clock = SystemClock()
    database = Database(settings.effective_database_url)
    knowledge = parts_of_search(settings, KBSettings.load(), database, clock)
    try:
        await runner.upgrade(database)
        judged = await resolve_gold(database, lines)
        if has_stored:
            judged += await StoredGold(database).judged_questions()
        if has_feedback:
            judged += await CardVerdicts(database).judged_questions()
        await knowledge.indexer.catch_up()
        await knowledge.search.warm_up()
        return await RankingFit(knowledge.search, knowledge.rankings, clock).run(judged, _say)
    finally:
        await knowledge.aclose()
        await database.aclose()


@app.command("versions")
def versions(as_object: JsonOption = False) -> None:
    """List the stored models with their scores; the live one is marked."""
    stored = _versions()
    live = stored.live_number()
    table = Table("version", "made", "learned from", "held out", "MRR@10", "then live", "calibration error", "verdict")
    rows = []
    for number in [SHIPPED, *stored.numbers()]:
        try:
            version = stored.load(number)
        except RankingModelDamagedError as error:
            table.add_row(_mark(number, live), *[""] * 6, error.message)
            continue
        rows.append({**as_json(version), "is_live": number == live})
        fitted, before = version.scores.get("fitted", {}), version.scores.get("live", {})
        table.add_row(
            _mark(number, live),
            version.made_at or "shipped",
            *(str(version.scores.get(name, "–")) for name in ("learned_from", "questions")),
            *(_number(scores.get(name)) for scores, name in ((fitted, "mrr_at_10"), (before, "mrr_at_10"))),
            _number(fitted.get("calibration_error")),
            version.verdict,
        )
    if as_object:
        sys.stdout.write(json.dumps({"live_version": live, "versions": rows}, ensure_ascii=False) + "\n")
    else:
        Console(highlight=False).print(table)


@app.command("rollback")
def rollback(
    version: Annotated[
        int | None, typer.Argument(help="0 is the shipped one; by default the one before.", min=0)
    ] = None,
) -> None:
    """Make another stored model live again; nothing is deleted."""
    stored = _versions()
    wanted = _one_before(stored) if version is None else version
    stored.make_live(wanted)
    typer.echo(f"Ranking version {wanted}{' (shipped)' if wanted == SHIPPED else ''} is live.")


def _one_before(stored: RankingVersions) -> int:
    """Return the version that the live one was measured against when it won."""
    try:
        live = stored.load(stored.live_number())
    except RankingModelDamagedError:
        return SHIPPED
    if live.number == SHIPPED:
        raise NotFoundError("The shipped ranking is live; there is none before it.", code="ranking_version_not_found")
    return int(live.scores.get("compared_with", SHIPPED))


def _versions() -> RankingVersions:
    settings = AssistSettings.load()
    prepare_logging(settings)
    return RankingVersions(settings.data_dir / "ranking")


def _print_report(report: FitReport) -> None:
    compared = report.comparison
    table = Table("held out", "MRR@10", "right first", "calibration error", title=f"{compared.questions} questions")
    for name, quality in (("live", compared.live), ("fitted", compared.fitted)):
        table.add_row(name, *map(_number, (quality.mrr_at_10, quality.hit_at_1, quality.calibration_error)))
    out = Console(highlight=False)
    out.print(table)
    verdict = "is live" if report.has_gone_live else f"stays stored; version {report.live_version} goes on answering"
    out.print(
        f"Learned from {report.learned_from} of {report.questions} questions. Version {report.version} {verdict}: "
        f"{compared.reason} (MRR@10 {compared.gain:+.4f} ± {compared.gain_error:.4f})."
    )


def _mark(number: int, live: int) -> str:
    return f"{number} ← live" if number == live else str(number)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _say(line: str) -> None:
    _errors.print(f"» {line}", markup=False)
