"""`tingzhi import`: knowledge packs into the database."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from assist_api.cli.console import prepare_logging
from assist_api.migrations import runner
from assist_api.settings import AssistSettings
from kb.packs import ImportReport, ItemOutcome, PackImporter
from kit.clock import SystemClock
from kit.db import Database


def import_packs(
    paths: Annotated[list[Path], typer.Argument(help="Pack files (.yaml, .yml, .jsonl), or folders with such files.")],
) -> None:
    """Import knowledge packs; a file with a mistake is left out whole, and edits made by people stay."""
    settings = AssistSettings.load()
    prepare_logging(settings)
    report = asyncio.run(_import(settings, paths))
    print_report(report, Console(), Console(stderr=True))
    if report.has_refusals:
        raise typer.Exit(1)


async def _import(settings: AssistSettings, paths: list[Path]) -> ImportReport:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.effective_database_url)
    try:
        await runner.upgrade(database)
        return await PackImporter(database, SystemClock()).import_pack(paths)
    finally:
        await database.aclose()


def print_report(report: ImportReport, out: Console, errors: Console) -> None:
    """Print one line per file, then every refusal with its place."""
    table = Table("file", *(outcome.value for outcome in ItemOutcome), "refused")
    for file in report.files:
        counts = [str(len(file.keys(outcome))) for outcome in ItemOutcome]
        table.add_row(file.path.name, *counts, str(len(file.refused)))
    out.print(table)
    for file in report.files:
        for refusal in file.refused:
            where = f"{file.path}:{refusal.line}"
            errors.print(f"{where}: {refusal.key} {refusal.field}: {refusal.message}", highlight=False, markup=False)
