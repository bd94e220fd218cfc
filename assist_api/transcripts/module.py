"""The recogniser that writes down what is said in calls."""

from __future__ import annotations

from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.http.parts import PartHealth, not_ok, ok
from speech.engine import SpeechEngine
from speech.registry import make_server_recognizer
from speech.settings import SpeechSettings

MAX_WAITING_WINDOWS = 8
"""More speech waiting than this means the machine is slower than its callers."""


def build(core: Core, settings: SpeechSettings) -> Module[SpeechEngine]:
    """Build the module.

    Raises:
        MisconfiguredError: A `SPEECH_` variable cannot be used.
    """
    engine = SpeechEngine(settings, core.clock, recognizer_factory=make_server_recognizer)

    async def probe() -> PartHealth:
        return speech_health(is_ready=engine.is_ready, waiting=engine.waiting_windows)

    return Module(
        name="transcripts", service=engine, warm_up=engine.warm_up, aclose=engine.aclose, probes={"speech": probe}
    )


def speech_health(*, is_ready: bool, waiting: int) -> PartHealth:
    """Judge the recogniser by whether its models are loaded and by how much speech waits."""
    if not is_ready:
        return not_ok("speech", "failed", "models_not_loaded", "The models are not loaded.")
    detail = f"{waiting} windows of speech waiting"
    if waiting > MAX_WAITING_WINDOWS:
        return not_ok("speech", "degraded", "speech_lagging", detail, waiting=waiting)
    return ok("speech", detail, waiting=waiting)
