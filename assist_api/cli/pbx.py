"""`tingzhi pbx`: the exchange on this machine, and what is missing for one to be followed."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from dataclasses import replace
from typing import Annotated

import orjson
import typer
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from assist_api.cli.console import prepare_logging
from assist_api.ivr.settings import IVRSettings
from assist_api.self_calls.ordering import order_and_wait
from assist_api.settings import AssistSettings
from cti_adapter.asterisk.packages import ensure_asterisk
from cti_adapter.asterisk.plan import PBXAddresses, PBXPlan
from cti_adapter.asterisk.plan_file import (
    demo_plan,
    find_plan,
    save_plan,
    with_browser_phones,
    with_encryption,
    with_network,
)
from cti_adapter.asterisk.process import AsteriskProcess
from cti_adapter.asterisk.simulated_network import has_simulated_network
from cti_adapter.check import check_pbx
from cti_adapter.settings import CTISettings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
SYMBOLS = {"ok": "[green]✓[/green]", "degraded": "[yellow]![/yellow]", "failed": "[red]✗[/red]"}


def local_settings() -> tuple[CTISettings, PBXPlan | None]:
    """Return the settings, completed from the exchange of this machine where it has one, and its plan."""
    settings = CTISettings.load()
    plan = find_plan(settings.data_dir)
    if plan is None:
        return settings, None
    is_set = settings.model_fields_set
    known = {
        "ami_port": plan.addresses.ami_port,
        "sip_port": plan.addresses.sip_port,
        "http_port": plan.addresses.http_port,
        "ami_username": plan.ami_username,
        "ami_secret": SecretStr(plan.ami_secret),
        "node_name": plan.node_name,
    }
    return settings.model_copy(update={name: value for name, value in known.items() if name not in is_set}), plan


@app.command()
def check(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Say what is missing before calls can be taken, and how to mend it."""
    prepare_logging(AssistSettings.load())
    settings, _ = local_settings()
    # Our own ports may be in use by the server that runs beside this command.
    findings = asyncio.run(check_pbx(settings.model_copy(update={"tap_port": 0, "agi_port": 0})))
    if as_json:
        for finding in findings:
            sys.stdout.write(orjson.dumps(finding).decode() + "\n")
    else:
        table = Table("", "part", "found", "mend it with")
        for finding in findings:
            table.add_row(SYMBOLS[finding.state], finding.part, finding.detail, finding.fix)
        Console().print(table)
    if any(finding.state == "failed" for finding in findings):
        raise typer.Exit(1)


@app.command()
def run(
    sip_port: Annotated[int | None, typer.Option(help="UDP and TCP port for telephones.")] = None,
    ami_port: Annotated[int | None, typer.Option(help="TCP port of the manager interface.")] = None,
) -> None:
    """Bring Asterisk where it is missing, configure it, and run it until Ctrl-C."""
    prepare_logging(AssistSettings.load())
    process = start_exchange(sip_port=sip_port, ami_port=ami_port)
    try:
        _wait_for_end(process)
    finally:
        process.stop()


def start_exchange(
    *, sip_port: int | None = None, ami_port: int | None = None, ends_with_parent: bool = False
) -> AsteriskProcess:
    """Bring Asterisk where it is missing, write its plan and configuration, start it and say how to call it.

    Raises:
        MisconfiguredError: A port is taken, or the plan is damaged.
        AsteriskStartError: It did not start.
    """
    settings, plan = local_settings()
    files = ensure_asterisk(_say)
    if plan is None:
        agi = f"{settings.listen_host}:{settings.agi_port}"
        flows = IVRSettings.load()
        plan = demo_plan(
            PBXAddresses(
                agi_address=agi,
                ivr_agi_address=f"{flows.listen_host}:{flows.agi_port}" if flows.enabled else None,
                ivr_audio_address=f"{flows.listen_host}:{flows.audio_port}" if flows.enabled else None,
            )
        )
    if settings.ami_secret.get_secret_value():
        plan = replace(plan, ami_secret=settings.ami_secret.get_secret_value())
    addresses = replace(
        plan.addresses,
        host=settings.bind_host or plan.addresses.host,
        external_address=settings.external_address or plan.addresses.external_address,
        sip_port=sip_port or settings.sip_port,
        ami_port=ami_port or settings.ami_port,
        http_port=settings.http_port,
    )
    plan = with_network(with_browser_phones(replace(plan, addresses=addresses)))
    plan = with_encryption(plan, settings)
    save_plan(plan, settings.data_dir)
    process = AsteriskProcess(files, plan, settings.data_dir / "asterisk", ends_with_parent=ends_with_parent)
    process.start()
    numbers = ", ".join(number.number for number in plan.numbers)
    agents = ", ".join(phone.agent for phone in plan.agents)
    sys.stderr.write(
        f"» Asterisk takes calls to {numbers} on SIP port {plan.addresses.sip_port}; agents {agents}\n"
        f"» call it: tingzhi call {plan.numbers[0].number} --audio caller.wav\n"
    )
    if has_simulated_network(plan):
        _say("calls out reach a simulated network: any number answers, plays an announcement and then an echo")
    return process


def _say(text: str) -> None:
    sys.stderr.write(f"» {text}\n")


def _wait_for_end(process: AsteriskProcess) -> None:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    while not ended.wait(1.0):
        if not process.is_running:
            sys.stderr.write(f"error: Asterisk ended by itself; see {process.folder / 'log' / 'console'}\n")
            raise typer.Exit(1)


@app.command("self-call")
def self_call(
    as_json: Annotated[bool, typer.Option("--json", help="Print the steps as one JSON object.")] = False,
) -> None:
    """Let the running server call itself now: notice, queue, both voices, words, recording."""
    settings = AssistSettings.load()
    prepare_logging(settings)
    steps, failed, detail = asyncio.run(order_and_wait(settings))
    if as_json:
        sys.stdout.write(orjson.dumps({"steps": steps, "failed_step": failed, "detail": detail}).decode() + "\n")
    else:
        for step in steps:
            sys.stdout.write(f"ok  {step['step']:<10} {step['seconds']:>6} s\n")
        if failed is not None:
            sys.stdout.write(f"!!  {failed:<10} {detail}\n")
    if failed is not None:
        raise typer.Exit(1)
