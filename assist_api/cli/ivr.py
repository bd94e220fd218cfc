"""`tingzhi ivr`: check flows, and run scenarios through them without a telephone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter
from rich.console import Console
from rich.table import Table

from assist_api.ivr.checks import Flaw, check_flow
from assist_api.ivr.flow import Flow, parse_flow
from assist_api.ivr.hearing import heard_in
from assist_api.ivr.intents import shipped_intents
from assist_api.ivr.readings import Spoken, WeighedIntents, learned_intents
from assist_api.ivr.scenario import Scenario, parse_scenarios
from assist_api.ivr.shipped import shipped_flows, shipped_scenarios
from assist_api.ivr.simulation import ScenarioResult, Simulator, Understand
from kb.search.embedders.registry import make_embedder
from kb.settings import KBSettings
from kit.clock import SystemClock
from kit.errors import InvalidInputError, MisconfiguredError
from speech.engine import SpeechEngine
from speech.settings import SpeechSettings

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help=__doc__)
FAILED = 1
_HEARD_AT_ONCE = 4
"""Sounds that wait for the recogniser; more would only fill its queue."""
FlowArgument = Annotated[str, typer.Argument(metavar="FLOW", help="Name of a shipped flow, or a YAML file.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command("check")
def check(flow: FlowArgument, as_json: JsonOption = False) -> None:
    """Say whether a flow can be published; exit code 1 names every node and reason."""
    wanted, flows = read_flow_argument(flow)
    flaws = check_flow(wanted, flows, set(shipped_intents().intents))
    if as_json:
        typer.echo(TypeAdapter(dict[str, list[Flaw]]).dump_json({"flaws": flaws}).decode())
    else:
        for flaw in flaws:
            typer.echo(f"{flaw.node or wanted.name}, {flaw.field}: {flaw.problem}")
        typer.echo(f"{wanted.name}: {len(wanted.nodes)} nodes, {len(flaws)} reasons against publishing")
    raise typer.Exit(FAILED if flaws else 0)


@app.command("simulate")
def simulate(
    flow: FlowArgument,
    scenarios: Annotated[
        list[Path] | None, typer.Argument(metavar="SCENARIO…", help="YAML files; the shipped ones when left out.")
    ] = None,
    as_json: JsonOption = False,
    repeat: Annotated[int, typer.Option(help="Run every scenario so often, all at the same time.", min=1)] = 1,
) -> None:
    """Run scenarios through a flow; exit code 1 when one goes otherwise than it expects."""
    wanted, flows = read_flow_argument(flow)
    chosen = _scenarios(wanted.name, scenarios or [])
    with understanding() as understand:
        results, seconds = asyncio.run(_run(Simulator(flows, understand), wanted.name, chosen * repeat))
    if as_json:
        typer.echo(_as_json(results, seconds))
    else:
        _print(results, seconds)
    raise typer.Exit(FAILED if any(result.unmet for result in results) else 0)


def read_flow_argument(text: str) -> tuple[Flow, Mapping[str, Flow]]:
    """Return the flow that an argument names, and every flow that it may lead into.

    Raises:
        InvalidInputError: There is no such flow or file, or it is no flow.
    """
    flows = dict(shipped_flows())
    if text in flows:
        return flows[text], flows
    path = Path(text)
    if not path.is_file():
        raise InvalidInputError(f"There is no flow and no file {text}; the flows are {', '.join(flows)}.", field="flow")
    flow = parse_flow(path.read_text("utf-8"))
    beside = [parse_flow(other.read_text("utf-8")) for other in sorted(path.parent.glob("*.yaml")) if other != path]
    return flow, flows | {other.name: other for other in beside} | {flow.name: flow}


@contextmanager
def understanding() -> Iterator[Understand]:
    """Open the sentence model and learn the intents.

    Raises:
        MisconfiguredError: The installation has no sentence model.
    """
    embedder = make_embedder(KBSettings.load())
    if embedder is None:
        raise MisconfiguredError("KB_EMBEDDER is none; flows need the sentence model", code="embedder_missing")
    try:
        embedder.warm_up()
        yield _remembered(learned_intents(embedder.embed_questions))
    finally:
        embedder.close()


def _remembered(intents: WeighedIntents) -> Understand:
    """Understand each text once: callers of a thousand scenarios say the same."""
    known = lru_cache(maxsize=4096)(intents.understand)
    return lambda text, alternatives: known(text, tuple(alternatives))


def _scenarios(flow: str, paths: list[Path]) -> list[tuple[Scenario, Path | None]]:
    if not paths:
        return [(scenario, None) for scenario in shipped_scenarios() if scenario.flow == flow]
    found: list[tuple[Scenario, Path | None]] = []
    for path in paths:
        if not path.is_file():
            raise InvalidInputError(f"There is no file {path}.", field="scenario")
        found += [(item, path.parent) for item in parse_scenarios(path.read_text("utf-8"), path.name)]
    return [(item, folder) for item, folder in found if item.flow in {None, flow}]


async def _run(
    simulator: Simulator, flow: str, scenarios: list[tuple[Scenario, Path | None]]
) -> tuple[list[ScenarioResult], float]:
    """Run scenarios all at the same time; the recogniser of calls is opened where one of them has sound.

    Returns:
        Their results and the seconds that they took, without the loading of models.
    """
    if not any(turn.audio is not None for scenario, _ in scenarios for turn in scenario.turns):
        return await _run_all(simulator, flow, scenarios)
    engine = SpeechEngine(SpeechSettings.load(), SystemClock())
    try:
        await engine.warm_up()
        at_once = asyncio.Semaphore(_HEARD_AT_ONCE)

        async def transcribe(file: Path) -> Spoken:
            async with at_once:
                return await heard_in(engine, file)

        return await _run_all(replace(simulator, transcribe=transcribe), flow, scenarios)
    finally:
        await engine.aclose()


async def _run_all(
    simulator: Simulator, flow: str, scenarios: list[tuple[Scenario, Path | None]]
) -> tuple[list[ScenarioResult], float]:
    started = time.perf_counter()
    results = await asyncio.gather(*(simulator.run(flow, scenario, folder) for scenario, folder in scenarios))
    return results, time.perf_counter() - started


def _print(results: list[ScenarioResult], seconds: float) -> None:
    table = Table("scenario", "end", "intent", "turns", "result")
    for result in results[:200]:
        state = result.state
        end = state.end.value if state.end else "–"
        table.add_row(result.scenario.name, end, state.intent or "–", str(state.turns), "\n".join(result.unmet) or "ok")
    console = Console()
    console.print(table)
    failed = sum(bool(result.unmet) for result in results)
    console.print(f"{len(results)} callers in {seconds:.2f} s, {failed} otherwise than expected")


def _as_json(results: list[ScenarioResult], seconds: float) -> str:
    rows = [
        {
            "name": result.scenario.name,
            "end": result.state.end.value if result.state.end else None,
            "queue": result.state.queue,
            "intent": result.state.intent,
            "node": result.state.node,
            "turns": result.state.turns,
            "unmet": list(result.unmet),
            "said": [say.text for played in result.played for say in played.turn.said],
        }
        for result in results
    ]
    whole = {"callers": len(results), "seconds": round(seconds, 3), "scenarios": rows}
    return TypeAdapter(dict[str, object]).dump_json(whole).decode()
