"""`tingzhi search`: what the knowledge base answers, with or without a running server."""

from __future__ import annotations

import asyncio
import importlib
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from assist_api.cli.console import prepare_logging
from assist_api.search.local_socket import ask_server
from assist_api.search.schemas import MAX_RESULTS, SearchAnswer, SearchRequest, SectorName
from assist_api.settings import AssistSettings
from kb.kinds import Audience


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
    """Search entries and cases as the search field of the page does; a running server is asked."""
    settings = AssistSettings.load()
    prepare_logging(settings)
    day = None if on is None else on.date()
    request = SearchRequest(text=text, sector=sector, region=region, on=day, audience=audience, limit=limit)
    answer = ask_server(settings.data_dir, request) or _search_alone(settings, request)
    if as_json:
        typer.echo(answer.model_dump_json())
    else:
        print_answer(answer, Console())


def _search_alone(settings: AssistSettings, request: SearchRequest) -> SearchAnswer:
    # What searches takes seconds to load, and a running server has loaded it already.
    alone = importlib.import_module("assist_api.cli.searching_alone")
    answer: SearchAnswer = asyncio.run(alone.search_alone(settings, request))
    return answer


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
