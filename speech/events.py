"""What transcription tells the room above; frozen, leaf types.

A segment has any number of partials and exactly one final, even when nothing was understood (`text` is then
empty). Times are audio time: milliseconds since the leg's first sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class EndReason(StrEnum):
    """Why a segment ended; `MAX_LENGTH` is a cut in running speech, not an endpoint."""

    SILENCE = "silence"
    MAX_LENGTH = "max_length"
    STREAM_END = "stream_end"


@dataclass(frozen=True, slots=True)
class SegmentStarted:
    """Speech began."""

    segment_id: UUID
    start_ms: int


@dataclass(frozen=True, slots=True)
class SegmentEnded:
    """Speech ended; `end_ms` is the end of speech, not of the silence that proved it."""

    segment_id: UUID
    start_ms: int
    end_ms: int
    reason: EndReason


SegmentEvent = SegmentStarted | SegmentEnded


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another text that the same speech may be.

    Attributes:
        text: In the same form as the text that was preferred to it.
        confidence: 0..1, the mean token probability, by sound alone.
    """

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class TextChange:
    """A place where a text was changed after the recogniser wrote it, or is written otherwise than it was said.

    Attributes:
        start: First character of the place in the text (Unicode code points).
        end: One past the last.
        heard: What the recogniser wrote there, in Simplified characters.
        written: What a reader is shown there: the mended word, or figures for a spoken number.
    """

    start: int
    end: int
    heard: str
    written: str


@dataclass(frozen=True, slots=True)
class TranscriptPartial:
    """What a running segment sounds like so far; replaced by the next partial or the final.

    Attributes:
        leg_id: The leg, as named by whoever opened it.
        segment_id: The segment; all its partials and its final share it.
        partial_index: Counts the partials of a segment from 0.
        start_ms: Where the segment began.
        end_ms: How far this partial heard.
        text: Simplified Chinese or English; may change.
        language: `zh` or `en`.
        is_pause: Whether the speaker has fallen silent and still is: unless more is said, the final says the same.
        confidence: As the final's; only at a pause.
        alternatives: As the final's; only at a pause.
    """

    leg_id: UUID
    segment_id: UUID
    partial_index: int
    start_ms: int
    end_ms: int
    text: str
    language: str
    is_pause: bool = False
    confidence: float = 0.0
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True)
class TranscriptFinal:
    """The one text of a segment.

    Attributes:
        leg_id: The leg.
        segment_id: The segment.
        start_ms: Where speech began.
        end_ms: Where speech ended.
        text: Simplified Chinese or English; empty when a guard rejected everything (noise, hallucination).
        confidence: 0..1, the mean token probability of the decode.
        language: `zh` or `en`.
        end_reason: Why the segment ended.
        engine: Which path decoded it (`short_window`, `whole_window`, `stock`, or another engine's name).
        latency_ms: Wall milliseconds from the arrival of the chunk that ended the segment to this event.
        alternatives: What else was said, perhaps; likeliest first, none twice. Never shown, only searched with.
        changes: Mended words and spoken numbers, in order and without overlap.
    """

    leg_id: UUID
    segment_id: UUID
    start_ms: int
    end_ms: int
    text: str
    confidence: float
    language: str
    end_reason: EndReason
    engine: str
    latency_ms: int
    alternatives: tuple[Alternative, ...] = ()
    changes: tuple[TextChange, ...] = ()


@dataclass(frozen=True, slots=True)
class TranscriptionLagged:
    """Recognition is behind the audio by `lag_ms`; sent when the state changes, `lag_ms` 0 when caught up.

    Attributes:
        leg_id: The leg.
        lag_ms: Audio not yet heard, in milliseconds.
        dropped_chunks: Chunks lost so far to a full queue.
    """

    leg_id: UUID
    lag_ms: int
    dropped_chunks: int


TranscriptEvent = TranscriptPartial | TranscriptFinal | TranscriptionLagged
