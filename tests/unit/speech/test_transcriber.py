from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from itertools import pairwise
from uuid import uuid4

import pytest

from kit.tasks import ChannelClosedError, Overflow
from speech.audio import AudioChunk
from speech.events import EndReason, TranscriptEvent, TranscriptFinal, TranscriptionLagged, TranscriptPartial
from speech.segmenter import AudioGapError
from speech.stt.base import RecognitionRequest
from tests.fakes.speech_legs import Leg, MakeEngine, OpenLeg
from tests.fakes.speech_recognizer import FakeRecognizer, silence, tone

pytestmark = pytest.mark.unit

RATE = 8000


def sentence(duration_ms: int = 1500, pause_ms: int = 900) -> bytes:
    return (
        silence(300, sample_rate_hz=RATE)
        + tone(duration_ms, sample_rate_hz=RATE)
        + silence(pause_ms, sample_rate_hz=RATE)
    )


def finals(events: list[TranscriptEvent]) -> list[TranscriptFinal]:
    return [event for event in events if isinstance(event, TranscriptFinal)]


async def test_each_sentence_becomes_one_final_in_order(make_engine: MakeEngine, open_leg: OpenLeg):
    leg = open_leg(await make_engine())
    await leg.feed(sentence() * 4)
    heard = finals(await leg.finish())
    assert len(heard) == 4
    assert len({final.segment_id for final in heard}) == 4
    assert all(before.end_ms <= after.start_ms for before, after in pairwise(heard))
    assert all(final.text and final.engine == "fake" and final.end_reason is EndReason.SILENCE for final in heard)


async def test_partials_come_before_their_final_and_are_counted(make_engine: MakeEngine, open_leg: OpenLeg):
    leg = open_leg(await make_engine())
    *partials, final = await speak_slowly(leg)
    assert [partial.partial_index for partial in partials] == list(range(len(partials)))
    assert partials
    assert {partial.segment_id for partial in partials} == {final.segment_id}


async def test_a_partial_begins_with_what_its_segment_was_written_as(make_engine: MakeEngine, open_leg: OpenLeg):
    recognizer = FakeRecognizer()
    leg = open_leg(await make_engine(lambda: recognizer, worker_count=1))
    for _ in range(2):
        await speak_slowly(leg)
    partials = [request for request in recognizer.requests if not request.is_final]
    segments = 1 + sum(later.duration_ms < earlier.duration_ms for earlier, later in pairwise(partials))
    drafts = ["".join(map(chr, request.draft)) for request in partials]
    lengths = [int(draft.removeprefix("听到") or 0) for draft in drafts]
    assert segments == 2
    assert lengths.count(0) == 2, "each segment begins anew"
    assert all(length < partial.duration_ms // 100 for length, partial in zip(lengths, partials, strict=True))
    assert max(lengths) > 0
    assert not any(request.draft for request in recognizer.requests if request.is_final)


async def speak_slowly(leg: Leg) -> list[TranscriptEvent]:
    """Feed four seconds of speech so that partials have the time to be decoded; return what comes of it."""
    reader = asyncio.create_task(anext_final(leg.transcriber.events()))
    for _ in range(40):
        await leg.feed(tone(100, sample_rate_hz=RATE))
        await asyncio.sleep(0.005)
    await leg.feed(silence(900, sample_rate_hz=RATE))
    return await reader


async def anext_final(events: AsyncIterator[TranscriptEvent]) -> list[TranscriptEvent]:
    seen: list[TranscriptEvent] = []
    async for event in events:
        seen.append(event)
        if isinstance(event, TranscriptFinal):
            break
    return seen


async def test_no_partial_follows_the_final_of_its_segment(make_engine: MakeEngine, open_leg: OpenLeg):
    leg = open_leg(await make_engine())
    await leg.feed(sentence(2600) * 5)
    closed = set()
    for event in await leg.finish():
        if isinstance(event, TranscriptPartial):
            assert event.segment_id not in closed
        elif isinstance(event, TranscriptFinal):
            closed.add(event.segment_id)
    assert len(closed) == 5


async def test_segment_that_cannot_be_decoded_still_gets_its_final(make_engine: MakeEngine, open_leg: OpenLeg):
    def fail(request: RecognitionRequest) -> str:
        raise RuntimeError("broken model")

    leg = open_leg(await make_engine(lambda: FakeRecognizer(fail)))
    await leg.feed(sentence() * 2)
    heard = finals(await leg.finish())
    assert [(final.text, final.confidence, final.engine) for final in heard] == [("", 0.0, "none")] * 2


async def test_silence_is_not_transcribed(make_engine: MakeEngine, open_leg: OpenLeg):
    recognizer = FakeRecognizer()
    leg = open_leg(await make_engine(lambda: recognizer, worker_count=1))
    await leg.feed(silence(5000, sample_rate_hz=RATE))
    assert await leg.finish() == []
    assert recognizer.requests == []


async def test_pause_is_decoded_once_and_its_text_is_the_final(make_engine: MakeEngine, open_leg: OpenLeg):
    recognizer = FakeRecognizer()
    leg = open_leg(await make_engine(lambda: recognizer, worker_count=1))
    await leg.feed(tone(800, sample_rate_hz=RATE))
    for _ in range(45):
        await leg.feed(silence(20, sample_rate_hz=RATE))
        await asyncio.sleep(0.005)
    *_, paused, final = [event for event in await leg.finish() if not isinstance(event, TranscriptionLagged)]
    assert isinstance(paused, TranscriptPartial)
    assert isinstance(final, TranscriptFinal)
    assert final.text
    assert (paused.is_pause, paused.text, paused.confidence) == (True, final.text, final.confidence)
    assert len(recognizer.requests) == 1


async def test_a_pause_that_is_broken_is_given_up_in_the_middle_of_its_decode(
    make_engine: MakeEngine, open_leg: OpenLeg
):
    gate = threading.Event()
    recognizer = FakeRecognizer(gate=gate)
    leg = open_leg(await make_engine(lambda: recognizer, worker_count=1))
    await leg.feed(tone(800, sample_rate_hz=RATE) + silence(300, sample_rate_hz=RATE))
    await are_wanted(recognizer, [True])
    await leg.feed(tone(200, sample_rate_hz=RATE))
    await are_wanted(recognizer, [False])
    gate.set()
    await leg.feed(silence(900, sample_rate_hz=RATE))
    final = finals(await leg.finish())[0]
    assert final.text == f"听到{recognizer.requests[-1].duration_ms // 100}"


async def test_a_partial_is_given_up_when_its_segment_ends(make_engine: MakeEngine, open_leg: OpenLeg):
    gate = threading.Event()
    recognizer = FakeRecognizer(gate=gate)
    leg = open_leg(await make_engine(lambda: recognizer, worker_count=2))
    await leg.feed(tone(1200, sample_rate_hz=RATE))
    await are_wanted(recognizer, [True])
    await leg.feed(silence(900, sample_rate_hz=RATE))
    await are_wanted(recognizer, [False, True])
    assert [request.is_final for request in recognizer.requests] == [False, True]
    gate.set()
    await leg.finish()


async def are_wanted(recognizer: FakeRecognizer, expected: list[bool]) -> None:
    """Wait until so many decodes have begun and are wanted still, or not."""
    async with asyncio.timeout(5):
        while [request.is_wanted() for request in recognizer.requests] != expected:  # noqa: ASYNC110  # rejected: threads
            await asyncio.sleep(0.001)


async def test_audio_fed_twice_is_refused_to_the_caller(make_engine: MakeEngine, open_leg: OpenLeg):
    leg = open_leg(await make_engine())
    chunk = AudioChunk(silence(20, sample_rate_hz=RATE), RATE, 0)
    await leg.transcriber.feed(chunk)
    with pytest.raises(AudioGapError):
        await leg.transcriber.feed(chunk)


async def test_finished_leg_takes_no_more_audio(make_engine: MakeEngine, open_leg: OpenLeg):
    leg = open_leg(await make_engine())
    await leg.finish()
    with pytest.raises(ChannelClosedError):
        await leg.feed(silence(20, sample_rate_hz=RATE))


async def test_live_leg_drops_oldest_audio_says_so_and_recovers(
    make_engine: MakeEngine, open_leg: OpenLeg, short_queues: dict[str, object]
):
    gate = threading.Event()
    leg = open_leg(await make_engine(lambda: FakeRecognizer(gate=gate), **short_queues), Overflow.DROP_OLDEST)
    for _ in range(100):
        await leg.feed(sentence(400, 700))
        await asyncio.sleep(0)
    gate.set()
    events = await leg.finish()
    lags = [event for event in events if isinstance(event, TranscriptionLagged)]
    assert lags
    assert lags[0].lag_ms > 300
    assert lags[-1].dropped_chunks > 0
    ids = [final.segment_id for final in finals(events)]
    assert len(ids) == len(set(ids))


async def test_recorded_leg_waits_instead_of_dropping(
    make_engine: MakeEngine, open_leg: OpenLeg, short_queues: dict[str, object]
):
    gate = threading.Event()
    leg = open_leg(await make_engine(lambda: FakeRecognizer(gate=gate), **short_queues))
    feeding = asyncio.create_task(leg.feed(sentence(400, 700) * 12))
    done, _ = await asyncio.wait([feeding], timeout=0.3)
    assert not done
    gate.set()
    await feeding
    events = await leg.finish()
    assert len(finals(events)) == 12
    assert not any(isinstance(event, TranscriptionLagged) for event in events)


async def test_closed_leg_leaves_no_task_and_ends_its_events(make_engine: MakeEngine, open_leg: OpenLeg):
    gate = threading.Event()
    engine = await make_engine(lambda: FakeRecognizer(gate=gate))
    before = asyncio.all_tasks()
    leg = open_leg(engine)
    await leg.feed(sentence())
    await asyncio.sleep(0.05)
    await leg.transcriber.aclose()
    await leg.transcriber.aclose()
    assert asyncio.all_tasks() == before
    assert [event async for event in leg.transcriber.events()] == []
    gate.set()


async def test_closing_the_engine_ends_every_leg_and_every_thread(make_engine: MakeEngine, open_leg: OpenLeg):
    engine = await make_engine()
    leg = open_leg(engine)
    await leg.feed(sentence())
    await engine.aclose()
    assert leg.transcriber.is_closed
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("speech-")]


async def test_legs_of_one_engine_do_not_mix(make_engine: MakeEngine, open_leg: OpenLeg):
    engine = await make_engine()
    one, other = open_leg(engine), open_leg(engine)
    await asyncio.gather(one.feed(sentence(1500) * 3), other.feed(sentence(700) * 5))
    first, second = await asyncio.gather(one.finish(), other.finish())
    assert (len(finals(first)), len(finals(second))) == (3, 5)
    assert {event.leg_id for event in first}.isdisjoint(event.leg_id for event in second)


async def test_each_model_is_used_by_its_own_thread_only(make_engine: MakeEngine, open_leg: OpenLeg):
    recognizers: list[FakeRecognizer] = []

    def make() -> FakeRecognizer:
        recognizers.append(FakeRecognizer())
        return recognizers[-1]

    engine = await make_engine(make, worker_count=3)
    legs = [open_leg(engine) for _ in range(4)]
    await asyncio.gather(*(leg.feed(sentence() * 3) for leg in legs))
    await asyncio.gather(*(leg.finish() for leg in legs))
    assert all(len(recognizer.threads) <= 1 for recognizer in recognizers)
    assert sum(len(recognizer.requests) for recognizer in recognizers) >= 12


async def test_vocabulary_mends_words_from_then_on(make_engine: MakeEngine, open_leg: OpenLeg):
    engine = await make_engine(lambda: FakeRecognizer(lambda request: "我家线费了"))
    await engine.set_vocabulary(["欠费"])
    leg = open_leg(engine)
    await leg.feed(sentence())
    assert [final.text for final in finals(await leg.finish())] == ["我家欠费了"]


async def test_open_leg_before_warm_up_is_a_mistake(make_engine: MakeEngine):
    engine = await make_engine()
    await engine.aclose()
    with pytest.raises(RuntimeError, match="warm_up"):
        engine.open_leg(uuid4(), sample_rate_hz=RATE, overflow=Overflow.WAIT)
