"""One leg from raw chunks to windows worth decoding: resample, detect, segment, cut. No event loop, no recogniser."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from speech.audio import BYTES_PER_SAMPLE, AudioChunk, ms_to_samples, samples_to_ms
from speech.events import EndReason, SegmentEnded, SegmentStarted
from speech.resampler import StreamResampler
from speech.segmenter import AudioGapError, Segmenter
from speech.vad.base import VADStream

TAIL_MS = 96
"""Audio kept after the end of speech: the fading of a last syllable that the detector no longer counts. Not longer than
the pause, or the window decoded at a pause would not be the window of the final."""
PARTIAL_GROWTH = 0.4
"""A partial decodes its segment from the beginning, so a long segment is decoded less often: when this share of it is
new. A sentence of five seconds has three partials, one of ten has five."""
NO_PARTIALS_MS = 2**31
"""Interval of a leg without partials: longer than every segment."""
_FILL_BLOCK_MS = 500


class WindowKind(StrEnum):
    """What a window is decoded for."""

    PARTIAL = "partial"
    PAUSE = "pause"
    """Perhaps final: the speaker has just fallen silent."""
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class SpeechWindow:
    """Part or all of a segment, to be decoded.

    Attributes:
        kind: What for.
        segment_id: Of which segment.
        start_ms: Where the segment began.
        end_ms: Up to where speech was heard.
        pcm: Samples at the front end's rate, from `start_ms` to a little after `end_ms`.
        end_reason: For `FINAL` only.
    """

    kind: WindowKind
    segment_id: UUID
    start_ms: int
    end_ms: int
    pcm: bytes
    end_reason: EndReason | None = None


@dataclass(frozen=True, slots=True)
class FrontEndRules:
    """Times in milliseconds of audio; see `SpeechSettings` for what they mean."""

    sample_rate_hz: int
    frame_samples: int
    partial_interval_ms: int
    pause_ms: int


class LegFrontEnd:
    """The synchronous half of a leg; used by one thread at a time.

    A hole in the audio (chunks lost on the way) is heard as silence, so that audio time stays true.
    """

    def __init__(
        self, rules: FrontEndRules, segmenter: Segmenter, vad: VADStream, *, source_rate_hz: int, start_sample: int
    ) -> None:
        self._rules = rules
        self._segmenter = segmenter
        self._vad = vad
        self._source_rate_hz = source_rate_hz
        self._next_source_sample = start_sample
        self._resampler = StreamResampler(source_rate_hz, rules.sample_rate_hz)
        self._audio = _AudioWindow(rules.sample_rate_hz, segmenter.now_ms)
        self._pending = bytearray()
        self._decoded_to_ms = 0
        self._is_pause_seen = False

    @property
    def heard_ms(self) -> int:
        """Audio time that has been through the detector."""
        return self._segmenter.now_ms

    def is_silent_since(self, window: SpeechWindow) -> bool:
        """Whether the segment of a window has heard no more speech; also once it has ended."""
        is_open = self._segmenter.open_segment_id == window.segment_id
        return not is_open or self._segmenter.open_speech_end_ms <= window.end_ms

    @property
    def open_window(self) -> SpeechWindow | None:
        """The segment that has not ended, without its audio."""
        segment_id = self._segmenter.open_segment_id
        if segment_id is None:
            return None
        start_ms, end_ms = self._segmenter.open_start_ms, self._segmenter.open_speech_end_ms
        return SpeechWindow(WindowKind.FINAL, segment_id, start_ms, end_ms, b"", EndReason.STREAM_END)

    def feed(self, chunks: Sequence[AudioChunk]) -> list[SpeechWindow]:
        """Advance and return the windows that became due, oldest first.

        Raises:
            AudioGapError: A chunk has another rate, or begins before the end of the one before it.
        """
        windows: list[SpeechWindow] = []
        for is_fill, pcm in self._joined(chunks):
            windows += self._hear(self._resampler.feed(pcm), is_fill=is_fill)
        return windows

    def finish(self) -> list[SpeechWindow]:
        """End the stream and return the last windows."""
        frame_bytes = self._rules.frame_samples * BYTES_PER_SAMPLE
        rest = self._resampler.flush()
        missing = -(len(self._pending) + len(rest)) % frame_bytes
        windows = self._hear(rest + bytes(missing), is_fill=False)
        return windows + [self._final(event) for event in self._segmenter.finish() if isinstance(event, SegmentEnded)]

    def _joined(self, chunks: Sequence[AudioChunk]) -> Iterator[tuple[bool, bytes]]:
        """Yield contiguous runs of samples, and silence where there is a hole (marked true)."""
        run: list[bytes] = []
        for chunk in chunks:
            hole = chunk.start_sample - self._next_source_sample
            if hole < 0 or chunk.sample_rate_hz != self._source_rate_hz:
                raise AudioGapError(
                    "This audio was heard before, or has another rate.", start_sample=chunk.start_sample
                )
            if hole:
                yield False, b"".join(run)
                run = []
                yield from ((True, block) for block in self._silence(hole))
            run.append(chunk.pcm)
            self._next_source_sample = chunk.end_sample
        yield False, b"".join(run)

    def _silence(self, samples: int) -> Iterator[bytes]:
        block = ms_to_samples(_FILL_BLOCK_MS, self._source_rate_hz)
        for start in range(0, samples, block):
            yield bytes(min(block, samples - start) * BYTES_PER_SAMPLE)

    def _hear(self, pcm: bytes, *, is_fill: bool) -> list[SpeechWindow]:
        self._pending += pcm
        frame_bytes = self._rules.frame_samples * BYTES_PER_SAMPLE
        usable = len(self._pending) - len(self._pending) % frame_bytes
        frames = [bytes(self._pending[at : at + frame_bytes]) for at in range(0, usable, frame_bytes)]
        del self._pending[:usable]
        if is_fill:
            self._vad.reset()
        probabilities = [0.0] * len(frames) if is_fill else self._vad.probabilities(frames)
        return [
            window
            for frame, probability in zip(frames, probabilities, strict=True)
            for window in self._advance(frame, probability)
        ]

    def _advance(self, frame: bytes, probability: float) -> Iterator[SpeechWindow]:
        chunk = self._audio.append(frame)
        for event in self._segmenter.feed(chunk, probability):
            if isinstance(event, SegmentStarted):
                self._decoded_to_ms, self._is_pause_seen = event.start_ms, False
            else:
                yield self._final(event)
        segment_id = self._segmenter.open_segment_id
        if segment_id is not None and (kind := self._due()):
            yield self._running(kind, segment_id)
        self._audio.forget_before(self._segmenter.needed_from_ms)

    def _due(self) -> WindowKind | None:
        speech_end_ms = self._segmenter.open_speech_end_ms
        if self._segmenter.now_ms - speech_end_ms >= self._rules.pause_ms:
            if self._is_pause_seen:
                return None
            self._is_pause_seen = True
            return WindowKind.PAUSE
        if speech_end_ms < self._segmenter.now_ms:
            return None  # The next pause is decoded anyway.
        self._is_pause_seen = False
        new_ms = self._segmenter.now_ms - self._decoded_to_ms
        length_ms = self._segmenter.now_ms - self._segmenter.open_start_ms
        is_due = new_ms >= max(self._rules.partial_interval_ms, PARTIAL_GROWTH * length_ms)
        return WindowKind.PARTIAL if is_due else None

    def _running(self, kind: WindowKind, segment_id: UUID) -> SpeechWindow:
        if kind is WindowKind.PARTIAL:
            # A pause that is broken is given up, and the screen waits for the next partial.
            self._decoded_to_ms = self._segmenter.now_ms
        start_ms, end_ms = self._segmenter.open_start_ms, self._segmenter.open_speech_end_ms
        return SpeechWindow(kind, segment_id, start_ms, end_ms, self._audio.between(start_ms, end_ms + TAIL_MS))

    def _final(self, event: SegmentEnded) -> SpeechWindow:
        tail_ms = 0 if event.reason is EndReason.MAX_LENGTH else TAIL_MS
        pcm = self._audio.between(event.start_ms, event.end_ms + tail_ms)
        return SpeechWindow(WindowKind.FINAL, event.segment_id, event.start_ms, event.end_ms, pcm, event.reason)


class _AudioWindow:
    """The recent past of a leg, addressed by audio time."""

    def __init__(self, sample_rate_hz: int, start_ms: int) -> None:
        self._rate = sample_rate_hz
        self._first_sample = ms_to_samples(start_ms, sample_rate_hz)
        self._pcm = bytearray()

    def append(self, pcm: bytes) -> AudioChunk:
        chunk = AudioChunk(pcm, self._rate, self._first_sample + len(self._pcm) // BYTES_PER_SAMPLE)
        self._pcm += pcm
        return chunk

    def between(self, start_ms: int, end_ms: int) -> bytes:
        return bytes(self._pcm[self._at(start_ms) : self._at(end_ms)])

    def forget_before(self, ms: int) -> None:
        # Moving memory for each frame would cost more than keeping a second too much.
        if ms - samples_to_ms(self._first_sample, self._rate) >= 1000:
            at = self._at(ms)
            del self._pcm[:at]
            self._first_sample += at // BYTES_PER_SAMPLE

    def _at(self, ms: int) -> int:
        return max(0, ms_to_samples(ms, self._rate) - self._first_sample) * BYTES_PER_SAMPLE
