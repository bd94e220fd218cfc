"""`tingzhi audit`: check that the audit log is whole, and write it to a file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import orjson
import typer

from assist_api.audit.chain import ChainPoint
from assist_api.audit.file_format import AuditFormat, check_lines, csv_header, csv_row, json_row
from assist_api.audit.log import AuditLog
from assist_api.audit.models import AuditEntry
from assist_api.audit.repository import AuditRepository
from assist_api.audit.service import BATCH, AuditReader, Verification, chained
from assist_api.cli.console import prepare_logging
from assist_api.http.actor import program
from assist_api.migrations import runner
from assist_api.settings import AssistSettings
from kit.clock import SystemClock
from kit.db import Database
from kit.errors import ConflictError, InvalidInputError

BROKEN = 1
"""Exit code of a check that found a fault; 2 is an error of the command itself."""
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)


@app.command()
def verify(
    file: Annotated[Path | None, typer.Option(help="Check an export in JSON Lines instead of the database.")] = None,
    anchor: Annotated[
        str, typer.Option(help="NUMBER:HASH of an entry noted down earlier; it must be in the chain.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check the hash chain and name the first entry that is changed or missing; exit code 1 when there is one."""
    known = _anchor(anchor)
    found = asyncio.run(_verify(AssistSettings.load(), known)) if file is None else _verify_file(file, known)
    if as_json:
        typer.echo(orjson.dumps(asdict(found)))
    elif found.fault is None:
        typer.echo(f"The audit log is whole: {found.checked} entries checked, from number {found.checked_from}.")
        typer.echo(f"Its newest entry is {found.entries}:{found.head_hash}; note this down elsewhere as an anchor.")
    else:
        typer.echo(f"The audit log is broken at entry {found.fault.number}: {_WHAT[found.fault.kind]}")
    if found.fault is not None:
        raise typer.Exit(BROKEN)


@app.command()
def export(
    out: Annotated[Path, typer.Argument(help="File to write; it must not exist.")],
    file_format: Annotated[AuditFormat, typer.Option("--format", help="jsonl can be checked again.")] = (
        AuditFormat.JSONL
    ),
) -> None:
    """Write every entry to a file, the oldest first; the export itself becomes an entry."""
    if out.exists():
        raise ConflictError(f"{out} exists; give the name of a new file.", code="file_exists")
    count = asyncio.run(_export(AssistSettings.load(), out, file_format))
    typer.echo(f"{count} entries are in {out}.")


_WHAT = {
    "changed": "its contents were changed, or it does not follow the entry before it.",
    "missing": "there is no entry of this number.",
    "cut_off": "the entries from this number on are missing.",
    "not_anchored": "its hash is not the one that was noted down: the chain was written anew.",
}


@asynccontextmanager
async def _opened(settings: AssistSettings) -> AsyncIterator[Database]:
    prepare_logging(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.effective_database_url)
    try:
        await runner.upgrade(database)
        yield database
    finally:
        await database.aclose()


async def _verify(settings: AssistSettings, anchor: ChainPoint | None) -> Verification:
    async with _opened(settings) as database:
        return await AuditReader(database).verify(anchor=anchor)


def _verify_file(file: Path, anchor: ChainPoint | None) -> Verification:
    if not file.is_file():
        raise InvalidInputError(f"There is no file {file}.", field="file", code="file_not_found")
    with file.open(encoding="utf-8") as lines:
        last, count, fault = check_lines(lines, anchor)
    return Verification(last.number, last.hash, last.number - count + 1 if fault is None else 1, count, fault)


async def _export(settings: AssistSettings, out: Path, file_format: AuditFormat) -> int:
    async with _opened(settings) as database:
        async with database.session() as session:
            head = await AuditRepository(session).head()
            details = {"format": file_format.value, "entries": head.number}
            AuditLog(SystemClock()).record(
                session, program("tingzhi audit export"), "audit.exported", "audit_log", "all", details=details
            )
        partial = out.with_name(f"{out.name}.part")
        with partial.open("w", encoding="utf-8", newline="") as target:
            if file_format is AuditFormat.CSV:
                target.write(csv_header())
            async for row in _oldest_first(database, head.number):
                write = csv_row if file_format is AuditFormat.CSV else json_row
                target.write(write(chained(row), row.hash))
        partial.rename(out)
        return head.number


async def _oldest_first(database: Database, last: int) -> AsyncIterator[AuditEntry]:
    number = 0
    while number < last:
        async with database.session() as session:
            rows = await AuditRepository(session).after(number, limit=min(BATCH, last - number))
        if not rows:
            return
        for row in rows:
            yield row
        number = rows[-1].number


def _anchor(text: str) -> ChainPoint | None:
    if not text:
        return None
    number, _, entry_hash = text.partition(":")
    if not number.isdecimal() or len(entry_hash) != len(ChainPoint(0, "0" * 64).hash):
        message = "An anchor is NUMBER:HASH, as `tingzhi audit verify` prints it."
        raise InvalidInputError(message, field="anchor", code="anchor_invalid")
    return ChainPoint(int(number), entry_hash)
