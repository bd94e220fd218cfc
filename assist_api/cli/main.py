"""The `tingzhi` command; one file per command beside this one, imported only when it is called.

The libraries behind the commands take seconds to load, and `--help` must not.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import typer

from kit.errors import AssistError


@dataclass(frozen=True, slots=True)
class _Command:
    module: str
    attribute: str
    help: str


COMMANDS = {
    "serve": _Command("assist_api.cli.serve", "serve", "Start the server: pages, API, transcription."),
    "replay": _Command("assist_api.cli.replay", "replay", "Replay a recorded call; show or print its events."),
    "import": _Command("assist_api.cli.importing", "import_files", "Import packs and documents; again means update."),
    "search": _Command("assist_api.cli.searching", "search", "Search entries and cases as the page does."),
    "ranking": _Command("assist_api.cli.ranking", "app", "Fit the search to your own questions; roll back."),
    "index": _Command("assist_api.cli.index", "app", "Show the search index, or make it again from the database."),
    "evaluate": _Command("assist_api.cli.evaluate", "app", "Measure quality on labelled data."),
    "models": _Command("assist_api.cli.models", "app", "Fetch, list and verify models."),
    "audit": _Command("assist_api.cli.audit", "app", "Check that the audit log is whole; write it to a file."),
    "ivr": _Command("assist_api.cli.ivr", "app", "Check speech flows; run scenarios through them."),
    "pbx": _Command("assist_api.cli.pbx", "app", "Run an exchange here; say what is missing for calls."),
    "call": _Command("assist_api.cli.phone", "call", "Call in as a customer does (test telephone)."),
    "answer": _Command("assist_api.cli.phone", "answer", "Answer as an agent does (test telephone)."),
    "siprec": _Command("assist_api.cli.siprec", "app", "Send a conversation as a session border controller does."),
    "load": _Command("assist_api.cli.load", "load", "Try the exchange under load with test telephones."),
    "demo-town": _Command("assist_api.cli.demo_town", "demo_town", "Fill in a small town: customers, work orders."),
    "doctor": _Command("assist_api.cli.doctor", "doctor", "Say what is missing here and how to mend it."),
}
USAGE_ERROR = 2


def main() -> None:
    """Run the command line; a deliberate error is one line on standard error and exit code 2.

    Files that a command writes are its user's alone: calls, cases and accounts are in them.
    """
    os.umask(0o077)
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code, unless the command itself ends the process."""
    if not arguments or arguments[0] in {"-h", "--help"}:
        sys.stdout.write(_help())
        return 0
    name, *rest = arguments
    if name not in COMMANDS:
        sys.stderr.write(f"error: there is no command {name}; the commands are {', '.join(COMMANDS)}\n")
        return USAGE_ERROR
    try:
        _load(name)(args=rest, prog_name=f"tingzhi {name}")
    except AssistError as error:
        sys.stderr.write(f"error: {error.message}\n")
        return USAGE_ERROR
    return 0


def _load(name: str) -> typer.Typer:
    command = COMMANDS[name]
    # Nothing that is imported becomes garbage; looking for it costs a sixth of the start.
    gc.disable()
    found = getattr(importlib.import_module(command.module), command.attribute)
    gc.freeze()
    gc.enable()
    if isinstance(found, typer.Typer):
        return found
    single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    single.command()(found)
    return single


def _help() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {command.help}" for name, command in COMMANDS.items()]
    return (
        "Usage: tingzhi COMMAND [OPTIONS]\n\n"
        "Tingzhi 听知: transcription, knowledge cards and work-order categories for service hotlines.\n\n"
        "Commands:\n" + "\n".join(lines) + "\n\nEach command explains itself with --help.\n"
    )
