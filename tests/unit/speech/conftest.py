from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from kit.clock import SystemClock
from kit.tasks import Overflow
from speech.engine import SpeechEngine
from speech.settings import SpeechSettings
from speech.vad.energy import EnergyVAD
from tests.fakes.speech_legs import Leg, MakeEngine, OpenLeg
from tests.fakes.speech_recognizer import FakeRecognizer

RATE = 8000


@pytest.fixture
async def make_engine() -> AsyncIterator[MakeEngine]:
    """Build warmed-up engines on a scripted recogniser; all are closed afterwards."""
    engines: list[SpeechEngine] = []

    async def make(recognizer: Callable[[], FakeRecognizer] = FakeRecognizer, **settings: object) -> SpeechEngine:
        engine = SpeechEngine(
            SpeechSettings(vad="energy", **settings),
            SystemClock(),
            recognizer_factory=lambda _settings: recognizer(),
            detector_factory=lambda _settings: EnergyVAD(),
        )
        engines.append(engine)
        await engine.warm_up()
        return engine

    yield make
    for engine in engines:
        await engine.aclose()


@pytest.fixture
async def open_leg() -> AsyncIterator[OpenLeg]:
    """Open legs of an engine; all are closed afterwards."""
    legs: list[Leg] = []

    def open_one(engine: SpeechEngine, overflow: Overflow = Overflow.WAIT) -> Leg:
        leg = Leg(engine.open_leg(uuid4(), sample_rate_hz=RATE, overflow=overflow), RATE)
        legs.append(leg)
        return leg

    yield open_one
    for leg in legs:
        await leg.transcriber.aclose()


@pytest.fixture
def short_queues() -> dict[str, object]:
    """Settings that make queues overflow within a second of audio."""
    return {"inbox": timedelta(milliseconds=400), "lag_warning": timedelta(milliseconds=300), "worker_count": 1}
