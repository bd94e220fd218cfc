"""The asynchronous shell of one leg: audio in at one end, transcript events out at the other."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import structlog

from kit.clock import Clock
from kit.tasks import BoundedChannel, ChannelClosedError, Overflow, TaskSupervisor
from speech import metrics
from speech.audio import AudioChunk, samples_to_ms
from speech.events import EndReason, TranscriptEvent, TranscriptFinal, TranscriptionLagged, TranscriptPartial
from speech.front_end import LegFrontEnd, SpeechWindow, WindowKind
from speech.model_pool import DecodeTicket, ModelPool
from speech.segmenter import AudioGapError
from speech.settings import Language
from speech.stt.auto_language import SpokenLanguage
from speech.stt.base import Recognition, RecognitionRequest

log = structlog.get_logger(__name__)

MAX_BATCH_CHUNKS = 25
"""Half a second of audio per visit to the front end's thread, so that legs take turns."""


@dataclass(frozen=True, slots=True)
class LegRules:
    """Bounds of one leg.

    Attributes:
        sample_rate_hz: Of the chunks fed.
        start_sample: First sample that will be fed; above 0 when a leg is taken up again.
        overflow: What a full inbox does: `WAIT` for a file, `DROP_OLDEST` for live audio.
        language: What is spoken.
        inbox_chunks: Chunks that may wait to be heard.
        waiting_finals: Ended segments that may wait for their text.
        outbox_events: Events that may wait for the reader.
        lag_warning_ms: Audio behind which the leg lags.
    """

    sample_rate_hz: int
    start_sample: int
    overflow: Overflow
    language: Language
    inbox_chunks: int
    waiting_finals: int
    outbox_events: int
    lag_warning_ms: int


@dataclass(frozen=True, slots=True)
class _Arrival:
    chunk: AudioChunk
    at: float


@dataclass(frozen=True, slots=True)
class _EndedSegment:
    window: SpeechWindow
    ticket: DecodeTicket | None
    arrived_at: float


class LegTranscriber:
    """Transcribes one leg.

    One task hears (resample, detect, segment) and orders decodes; one delivers finals in the order of their segments.
    Every segment gets exactly one final, even when decoding fails; a partial never follows the final of its segment.
    """

    def __init__(
        self,
        leg_id: UUID,
        rules: LegRules,
        front_end: LegFrontEnd,
        pool: ModelPool,
        front_end_thread: Executor,
        clock: Clock,
    ) -> None:
        self._leg_id = leg_id
        self._rules = rules
        self._front_end = front_end
        self._pool = pool
        self._front_end_thread = front_end_thread
        self._clock = clock
        self._inbox: BoundedChannel[_Arrival] = BoundedChannel(rules.inbox_chunks, rules.overflow)
        self._ended: BoundedChannel[_EndedSegment] = BoundedChannel(rules.waiting_finals, Overflow.WAIT)
        self._outbox: BoundedChannel[TranscriptEvent] = BoundedChannel(rules.outbox_events, Overflow.WAIT)
        self._undelivered: deque[int] = deque()
        self._spoken = SpokenLanguage()
        self._fed_to_sample = rules.start_sample
        self._pause: tuple[SpeechWindow, DecodeTicket] | None = None
        self._open_segment_id: UUID | None = None
        self._partial_count = 0
        self._draft: tuple[int, ...] = ()
        """What the open segment was written as so far."""
        self._is_lagging = False
        self._is_closed = False
        metrics.OPEN_LEGS.inc()
        self._tasks = TaskSupervisor(f"leg-{leg_id}")
        self._tasks.start(self._hear(), name="hear")
        self._tasks.start(self._deliver(), name="deliver")

    @property
    def behind_ms(self) -> int:
        """How far the audio fed so far is ahead of what was heard, or of the oldest end of speech without its text."""
        heard_ms = min([self._front_end.heard_ms, *self._undelivered])
        return samples_to_ms(self._fed_to_sample, self._rules.sample_rate_hz) - heard_ms

    @property
    def is_closed(self) -> bool:
        """Whether `aclose` was called."""
        return self._is_closed

    async def feed(self, chunk: AudioChunk) -> None:
        """Take in the next audio; a hole since the last chunk is heard as silence.

        Waits while the inbox is full, or drops its oldest chunk, by the leg's overflow rule.

        Raises:
            AudioGapError: The chunk has another rate, or was fed before.
            ChannelClosedError: The leg was finished or closed.
        """
        if chunk.sample_rate_hz != self._rules.sample_rate_hz or chunk.start_sample < self._fed_to_sample:
            raise AudioGapError(
                "This audio was fed before, or has another rate than the leg.",
                expected_sample=self._fed_to_sample,
                start_sample=chunk.start_sample,
            )
        self._fed_to_sample = chunk.end_sample
        dropped_before = self._inbox.dropped
        await self._inbox.put(_Arrival(chunk, self._clock.monotonic()))
        metrics.DROPPED_CHUNKS.inc(self._inbox.dropped - dropped_before)
        await self._report_lag()

    async def finish(self) -> None:
        """Say that no more audio comes; returns at once. The last finals still come, then `events` ends."""
        await self._inbox.close()

    def events(self) -> AsyncIterator[TranscriptEvent]:
        """Yield events until the leg is finished or closed; for one reader.

        A reader that stops reading stops the leg: its inbox fills up.
        """
        return self._outbox.__aiter__()

    async def aclose(self) -> None:
        """Abandon the leg: no more events, nothing left running; safe to call twice."""
        if self._is_closed:
            return
        self._is_closed = True
        await self._tasks.aclose()
        self._pool.drop_leg(self._leg_id)
        for channel in (self._inbox, self._ended, self._outbox):
            await channel.close()
        metrics.OPEN_LEGS.dec()

    async def _hear(self) -> None:
        arrived_at = self._clock.monotonic()
        loop = asyncio.get_running_loop()
        try:
            async for batch in self._batches():
                arrived_at = batch[0].at
                chunks = [arrival.chunk for arrival in batch]
                windows = await loop.run_in_executor(self._front_end_thread, self._front_end.feed, chunks)
                self._give_up_broken_pause()
                await self._take(windows, arrived_at)
                await self._report_lag()
            await self._take(await loop.run_in_executor(self._front_end_thread, self._front_end.finish), arrived_at)
        except Exception:
            # The leg ends here, but an agent who saw partials of a segment must see its end.
            log.exception("leg_failed", leg_id=str(self._leg_id))
            metrics.FAILED_DECODES.inc()
            if (window := self._front_end.open_window) is not None:
                await self._ended.put(_EndedSegment(window, None, arrived_at))
        finally:
            self._open_segment_id = None
            await self._ended.close()

    async def _batches(self) -> AsyncIterator[list[_Arrival]]:
        arrivals = self._inbox.__aiter__()
        async for arrival in arrivals:
            batch = [arrival]
            while len(self._inbox) and len(batch) < MAX_BATCH_CHUNKS:
                batch.append(await anext(arrivals))
            yield batch

    async def _take(self, windows: list[SpeechWindow], arrived_at: float) -> None:
        last_open = max((at for at, window in enumerate(windows) if window.kind is WindowKind.FINAL), default=-1)
        for at, window in enumerate(windows):
            if window.kind is WindowKind.FINAL:
                await self._end_segment(window, arrived_at)
            elif at > last_open:
                self._decode_running(window)

    def _decode_running(self, window: SpeechWindow) -> None:
        if window.segment_id != self._open_segment_id:
            self._open_segment_id = window.segment_id
            self._partial_count = 0
            self._draft = ()
        ticket = self._submit(window)
        self._pause = (window, ticket) if window.kind is WindowKind.PAUSE else None
        ticket.result.add_done_callback(partial(self._on_partial, window))

    def _give_up_broken_pause(self) -> None:
        if self._pause is not None and not self._front_end.is_silent_since(self._pause[0]):
            self._pool.drop(self._pause[1])
            self._pause = None

    async def _end_segment(self, window: SpeechWindow, arrived_at: float) -> None:
        self._open_segment_id = None
        pause, self._pause = self._pause, None
        if pause is not None and _is_same_speech(pause[0], window) and not pause[1].result.cancelled():
            ticket = pause[1]
            self._pool.promote(ticket)
        else:
            ticket = self._submit(window)
        self._pool.drop_tentative(self._leg_id)
        self._undelivered.append(window.end_ms)
        await self._ended.put(_EndedSegment(window, ticket, arrived_at))

    def _submit(self, window: SpeechWindow) -> DecodeTicket:
        is_final = window.kind is not WindowKind.PARTIAL
        # Where several texts are tried side by side, a draft costs what it saves.
        draft = () if is_final else self._draft
        request = RecognitionRequest(
            window.pcm, self._rules.language, is_final=is_final, spoken=self._spoken.so_far, draft=draft
        )
        return self._pool.submit(self._leg_id, window.kind, request)

    def _on_partial(self, window: SpeechWindow, result: asyncio.Future[Recognition]) -> None:
        if result.cancelled() or result.exception() is not None or self._is_closed:
            return
        recognition = result.result()
        if window.segment_id == self._open_segment_id and recognition.text:
            self._draft = recognition.tokens
            self._tasks.start(self._emit_partial(window, recognition), name="partial")

    async def _emit_partial(self, window: SpeechWindow, recognition: Recognition) -> None:
        if window.segment_id != self._open_segment_id or self._is_outbox_full:
            return
        is_pause = window.kind is WindowKind.PAUSE and self._front_end.is_silent_since(window)
        event = TranscriptPartial(
            leg_id=self._leg_id,
            segment_id=window.segment_id,
            partial_index=self._partial_count,
            start_ms=window.start_ms,
            end_ms=window.end_ms,
            text=recognition.text,
            language=recognition.language.value,
            is_pause=is_pause,
            confidence=recognition.confidence if is_pause else 0.0,
            alternatives=recognition.alternatives if is_pause else (),
        )
        self._partial_count += 1
        with suppress(ChannelClosedError):
            await self._outbox.put(event)

    async def _deliver(self) -> None:
        async for ended in self._ended:
            recognition = await self._text_of(ended)
            if recognition is not None and recognition.text:
                self._spoken.hear(recognition.language, ended.window.end_ms - ended.window.start_ms)
            event = _final(self._leg_id, ended, recognition, self._clock.monotonic())
            metrics.FINAL_LATENCY.observe(event.latency_ms / 1000)
            if self._undelivered:
                self._undelivered.popleft()
            await self._outbox.put(event)
            await self._report_lag()
        await self._report_lag()
        await self._outbox.close()

    async def _text_of(self, ended: _EndedSegment) -> Recognition | None:
        if ended.ticket is None:
            return None
        try:
            return await asyncio.shield(ended.ticket.result)
        except asyncio.CancelledError:
            if ended.ticket.result.cancelled():
                return None
            raise
        except Exception:
            log.exception("decode_failed", leg_id=str(self._leg_id), segment_id=str(ended.window.segment_id))
            metrics.FAILED_DECODES.inc()
            return None

    @property
    def _is_outbox_full(self) -> bool:
        return len(self._outbox) >= self._rules.outbox_events

    async def _report_lag(self) -> None:
        """Tell when a live leg begins or ceases to lag; whoever replays a file knows when its audio was due."""
        if self._rules.overflow is Overflow.WAIT or self._is_outbox_full:
            return
        lag_ms = self.behind_ms
        has_changed = (
            lag_ms < self._rules.lag_warning_ms // 3 if self._is_lagging else lag_ms > self._rules.lag_warning_ms
        )
        if not has_changed:
            return
        self._is_lagging = not self._is_lagging
        event = TranscriptionLagged(self._leg_id, lag_ms if self._is_lagging else 0, self._inbox.dropped)
        with suppress(ChannelClosedError):
            await self._outbox.put(event)


def _is_same_speech(pause: SpeechWindow, final: SpeechWindow) -> bool:
    is_natural = final.end_reason is not EndReason.MAX_LENGTH
    return is_natural and (pause.segment_id, pause.end_ms) == (final.segment_id, final.end_ms)


def _final(leg_id: UUID, ended: _EndedSegment, recognition: Recognition | None, now: float) -> TranscriptFinal:
    window = ended.window
    return TranscriptFinal(
        leg_id=leg_id,
        segment_id=window.segment_id,
        start_ms=window.start_ms,
        end_ms=window.end_ms,
        text=recognition.text if recognition else "",
        confidence=recognition.confidence if recognition and recognition.text else 0.0,
        language=recognition.language.value if recognition else Language.CHINESE.value,
        end_reason=window.end_reason or EndReason.STREAM_END,
        engine=recognition.engine if recognition else "none",
        latency_ms=max(0, round((now - ended.arrived_at) * 1000)),
        alternatives=recognition.alternatives if recognition and recognition.text else (),
        changes=recognition.changes if recognition and recognition.text else (),
    )
