"""`tingzhi serve`: the server on this machine."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from typing import Annotated, Any

import typer
import uvicorn
from rich.console import Console

from assist_api.accounts.service import FIRST_ADMIN_NAME, AccountService
from assist_api.app import create_app
from assist_api.audit.log import AuditLog
from assist_api.cli.console import prepare_logging
from assist_api.cli.pbx import local_settings, start_exchange
from assist_api.cli.speech_worker import serve_speech
from assist_api.composition import compose
from assist_api.health.checks import refuse_to_start, run_checks
from assist_api.http.actor import program
from assist_api.lifespan import accepting
from assist_api.migrations import runner
from assist_api.settings import AssistSettings
from cti_adapter.settings import CTISettings
from kit.clock import SystemClock
from kit.db import Database

ALL, SPEECH = "all", "speech"
"""Roles of a process. Everything but speech is one process (ADR 31)."""
GRACEFUL_STOP_SECONDS = 10
"""How long open requests and sockets may take after Ctrl-C."""
THREAD_TURN_SECONDS = 0.0005
"""How long a thread that computes in Python may make others wait; 5 ms by default. A decode hands over to onnxruntime
some twenty times and wants the interpreter back after each, while searches and the category rank: cards came a tenth
sooner (ADR 19)."""
MAX_SOCKET_MESSAGE_BYTES = 64 * 1024
"""Clients only ask for snapshots; a larger message is a mistake or an attack."""


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; ASSIST_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; ASSIST_PORT.", min=1, max=65535)] = None,
    demo: Annotated[bool, typer.Option("--demo/--no-demo", help="Import the demo knowledge.")] = True,
    pbx: Annotated[bool, typer.Option("--pbx", help="Run an Asterisk beside the server and take its calls.")] = False,
    roles: Annotated[str, typer.Option(help="What this process does: all, or speech for other servers alone.")] = ALL,
    reset_admin_password: Annotated[
        bool, typer.Option("--reset-admin-password", help="Give the account `admin` a new password and show it.")
    ] = False,
) -> None:
    """Start the server: checks the machine, migrates the database and serves the page and the API."""
    if roles == SPEECH:
        serve_speech(host, port)
        return
    if roles != ALL:
        raise typer.BadParameter(f"{roles} is none of the roles; choose {ALL} or {SPEECH}", param_hint="--roles")
    sys.setswitchinterval(THREAD_TURN_SECONDS)
    settings = _settings(host, port, demo)
    prepare_logging(settings, is_server=True)
    console = Console(highlight=False)
    refuse_to_start(asyncio.run(run_checks(settings)))
    if reset_admin_password:
        _show_password(console, asyncio.run(_reset_admin_password(settings)))
    # Ends with this process, whichever way it ends: a call needs the exchange, and the exchange an owner.
    exchange = start_exchange(ends_with_parent=True) if pbx else None
    try:
        _run(settings, console, local_settings()[0] if exchange is not None else None)
    finally:
        if exchange is not None:
            exchange.stop()


def _run(settings: AssistSettings, console: Console, exchange: CTISettings | None) -> None:
    application = compose(settings, cti_settings=exchange, show_first_password=partial(_show_password, console))
    served = _Served()
    server = _Server(settings, console, create_app(application, partial(accepting, stop=served.stop)))
    served.server = server
    server.run()
    if served.error is not None:
        raise served.error


class _Served:
    """Ends the server when what it needs cannot be loaded."""

    def __init__(self) -> None:
        self.server: uvicorn.Server | None = None
        self.error: Exception | None = None

    def stop(self, error: Exception) -> None:
        """Keep the error for the command line and let the server end."""
        self.error = error
        if self.server is not None:
            self.server.should_exit = True


def _settings(host: str | None, port: int | None, demo: bool) -> AssistSettings:
    given: dict[str, Any] = {"host": host, "port": port, "demo_knowledge": None if demo else False}
    return AssistSettings.load().model_copy(update={name: value for name, value in given.items() if value is not None})


async def _reset_admin_password(settings: AssistSettings) -> str:
    database = Database(settings.effective_database_url)
    try:
        await runner.upgrade(database)
        async with database.session() as session:
            clock = SystemClock()
            password = await AccountService(session, clock).reset_admin_password()
            by = program("tingzhi serve --reset-admin-password")
            AuditLog(clock).record(session, by, "account.password_reset", "account", FIRST_ADMIN_NAME)
            return password
    finally:
        await database.aclose()


def _show_password(console: Console, password: str) -> None:
    # The terminal is the only place where it is ever written.
    console.print(f"\n  [bold]user name[/bold]  {FIRST_ADMIN_NAME}\n  [bold]password[/bold]   ", end="")
    console.print(password, markup=False)
    console.print("  Shown once. Sign in and add accounts for everybody else.\n")


class _Server(uvicorn.Server):
    """uvicorn that says where it is once it really answers."""

    def __init__(self, settings: AssistSettings, console: Console, app: Any) -> None:  # noqa: ANN401  # rejected: ASGI
        super().__init__(
            uvicorn.Config(
                app,
                host=settings.host,
                port=settings.port,
                # structlog has the process's logging already; request lines could carry what must not be kept.
                log_config=None,
                access_log=False,
                server_header=False,
                forwarded_allow_ips=[str(network) for network in settings.trusted_proxies],
                timeout_graceful_shutdown=GRACEFUL_STOP_SECONDS,
                ws="websockets-sansio",
                ws_max_size=MAX_SOCKET_MESSAGE_BYTES,
            )
        )
        self._console = console
        self._address = str(settings.public_url or f"http://{_host_of_url(settings.host)}:{settings.port}/")

    async def startup(self, sockets: Any = None) -> None:  # noqa: ANN401  # rejected: as in uvicorn
        """Start, and print the address when that went well."""
        await super().startup(sockets=sockets)
        if self.started:
            self._console.print(f"Tingzhi 听知 is up: [bold]{self._address}[/bold]  (Ctrl-C stops it)")


def _host_of_url(host: str) -> str:
    if host in {"0.0.0.0", "::"}:  # noqa: S104  # rejected: compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
