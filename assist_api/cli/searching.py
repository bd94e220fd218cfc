"""`tingzhi search`: what the knowledge base answers, with or without a running server."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from assist_api.cli.console import prepare_logging
from assist_api.migrations import runner
from assist_api.search.parts import parts_of_search
from assist_api.search.schemas import MAX_RESULTS, SearchAnswer, SearchRequest, SectorName
from assist_api.search.service import TypedSearch
from assist_api.settings import AssistSettings
from kb.kinds import Audience
from kb.settings import KBSettings
from kit.clock import SystemClock
from kit.db import Database


def search(
    text: Annotated[
        str, typer.Argument(help="The question; pinyin, pinyin initials and typing errors are understood.")
    ],
    sector: Annotated[SectorName | None, typer.Option(help="Only this sector.")] = None,
    region: Annotated[str | None, typer.Option(help="Only this region's entries and those for everywhere.")] = None,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day whose validity counts.")] = None,
    audience: Annotated[Audience, typer.Option(help="Only what this audience may see.")] = Audience.AGENT,
    limit: Annotated[int, typer.Option(help="How many of each kind at most.", min=1, max=MAX_RESULTS)] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Search entries and cases as the search field of the page does."""
    settings = AssistSettings.load()
    prepare_logging(settings)
    day = None if on is None else on.date()
    request = SearchRequest(text=text, sector=sector, region=region, on=day, audience=audience, limit=limit)
    answer = asyncio.run(_search(settings, request))
    if as_json:
        typer.echo(answer.model_dump_json())
    else:
        print_answer(answer, Console())


async def _search(settings: AssistSettings, request: SearchRequest) -> SearchAnswer:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    clock = SystemClock()
    database = Database(settings.effective_database_url)
    knowledge = parts_of_search(settings, KBSettings.load(), database, clock)
    try:
        await runner.upgrade(database)
        # A running server is the writer of the index; then this finds it up to date and only reads. Vectors take
        # minutes and are left to the server: the state says when they are missing.
        await knowledge.indexer.catch_up()
        await knowledge.words.refresh()
        await knowledge.search.warm_up()
        return await TypedSearch(knowledge.search, database, clock).answer(request)
    finally:
        await knowledge.aclose()
        await database.aclose()


def print_answer(answer: SearchAnswer, out: Console) -> None:
    """Print a table of entries and one of cases, best first."""
    entries = Table("confidence", "entry", "to say", title=f"{answer.state}, {answer.took_ms:.0f} ms")
    for card in answer.cards:
        entries.add_row(f"{card.probability:.2f}", card.title, card.script)
    out.print(entries)
    if answer.cases:
        cases = Table("case", "what helped")
        for case in answer.cases:
            cases.add_row(case.title, case.solution)
        out.print(cases)
    if not answer.has_answer:
        out.print("Nothing found is trusted to answer this.")
