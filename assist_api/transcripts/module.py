"""The recogniser that writes down what is said in calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.http.parts import PartHealth, Probe, not_ok, ok
from speech.engine import SpeechEngine
from speech.registry import make_server_recognizer
from speech.settings import SpeechSettings
from speech.stt.base import Recognizer
from speech.stt.remote.client import RemoteWorkers
from speech.stt.remote.health import MachineHealth, machines_health
from speech.stt.remote.settings import RemoteSettings

MAX_WAITING_WINDOWS = 8
"""More speech waiting than this means the machine is slower than its callers."""


def build(core: Core, settings: SpeechSettings, remote: RemoteSettings) -> Module[SpeechEngine]:
    """Build the module.

    Raises:
        MisconfiguredError: A `SPEECH_` variable cannot be used.
    """
    engine = SpeechEngine(settings, core.clock, recognizer_factory=recognizer_factory(remote))

    async def probe() -> PartHealth:
        return speech_health(is_ready=engine.is_ready, waiting=engine.waiting_windows)

    async def probe_machines() -> PartHealth:
        return machines_line(await machines_health(remote), has_fallback=remote.has_local_fallback)

    probes: dict[str, Probe] = {"speech": probe}
    if remote.workers:
        probes["speech_machines"] = probe_machines
    return Module(name="transcripts", service=engine, warm_up=engine.warm_up, aclose=engine.aclose, probes=probes)


def recognizer_factory(remote: RemoteSettings) -> Callable[[SpeechSettings], Recognizer]:
    """Return what makes the recognisers of this server: its own, or those that ask the speech machines.

    Raises:
        MisconfiguredError: The certificates that machines are checked against cannot be read.
    """
    if not remote.workers:
        return make_server_recognizer
    workers = RemoteWorkers(remote)

    def make(settings: SpeechSettings) -> Recognizer:
        return workers.recognizer(make_server_recognizer(settings) if remote.has_local_fallback else None)

    return make


def machines_line(machines: Sequence[MachineHealth], *, has_fallback: bool) -> PartHealth:
    """Judge the speech machines: with none of them, this server recognises by itself or nobody does."""
    part, away = "speech_machines", [machine for machine in machines if machine.state != "ready"]
    facts: dict[str, int | str] = {
        "ready": len(machines) - len(away),
        "machines": len(machines),
        "waiting": sum(machine.waiting for machine in machines),
    }
    detail = f"{facts['ready']} of {len(machines)} speech machines answer"
    if not away:
        return ok(part, detail, **facts)
    detail += "; " + ", ".join(f"{machine.address} is {machine.state}" for machine in away)
    if len(away) == len(machines):
        if has_fallback:
            return not_ok(part, "degraded", "speech_by_server", detail, **facts)
        return not_ok(part, "failed", "no_speech_machine", detail, **facts)
    return not_ok(part, "degraded", "speech_machine_away", detail, **facts)


def speech_health(*, is_ready: bool, waiting: int) -> PartHealth:
    """Judge the recogniser by whether its models are loaded and by how much speech waits."""
    if not is_ready:
        return not_ok("speech", "failed", "models_not_loaded", "The models are not loaded.")
    detail = f"{waiting} windows of speech waiting"
    if waiting > MAX_WAITING_WINDOWS:
        return not_ok("speech", "degraded", "speech_lagging", detail, waiting=waiting)
    return ok("speech", detail, waiting=waiting)
