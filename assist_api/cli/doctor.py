"""`tingzhi doctor`: what is missing here, and the command that mends it."""

from __future__ import annotations

import asyncio

import typer
from rich.console import Console
from rich.table import Table

from assist_api.health.checks import run_checks
from assist_api.settings import AssistSettings
from kit.errors import AssistError

SYMBOLS = {"ok": "[green]✓[/green]", "degraded": "[yellow]![/yellow]", "failed": "[red]✗[/red]"}


def doctor() -> None:
    """Check this machine: data folder, disk, port, models, database, pages."""
    console = Console()
    try:
        results = asyncio.run(run_checks(AssistSettings.load()))
    except AssistError as error:
        Console(stderr=True).print(f"error: {error.message}", style="red", highlight=False)
        raise typer.Exit(1) from error
    table = Table("", "part", "found", "mend it with")
    for result in results:
        table.add_row(SYMBOLS[result.state], result.part, result.detail, result.fix)
    console.print(table)
    if any(result.state == "failed" for result in results):
        raise typer.Exit(1)
