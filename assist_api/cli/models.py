"""`tingzhi models`: fetch, list and verify the models; each room declares its own."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from kb.search.models import E5_SMALL
from kit.artifacts import ModelPackage, fetch, is_present, model_folder, verify
from kit.errors import AssistError
from kit.settings import CACHE_DIR
from speech.models import SPEECH_MODELS
from speech.tts.models import VOICE_MODELS

CATALOGUE: tuple[ModelPackage, ...] = (*SPEECH_MODELS, E5_SMALL, *VOICE_MODELS)

app = typer.Typer(help="Fetch, list and verify models.", no_args_is_help=True)
_errors = Console(stderr=True)


@app.command("fetch")
def fetch_models(
    fetch_all: bool = typer.Option(False, "--all", help="Also what only prompts, demo calls and tests need."),
    further: Annotated[
        list[str] | None, typer.Option("--with", metavar="NAME", help="Also this one; `models list` names them.")
    ] = None,
) -> None:
    """Download what is missing, pinned by hash; does nothing when all is there."""
    wanted = set(further or ())
    if unknown := wanted - {package.name for package in CATALOGUE}:
        _errors.print(f"error: --with: no model is named {', '.join(sorted(unknown))}; see: tingzhi models list")
        raise typer.Exit(2)
    for package in CATALOGUE:
        if package.is_required or fetch_all or package.name in wanted:
            _fetch(package)


def _fetch(package: ModelPackage) -> None:
    try:
        fetch(package, CACHE_DIR, lambda line: _errors.print(f"[bold]»[/bold] {line}", highlight=False))
    except AssistError as error:
        _errors.print(f"error: {error.message}", style="red", highlight=False)
        raise typer.Exit(1) from error


@app.command("list")
def list_models() -> None:
    """Show every model, whether it is here, and where."""
    table = Table("name", "model", "state", "needed", "folder")
    for package in CATALOGUE:
        state = "here" if is_present(package, CACHE_DIR) else "missing"
        needed = "always" if package.is_required else "on demand"
        table.add_row(package.name, package.title, state, needed, str(model_folder(package, CACHE_DIR)))
    Console().print(table)


@app.command("verify")
def verify_models() -> None:
    """Hash every file of every model that is here; exit code 1 when one is damaged."""
    damaged = {
        package.name: broken
        for package in CATALOGUE
        if is_present(package, CACHE_DIR) and (broken := verify(package, CACHE_DIR))
    }
    for name, files in damaged.items():
        folder = CACHE_DIR / "models" / name
        _errors.print(f"{name}: {', '.join(files)} damaged; remove {folder} and run: tingzhi models fetch --all")
    if damaged:
        raise typer.Exit(1)
    Console().print("every model file matches its pinned hash")
