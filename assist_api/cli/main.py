"""The `tingzhi` command; one file per command beside this one."""

from __future__ import annotations

import sys

import typer

from assist_api.cli import doctor, evaluate, importing, models, replay, searching, serve
from kit.errors import AssistError

app = typer.Typer(
    name="tingzhi",
    help="Tingzhi 听知: transcription, knowledge cards and work-order categories for service hotlines.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("serve")(serve.serve)
app.command("replay")(replay.replay)
app.command("import")(importing.import_packs)
app.command("search")(searching.search)
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(models.app, name="models")
app.command("doctor")(doctor.doctor)


def main() -> None:
    """Run the command line; a deliberate error is one line on standard error and exit code 2."""
    try:
        app()
    except AssistError as error:
        sys.stderr.write(f"error: {error.message}\n")
        raise SystemExit(2) from error
