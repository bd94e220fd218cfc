"""The whole room on the real models: a call goes in, what was said comes out, and silence stays silent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from kit.clock import SystemClock
from kit.tasks import Overflow
from speech.engine import SpeechEngine
from speech.evaluate import error_count, normalise
from speech.events import TranscriptFinal
from speech.recording import RecordingLimits, open_recording
from speech.registry import make_server_recognizer
from speech.settings import SpeechSettings
from tests.fakes.speech_legs import Leg
from tests.fakes.speech_processes import own_processes

pytestmark = pytest.mark.integration

CALL = Path(__file__).parents[2] / "fixtures" / "speech" / "two_party_call.flac"
CUSTOMER = "抄表员上个月没有来抄表，电费怎么多了一百块钱。水压太低了，五楼洗澡都没有水。"
AGENT = "好的，已经为您登记报修，抢修人员会在四十五分钟内到达。"
RATE = 8000


@pytest.fixture
async def engine() -> AsyncIterator[SpeechEngine]:
    engine = SpeechEngine(SpeechSettings(), SystemClock())
    await engine.warm_up()
    yield engine
    await engine.aclose()


async def finals_of(engine: SpeechEngine, pcm: bytes) -> list[TranscriptFinal]:
    leg = Leg(engine.open_leg(uuid4(), sample_rate_hz=RATE, overflow=Overflow.WAIT), RATE)
    try:
        feeding = asyncio.create_task(feed_all(leg, pcm))
        finals = [event async for event in leg.transcriber.events() if isinstance(event, TranscriptFinal)]
        await feeding
        return finals
    finally:
        await leg.transcriber.aclose()


async def feed_all(leg: Leg, pcm: bytes) -> None:
    await leg.feed(pcm)
    await leg.transcriber.finish()


def sides_of_the_call() -> tuple[bytes, bytes]:
    customer, agent = bytearray(), bytearray()
    for leg, chunk in open_recording([CALL], limits=RecordingLimits()).chunks():
        (customer, agent)[leg].extend(chunk.pcm)
    return bytes(customer), bytes(agent)


async def test_both_sides_of_a_telephone_call_are_transcribed(engine: SpeechEngine):
    customer, agent = await asyncio.gather(*(finals_of(engine, side) for side in sides_of_the_call()))
    for finals, said in ((customer, CUSTOMER), (agent, AGENT)):
        heard = normalise("".join(final.text for final in finals))
        expected = normalise(said)
        # Room for numerals written as digits and two misheard words: the model's own rate is some 10 %.
        assert error_count(expected, heard) <= 0.3 * len(expected), heard
        assert all(final.language == "zh" and 0.4 < final.confidence <= 1.0 for final in finals)
    # The agent answers between the customer's two sentences.
    assert customer[0].end_ms <= agent[0].start_ms + 800
    assert agent[-1].end_ms <= customer[-1].start_ms + 800


async def test_a_server_loses_no_word_when_its_recognisers_are_killed_amid_a_call(engine: SpeechEngine):
    customer, _agent = sides_of_the_call()
    here = [final.text for final in await finals_of(engine, customer)]
    server = SpeechEngine(SpeechSettings(), SystemClock(), recognizer_factory=make_server_recognizer)
    try:
        await server.warm_up()
        first = await asyncio.to_thread(own_processes)
        hearing = asyncio.create_task(finals_of(server, customer))
        await asyncio.sleep(0.2)
        assert not hearing.done()
        for process in first:
            process.kill()
        assert [final.text for final in await hearing] == here
        assert len(first) == 2
        assert not set(first) & set(await asyncio.to_thread(own_processes))
    finally:
        await server.aclose()


@pytest.mark.parametrize("sound", ["silence", "hiss", "loud_noise", "dial_tone", "clicks"])
async def test_nothing_is_heard_where_nobody_speaks(engine: SpeechEngine, sound: str):
    count = 8 * RATE
    random = np.random.default_rng(7)
    samples = {
        "silence": np.zeros(count),
        "hiss": random.normal(0, 40, count),
        "loud_noise": random.normal(0, 2500, count),
        "dial_tone": 6000 * np.sin(np.arange(count) * 2 * np.pi * 440 / RATE),
        "clicks": np.where(np.arange(count) % 4000 < 8, 20_000, 0),
    }[sound]
    finals = await finals_of(engine, samples.astype("<i2").tobytes())
    assert [final.text for final in finals if final.text] == []
