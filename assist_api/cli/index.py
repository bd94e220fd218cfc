"""`tingzhi index`: how the search index is, and making it again from the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table

from assist_api.cli.console import prepare_logging
from assist_api.migrations import runner
from assist_api.search.parts import Knowledge, parts_of_search
from assist_api.settings import AssistSettings
from kb.indexing.document_source import DatabaseDocumentSource
from kb.indexing.rebuild_request import RebuildRequest
from kb.search.index import SearchIndex, SearchServerError
from kb.settings import KBSettings
from kit.clock import SystemClock
from kit.db import Database
from kit.errors import DependencyCategory, DependencyError

LOOK_SECONDS = 0.5
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """One index as found.

    Attributes:
        part: `index`, or `standby` for the copy on this machine.
        store: Backend.
        is_answering: False when its server is away.
        documents: In the index.
        change_number: The last change applied.
        newest_change: The newest of the database.
        vector_share: Share of documents with a vector, 0..1.
        is_held_elsewhere: Another process (a running server) is the writer.
        detail: Why it does not answer; empty otherwise.
    """

    part: str
    store: str
    is_answering: bool
    documents: int
    change_number: int
    newest_change: int
    vector_share: float
    is_held_elsewhere: bool
    detail: str


@app.command()
def status(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False) -> None:
    """Show what the search index holds and how far it is behind the database."""
    found = asyncio.run(_status(AssistSettings.load()))
    if as_json:
        typer.echo(orjson.dumps([asdict(line) for line in found]))
        return
    table = Table("", "store", "documents", "change", "of", "with vectors", "written by", "")
    for line in found:
        writer = "a running server" if line.is_held_elsewhere else "nobody now"
        numbers = [str(line.documents), str(line.change_number), str(line.newest_change), f"{line.vector_share:.0%}"]
        table.add_row(line.part, line.store, *(numbers if line.is_answering else "????"), writer, line.detail)
    Console().print(table)


@app.command()
def rebuild(
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Return when the new index answers.")] = True,
) -> None:
    """Make the search index again from the database; the present one answers meanwhile.

    A running server holds the index: then the rebuild happens there, and this command watches.
    """
    asyncio.run(_rebuild(AssistSettings.load(), is_waiting=wait))


@asynccontextmanager
async def _opened(settings: AssistSettings) -> AsyncIterator[tuple[Knowledge, Database]]:
    prepare_logging(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.effective_database_url)
    knowledge = parts_of_search(settings, KBSettings.load(), database, SystemClock())
    try:
        await runner.upgrade(database)
        yield knowledge, database
    finally:
        await knowledge.aclose()
        await database.aclose()


async def _status(settings: AssistSettings) -> list[IndexStatus]:
    async with _opened(settings) as (knowledge, database):
        newest = await DatabaseDocumentSource(database).latest_change_number()
        return [await asyncio.to_thread(_look, part, index, newest) for part, index in _parts(knowledge.index).items()]


def _parts(index: SearchIndex) -> Mapping[str, SearchIndex]:
    return {"index": index} if index.standby is None else {"index": index, "standby": index.standby}


def _look(part: str, index: SearchIndex, newest: int) -> IndexStatus:
    try:
        index.open()
        store, is_held = index.store, not index.store.capabilities.is_writable
        numbers = (store.count_documents(), store.change_number, newest, store.vector_share())
        return IndexStatus(part, store.capabilities.name, True, *numbers, is_held, "")
    except SearchServerError as error:
        return IndexStatus(part, "elasticsearch", False, 0, 0, newest, 0.0, False, error.message)


async def _rebuild(settings: AssistSettings, *, is_waiting: bool) -> None:
    async with _opened(settings) as (knowledge, _):
        wishes = {part: RebuildRequest(index.folder) for part, index in _parts(knowledge.index).items()}
        marks = {part: wish.make() for part, wish in wishes.items()}
        is_ours = await asyncio.to_thread(_is_ours, knowledge.index)
        if is_ours:
            typer.echo("No server runs here: rebuilding in this process. Vectors that are known are kept.")
            await knowledge.indexer.catch_up()
            left = [part for part in wishes if wishes[part].pending() == marks[part]]
            if left:
                raise _unfinished(left)
        elif is_waiting:
            typer.echo("The running server rebuilds; searches go on. Ctrl-C stops watching, not the rebuild.")
            clock = SystemClock()
            while any(wishes[part].pending() == marks[part] for part in wishes):
                await clock.sleep(LOOK_SECONDS)
        else:
            typer.echo("The running server was asked to rebuild.")
            return
    typer.echo("The search index is made anew.")


def _is_ours(index: SearchIndex) -> bool:
    """Whether this process may write; the copy on this machine tells when the server is away."""
    local = index.standby or index
    local.open()
    return local.store.capabilities.is_writable


def _unfinished(parts: list[str]) -> DependencyError:
    return SearchServerError(
        f"Not rebuilt: {', '.join(parts)}. The search server is away or another machine writes it; the wish is kept "
        "for the next start.",
        category=DependencyCategory.CONNECTIVITY,
        retryable=True,
    )
