"""Hears a telephone call: streams of audio that may begin late, end early, and be tapped again after a gap."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid5

import structlog

from assist_api.calls.session import CallSession
from assist_api.calls.sources.base import LagReports, LegOpener
from assist_api.transcripts.utterances import LegRole
from kit.clock import Clock
from kit.tasks import BoundedChannel, ChannelClosedError, Overflow, cancel_and_wait
from speech.audio import AudioChunk, ms_to_samples
from speech.events import TranscriptionLagged
from speech.transcriber import LegTranscriber

log = structlog.get_logger(__name__)

SAMPLE_RATE_HZ = 8_000
MOST_STREAMS = 32
"""Streams that may wait to be begun: parties of one call that join before its source runs."""


class LiveSource:
    """Feeds the legs of one telephone call.

    Every stream gets a transcriber of its own, so a party that is tapped again needs no silence for the gap, and
    several agents in one call are heard at once. Audio time counts from the beginning of the call for all of them: the
    first chunk of a stream ends when it arrives.
    """

    def __init__(self, engine: LegOpener, clock: Clock, *, elapsed_ms: int = 0) -> None:
        """Begin to count the time of the call.

        Args:
            engine: Opens transcribers.
            clock: Time of the call.
            elapsed_ms: How long the call has lasted; above 0 when it is taken up again.
        """
        self._engine = engine
        self._clock = clock
        self._began_at = clock.monotonic() - elapsed_ms / 1000
        self._legs: dict[UUID, LegRole] = {}
        self._streams: BoundedChannel[tuple[UUID, AsyncIterator[AudioChunk]]] = BoundedChannel(
            MOST_STREAMS, Overflow.REFUSE
        )
        self._stopped = asyncio.Event()

    @property
    def legs(self) -> Mapping[UUID, LegRole]:
        """Who speaks in which stream; grows with every stream."""
        return self._legs

    @property
    def is_paced(self) -> bool:
        """Telephone audio always comes at the pace of speech."""
        return True

    @property
    def position_ms(self) -> int:
        """How long the call has lasted."""
        return round((self._clock.monotonic() - self._began_at) * 1000)

    @property
    def is_stopped(self) -> bool:
        """Whether no more is heard."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Hear no more; what was heard still becomes text."""
        self._stopped.set()

    async def attach(self, party: UUID, role: LegRole, chunks: AsyncIterator[AudioChunk]) -> None:
        """Hear a stream of 8 kHz audio, from when the call runs until the stream ends.

        Args:
            party: Whose audio it is; attached again, it is a further leg of the same party.
            role: What the party is in the call.
            chunks: The audio; `start_sample` counts from the beginning of the stream.

        Raises:
            ChannelClosedError: The call is over.
            ChannelFullError: Too many streams wait for the call to run.
        """
        leg = uuid5(party, str(len(self._legs)))
        self._legs[leg] = role
        await self._streams.put((leg, chunks))

    async def run(self, session: CallSession) -> None:
        """Feed every stream until stopped, and wait until all that was heard is text and searched for.

        Raises:
            ExceptionGroup: A part of the call failed; the legs are closed.
        """
        lags = LagReports(session)
        async with asyncio.TaskGroup() as group:
            group.create_task(session.run(), name="live.session")
            closing = group.create_task(self._close_when_stopped(), name="live.stop")
            try:
                async with asyncio.TaskGroup() as streams:
                    async for leg, chunks in self._streams:
                        streams.create_task(self._hear(leg, chunks, session, lags), name="live.leg")
            finally:
                await cancel_and_wait(closing)
            await session.drain()

    async def _close_when_stopped(self) -> None:
        await self._stopped.wait()
        await self._streams.close()

    async def _hear(self, leg: UUID, chunks: AsyncIterator[AudioChunk], session: CallSession, lags: LagReports) -> None:
        """Hear one stream; a transcriber that breaks is replaced, since the people go on talking."""
        timeline = _StreamTime(self)
        arrivals = self._until_stopped(chunks)
        async for first in arrivals:
            start = timeline.place(first)
            transcriber = self._engine.open_leg(
                leg, sample_rate_hz=SAMPLE_RATE_HZ, overflow=Overflow.DROP_OLDEST, start_sample=start.start_sample
            )
            listening = asyncio.create_task(_listen(transcriber, session), name="live.listen")
            try:
                with suppress(ChannelClosedError):  # the transcriber broke off
                    await transcriber.feed(start)
                    await self._feed(leg, transcriber, listening, arrivals, timeline, lags)
                await transcriber.finish()
                await listening
            finally:
                await cancel_and_wait(listening)
                await transcriber.aclose()
            await lags.tell(leg, 0)

    async def _feed(
        self,
        leg: UUID,
        transcriber: LegTranscriber,
        listening: asyncio.Task[None],
        arrivals: AsyncIterator[AudioChunk],
        timeline: _StreamTime,
        lags: LagReports,
    ) -> None:
        async for arrived in arrivals:
            if listening.done():
                log.error("live_leg_broke_off", leg_id=str(leg))
                return
            chunk = timeline.place(arrived)
            await transcriber.feed(chunk)
            await lags.tell(leg, max(0, self.position_ms - chunk.end_ms) + transcriber.behind_ms)

    async def _until_stopped(self, chunks: AsyncIterator[AudioChunk]) -> AsyncIterator[AudioChunk]:
        stopped = asyncio.create_task(self._stopped.wait(), name="live.stopped")
        waiting: set[asyncio.Task[Any]] = {stopped}
        try:
            while not self.is_stopped:
                arrival = asyncio.create_task(_next(chunks), name="live.next")
                waiting = {stopped, arrival}
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                if not arrival.done() or (chunk := arrival.result()) is None:
                    return
                yield chunk
        finally:
            await cancel_and_wait(*waiting)


class _StreamTime:
    """Places the audio of one stream on the time line of its call."""

    def __init__(self, source: LiveSource) -> None:
        self._source = source
        self._offset: int | None = None
        self._next_sample = 0

    def place(self, chunk: AudioChunk) -> AudioChunk:
        """Return the chunk with its place in the call; never before the end of the chunk before."""
        if self._offset is None:
            self._offset = max(0, ms_to_samples(self._source.position_ms, SAMPLE_RATE_HZ) - chunk.end_sample)
        start = max(self._next_sample, chunk.start_sample + self._offset)
        placed = AudioChunk(chunk.pcm, SAMPLE_RATE_HZ, start)
        self._next_sample = placed.end_sample
        return placed


async def _next(chunks: AsyncIterator[AudioChunk]) -> AudioChunk | None:
    return await anext(chunks, None)


async def _listen(transcriber: LegTranscriber, session: CallSession) -> None:
    async for event in transcriber.events():
        # The source reports lag itself: it also knows how late the audio came.
        if not isinstance(event, TranscriptionLagged):
            await session.post(event)
