"""A speech engine that hears what a script says: same contract as the real one, no model."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from kit.tasks import BoundedChannel, Overflow
from speech.audio import AudioChunk, samples_to_ms
from speech.events import Alternative, EndReason, TranscriptEvent, TranscriptFinal, TranscriptPartial
from speech.segmenter import AudioGapError

PAUSE_MS = 100
"""How long after a line its text is told on suspicion of being all."""
END_SILENCE_MS = 300
"""How long after a line its final comes."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one side says from when to when (audio time)."""

    leg: int
    start_ms: int
    end_ms: int
    text: str
    confidence: float = 0.9
    alternatives: tuple[Alternative, ...] = ()
    text_at_pause: str | None = None
    """What was heard up to a pause in the line; None where the pause is the end of it."""


class ScriptedEngine:
    """Opens legs in the order customer, agent, customer, agent, … as calls do.

    Attributes:
        lags: From which audio time on the first leg of a call is how far behind, the latest first.

    Args:
        lines: What is said in every call.
        breaks_at_ms: The first leg of a call stops working at this audio time, as if its model had crashed.
    """

    def __init__(self, lines: Sequence[Line], *, legs_per_call: int = 2, breaks_at_ms: int | None = None) -> None:
        self.lines = list(lines)
        self.breaks_at_ms = breaks_at_ms
        self.legs: list[ScriptedLeg] = []
        self.lags: list[tuple[int, int]] = []
        self._legs_per_call = legs_per_call

    async def warm_up(self) -> None:
        """Nothing to load."""

    async def aclose(self) -> None:
        """Close every leg."""
        for leg in self.legs:
            await leg.aclose()

    async def ready(self) -> None:
        return

    def open_leg(self, leg_id: UUID, *, sample_rate_hz: int, overflow: Overflow, start_sample: int = 0) -> ScriptedLeg:
        number = len(self.legs) % self._legs_per_call
        breaks_at_ms = self.breaks_at_ms if number == 0 else None
        lines = [line for line in self.lines if line.leg == number]
        leg = ScriptedLeg(leg_id, lines, sample_rate_hz, start_sample, overflow, breaks_at_ms)
        leg.lags = self.lags if number == 0 else []
        self.legs.append(leg)
        return leg


class ScriptedLeg:
    """One leg: a partial when half a line was fed, one at the pause behind it, the final when more silence was."""

    def __init__(
        self,
        leg_id: UUID,
        lines: Sequence[Line],
        sample_rate_hz: int,
        start_sample: int,
        overflow: Overflow,
        breaks_at_ms: int | None,
    ) -> None:
        self.leg_id = leg_id
        self.overflow = overflow
        self.start_ms = samples_to_ms(start_sample, sample_rate_hz)
        self.is_closed = False
        self.lag_ms = 0
        self.lags: list[tuple[int, int]] = []
        self._rate = sample_rate_hz
        self._next_sample = start_sample
        self._breaks_at_ms = breaks_at_ms
        self._waiting = [line for line in lines if line.start_ms >= self.start_ms]
        self._halves: set[int] = set()
        self._paused: set[int] = set()
        self._outbox: BoundedChannel[TranscriptEvent] = BoundedChannel(256, Overflow.WAIT)

    @property
    def behind_ms(self) -> int:
        return self.lag_ms

    @property
    def fed_ms(self) -> int:
        return samples_to_ms(self._next_sample, self._rate)

    async def feed(self, chunk: AudioChunk) -> None:
        self.lag_ms = next((lag for from_ms, lag in self.lags if chunk.end_ms >= from_ms), 0)
        if chunk.sample_rate_hz != self._rate or chunk.start_sample < self._next_sample:
            raise AudioGapError("fed before", expected_sample=self._next_sample, start_sample=chunk.start_sample)
        self._next_sample = chunk.end_sample
        await self._tell(chunk.end_ms)

    async def finish(self) -> None:
        for line in self._waiting:
            if line.start_ms < self.fed_ms:
                await self._outbox.put(self._final(line, min(line.end_ms, self.fed_ms), EndReason.STREAM_END))
        await self._outbox.close()

    def events(self) -> AsyncIterator[TranscriptEvent]:
        return self._outbox.__aiter__()

    async def aclose(self) -> None:
        self.is_closed = True
        await self._outbox.close()

    async def _tell(self, fed_ms: int) -> None:
        if self._breaks_at_ms is not None and fed_ms >= self._breaks_at_ms:
            await self._outbox.close()
            return
        while self._waiting:
            line = self._waiting[0]
            if fed_ms >= (line.start_ms + line.end_ms) // 2 and line.start_ms not in self._halves:
                self._halves.add(line.start_ms)
                await self._outbox.put(self._partial(line, fed_ms))
            if fed_ms >= line.end_ms + PAUSE_MS and line.start_ms not in self._paused:
                self._paused.add(line.start_ms)
                await self._outbox.put(self._pause(line))
            if fed_ms < line.end_ms + END_SILENCE_MS:
                return
            del self._waiting[0]
            await self._outbox.put(self._final(line, line.end_ms, EndReason.SILENCE))

    def _segment_id(self, line: Line) -> UUID:
        return uuid5(self.leg_id, f"{self.start_ms}:{line.start_ms}")

    def _partial(self, line: Line, heard_ms: int) -> TranscriptPartial:
        text = line.text[: len(line.text) // 2]
        return TranscriptPartial(self.leg_id, self._segment_id(line), 0, line.start_ms, heard_ms, text, "zh")

    def _pause(self, line: Line) -> TranscriptPartial:
        return TranscriptPartial(
            self.leg_id,
            self._segment_id(line),
            1,
            line.start_ms,
            line.end_ms,
            line.text if line.text_at_pause is None else line.text_at_pause,
            "zh",
            is_pause=True,
            confidence=line.confidence,
            alternatives=line.alternatives,
        )

    def _final(self, line: Line, end_ms: int, reason: EndReason) -> TranscriptFinal:
        return TranscriptFinal(
            leg_id=self.leg_id,
            segment_id=self._segment_id(line),
            start_ms=line.start_ms,
            end_ms=end_ms,
            text=line.text,
            confidence=line.confidence,
            language="zh",
            end_reason=reason,
            engine="scripted",
            latency_ms=0,
            alternatives=line.alternatives,
        )
