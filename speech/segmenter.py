"""Where speech begins and ends on one leg: chunks and speech probabilities in, boundaries out, in audio time.

No input or output, no clock, no model: everything follows from the samples fed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

from kit.errors import ProtocolError
from speech.audio import AudioChunk
from speech.events import EndReason, SegmentEnded, SegmentEvent, SegmentStarted

CUT_SEARCH_SHARE = 0.4
"""How much of a too long segment, counted from its end, is searched for the best place to cut."""


class AudioGapError(ProtocolError):
    """A chunk does not follow the one before it."""

    code = "audio_gap"
    http_status = 400


@dataclass(frozen=True, slots=True)
class SegmenterRules:
    """Thresholds; all times in milliseconds of audio.

    Attributes:
        sample_rate_hz: Of every chunk.
        speech_threshold: Probability at which speech begins.
        silence_threshold: Probability below which a segment hears silence; the gap between the two is hysteresis.
        min_speech_ms: Uninterrupted speech that makes a segment.
        pre_roll_ms: Kept from before the onset; never reaches into the previous segment.
        end_silence_ms: Silence that ends a segment.
        max_segment_ms: Length at which running speech is cut.
    """

    sample_rate_hz: int
    speech_threshold: float = 0.5
    silence_threshold: float = 0.35
    min_speech_ms: int = 96
    pre_roll_ms: int = 400
    end_silence_ms: int = 512
    max_segment_ms: int = 14_000

    def __post_init__(self) -> None:
        if not 0.0 < self.silence_threshold <= self.speech_threshold < 1.0:
            raise ValueError("thresholds must satisfy 0 < silence_threshold <= speech_threshold < 1")
        if self.max_segment_ms <= 2 * (self.pre_roll_ms + self.end_silence_ms + self.min_speech_ms):
            raise ValueError("max_segment_ms leaves no room for speech")


@dataclass(slots=True)
class _Segment:
    segment_id: UUID
    start_ms: int
    speech_end_ms: int
    history: deque[tuple[int, int, float]]
    """(start_ms, end_ms, speech probability) of the chunks that a cut may fall into."""


class Segmenter:
    """Finds the segments of one leg.

    Every `SegmentStarted` is followed by exactly one `SegmentEnded` of the same id; segments never overlap and come
    in the order of time. A segment cut at its maximum length is followed at once by the next, without a hole.
    """

    def __init__(self, rules: SegmenterRules, *, start_sample: int = 0, new_id: Callable[[], UUID] = uuid4) -> None:
        self._rules = rules
        self._new_id = new_id
        self._next_sample = start_sample
        self._last_end_ms = start_sample * 1000 // rules.sample_rate_hz
        self._onset_ms: int | None = None
        self._segment: _Segment | None = None
        self._now_ms = self._last_end_ms

    @property
    def now_ms(self) -> int:
        """Audio time reached."""
        return self._now_ms

    @property
    def open_segment_id(self) -> UUID | None:
        """The segment that has started and not ended."""
        return self._segment.segment_id if self._segment else None

    @property
    def open_start_ms(self) -> int:
        """Where the open segment began; now, when none is open."""
        return self._segment.start_ms if self._segment else self._now_ms

    @property
    def open_speech_end_ms(self) -> int:
        """Up to where speech was heard in the open segment; now, when none is open."""
        return self._segment.speech_end_ms if self._segment else self._now_ms

    @property
    def needed_from_ms(self) -> int:
        """Audio before this time can no longer become part of a segment."""
        if self._segment:
            return self._segment.start_ms
        onset = self._now_ms if self._onset_ms is None else self._onset_ms
        return self._with_pre_roll(onset)

    def feed(self, chunk: AudioChunk, speech_probability: float) -> list[SegmentEvent]:
        """Advance by one chunk and return the boundaries it completed, oldest first.

        Args:
            chunk: PCM at the rate of the rules, 10-60 ms, contiguous with the last.
            speech_probability: VAD output for this chunk, 0.0-1.0.

        Raises:
            AudioGapError: The chunk does not begin where the previous one ended, or has another rate.
        """
        self._check(chunk)
        self._next_sample = chunk.end_sample
        self._now_ms = chunk.end_ms
        if self._segment is None:
            return self._listen(chunk, speech_probability)
        return self._continue(self._segment, chunk, speech_probability)

    def finish(self) -> list[SegmentEvent]:
        """End the stream: the open segment, if any, ends where speech was last heard."""
        self._onset_ms = None
        return [self._end(self._segment, EndReason.STREAM_END)] if self._segment else []

    def _check(self, chunk: AudioChunk) -> None:
        if chunk.sample_rate_hz != self._rules.sample_rate_hz or chunk.start_sample != self._next_sample:
            raise AudioGapError(
                "The audio does not continue where the last chunk ended.",
                expected_sample=self._next_sample,
                start_sample=chunk.start_sample,
                sample_rate_hz=chunk.sample_rate_hz,
            )

    def _listen(self, chunk: AudioChunk, probability: float) -> list[SegmentEvent]:
        bar = self._rules.speech_threshold if self._onset_ms is None else self._rules.silence_threshold
        if probability < bar:
            self._onset_ms = None
            return []
        if self._onset_ms is None:
            self._onset_ms = chunk.start_ms
        if chunk.end_ms - self._onset_ms < self._rules.min_speech_ms:
            return []
        start_ms = self._with_pre_roll(self._onset_ms)
        self._onset_ms = None
        return [self._start(start_ms, chunk.end_ms)]

    def _continue(self, segment: _Segment, chunk: AudioChunk, probability: float) -> list[SegmentEvent]:
        segment.history.append((chunk.start_ms, chunk.end_ms, probability))
        search_from_ms = chunk.end_ms - int(self._rules.max_segment_ms * CUT_SEARCH_SHARE)
        while segment.history[0][0] < search_from_ms:
            segment.history.popleft()
        if probability >= self._rules.silence_threshold:
            segment.speech_end_ms = chunk.end_ms
        if chunk.end_ms - segment.speech_end_ms >= self._rules.end_silence_ms:
            return [self._end(segment, EndReason.SILENCE)]
        if chunk.end_ms - segment.start_ms >= self._rules.max_segment_ms:
            return self._cut(segment)
        return []

    def _cut(self, segment: _Segment) -> list[SegmentEvent]:
        # The latest of the quietest chunks: what follows it goes to the next segment.
        cut_start_ms, cut_end_ms, _ = min(segment.history, key=lambda item: (item[2], -item[0]))
        cut_ms = (cut_start_ms + cut_end_ms) // 2
        heard_to_ms = segment.speech_end_ms
        segment.speech_end_ms = min(cut_ms, heard_to_ms)
        events: list[SegmentEvent] = [self._end(segment, EndReason.MAX_LENGTH)]
        if heard_to_ms > cut_end_ms:
            later = [item for item in segment.history if item[0] >= cut_end_ms]
            events.append(self._start(cut_ms, heard_to_ms, later))
        return events

    def _start(
        self, start_ms: int, speech_end_ms: int, history: list[tuple[int, int, float]] | None = None
    ) -> SegmentStarted:
        self._segment = _Segment(self._new_id(), start_ms, speech_end_ms, deque(history or ()))
        return SegmentStarted(self._segment.segment_id, start_ms)

    def _end(self, segment: _Segment, reason: EndReason) -> SegmentEnded:
        self._segment = None
        self._last_end_ms = segment.speech_end_ms
        return SegmentEnded(segment.segment_id, segment.start_ms, segment.speech_end_ms, reason)

    def _with_pre_roll(self, onset_ms: int) -> int:
        return max(self._last_end_ms, onset_ms - self._rules.pre_roll_ms)
