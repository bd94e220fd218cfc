"""Streams of a telephone call on the time line of the call, with a scripted recogniser and real queues."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from assist_api.calls.sources.live import LiveSource
from assist_api.transcripts.utterances import LegRole
from kit.tasks import ChannelClosedError
from speech.audio import AudioChunk
from speech.events import TranscriptEvent, TranscriptFinal, TranscriptionLagged
from tests.fakes.assist_calls_speech import Line, ScriptedEngine

pytestmark = pytest.mark.unit

CUSTOMER, AGENT = UUID(int=1), UUID(int=2)


class StillClock:
    """Time that moves only when a test says so."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


class HeardEvents:
    """A session that keeps what is posted."""

    def __init__(self) -> None:
        self.events: list[TranscriptEvent] = []
        self._drained = asyncio.Event()

    async def run(self) -> None:
        await self._drained.wait()

    async def post(self, event: TranscriptEvent) -> None:
        self.events.append(event)

    async def drain(self) -> None:
        self._drained.set()

    @property
    def finals(self) -> list[tuple[str, int]]:
        return [(event.text, event.start_ms) for event in self.events if isinstance(event, TranscriptFinal)]


async def stream(clock: StillClock, chunks: int, *, first: int = 0, late_by: float = 0.0) -> AsyncIterator[AudioChunk]:
    """Yield chunks of 100 ms; the clock has gone on by as much when each arrives."""
    for number in range(first, first + chunks):
        clock.seconds += 0.1 + late_by
        yield AudioChunk(bytes(1_600), 8_000, number * 800)


async def finished(source: LiveSource, heard: HeardEvents) -> None:
    """Let the streams end, then the call."""
    running = asyncio.create_task(source.run(heard))  # type: ignore[arg-type]
    for _ in range(2_000):
        await asyncio.sleep(0)
    source.stop()
    await asyncio.wait_for(running, 10)


async def test_a_party_that_joins_late_speaks_at_its_time_of_the_call() -> None:
    clock, heard = StillClock(), HeardEvents()
    engine = ScriptedEngine([Line(0, 60_200, 60_600, "停电了")])
    source = LiveSource(engine, clock)  # type: ignore[arg-type]
    clock.seconds += 60
    await source.attach(CUSTOMER, LegRole.CUSTOMER, stream(clock, 12))
    await finished(source, heard)
    assert heard.finals == [("停电了", 60_200)]
    assert engine.legs[0].start_ms == 60_000
    assert list(source.legs.values()) == [LegRole.CUSTOMER]
    assert all(leg.is_closed for leg in engine.legs)


async def test_a_party_that_is_tapped_again_after_a_gap_goes_on_later_in_the_call() -> None:
    clock, heard = StillClock(), HeardEvents()
    engine = ScriptedEngine([Line(0, 100, 400, "前"), Line(0, 31_200, 31_400, "后")], legs_per_call=1)
    source = LiveSource(engine, clock)  # type: ignore[arg-type]
    await source.attach(CUSTOMER, LegRole.CUSTOMER, stream(clock, 10))
    running = asyncio.create_task(source.run(heard))  # type: ignore[arg-type]
    for _ in range(1_000):
        await asyncio.sleep(0)
    clock.seconds += 30
    await source.attach(CUSTOMER, LegRole.CUSTOMER, stream(clock, 10))
    for _ in range(1_000):
        await asyncio.sleep(0)
    source.stop()
    await asyncio.wait_for(running, 10)
    assert heard.finals == [("前", 100), ("后", 31_200)]
    assert [leg.start_ms for leg in engine.legs] == [0, 31_000]


async def test_audio_that_was_dropped_leaves_a_hole_and_late_audio_is_told() -> None:
    clock, heard = StillClock(), HeardEvents()
    source = LiveSource(ScriptedEngine([]), clock)  # type: ignore[arg-type]

    async def chunks() -> AsyncIterator[AudioChunk]:
        async for chunk in stream(clock, 2):
            yield chunk
        async for chunk in stream(clock, 3, first=20, late_by=4.0):
            yield chunk

    await source.attach(CUSTOMER, LegRole.CUSTOMER, chunks())
    await finished(source, heard)
    lags = [event.lag_ms for event in heard.events if isinstance(event, TranscriptionLagged)]
    assert len(lags) == 3
    assert lags[0] > 3_000
    assert lags[-1] == 0


async def test_a_recogniser_that_breaks_is_replaced_and_the_call_goes_on() -> None:
    clock, heard = StillClock(), HeardEvents()
    engine = ScriptedEngine([Line(1, 1_000, 1_300, "还在")], breaks_at_ms=500)
    source = LiveSource(engine, clock)  # type: ignore[arg-type]

    async def chunks() -> AsyncIterator[AudioChunk]:
        async for chunk in stream(clock, 30):
            for _ in range(20):
                await asyncio.sleep(0)
            yield chunk

    await source.attach(CUSTOMER, LegRole.CUSTOMER, chunks())
    await finished(source, heard)
    assert heard.finals == [("还在", 1_000)]
    assert len(engine.legs) == 2


async def test_stop_ends_streams_that_would_go_on_and_takes_no_more() -> None:
    clock, heard = StillClock(), HeardEvents()
    source = LiveSource(ScriptedEngine([]), clock, elapsed_ms=5_000)  # type: ignore[arg-type]

    async def silent() -> AsyncIterator[AudioChunk]:
        await asyncio.Event().wait()
        yield AudioChunk(b"", 8_000, 0)

    await source.attach(AGENT, LegRole.AGENT, silent())
    await finished(source, heard)
    assert source.position_ms == 5_000
    with pytest.raises(ChannelClosedError):
        await source.attach(AGENT, LegRole.AGENT, silent())
