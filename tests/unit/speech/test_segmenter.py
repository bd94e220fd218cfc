from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.audio import AudioChunk, ms_to_samples
from speech.events import EndReason, SegmentEnded, SegmentEvent, SegmentStarted
from speech.segmenter import AudioGapError, Segmenter, SegmenterRules

pytestmark = pytest.mark.unit

RATE = 16_000
RULES = SegmenterRules(
    sample_rate_hz=RATE, min_speech_ms=100, pre_roll_ms=240, end_silence_ms=500, max_segment_ms=5_000
)


def feed_all(
    spans: list[tuple[int, float]], *, chunk_ms: int = 20, rules: SegmenterRules = RULES
) -> list[SegmentEvent]:
    """Feed (duration_ms, speech probability) spans, then finish."""
    segmenter = Segmenter(rules)
    probabilities = [probability for duration_ms, probability in spans for _ in range(duration_ms)]
    events: list[SegmentEvent] = []
    for start_ms in range(0, len(probabilities) - len(probabilities) % chunk_ms, chunk_ms):
        inside = probabilities[start_ms : start_ms + chunk_ms]
        events += segmenter.feed(silent_chunk(start_ms, chunk_ms), sum(inside) / len(inside))
    return events + segmenter.finish()


def silent_chunk(start_ms: int, duration_ms: int, rate: int = RATE) -> AudioChunk:
    return AudioChunk(bytes(2 * ms_to_samples(duration_ms, rate)), rate, ms_to_samples(start_ms, rate))


def ended(events: list[SegmentEvent]) -> list[SegmentEnded]:
    return [event for event in events if isinstance(event, SegmentEnded)]


def test_speech_between_silences_is_one_segment_with_pre_roll_and_ends_where_speech_ended():
    (start, end) = feed_all([(1000, 0.0), (800, 0.9), (1000, 0.0)])
    assert isinstance(start, SegmentStarted)
    assert isinstance(end, SegmentEnded)
    assert (start.start_ms, end.start_ms, end.end_ms, end.reason) == (760, 760, 1800, EndReason.SILENCE)
    assert start.segment_id == end.segment_id


def test_click_shorter_than_min_speech_is_no_segment():
    assert feed_all([(500, 0.0), (80, 0.99), (1000, 0.0)]) == []


def test_pause_shorter_than_end_silence_stays_inside_the_segment():
    assert len(ended(feed_all([(200, 0.0), (600, 0.9), (400, 0.0), (600, 0.9), (800, 0.0)]))) == 1


def test_doubtful_probability_continues_a_segment_but_does_not_begin_one():
    doubtful = (RULES.speech_threshold + RULES.silence_threshold) / 2
    assert feed_all([(2000, doubtful)]) == []
    (end,) = ended(feed_all([(300, 0.9), (1000, doubtful), (700, 0.0)]))
    assert end.end_ms == 1300


def test_pre_roll_never_reaches_into_the_previous_segment():
    first, second = ended(feed_all([(300, 0.0), (400, 0.9), (500, 0.0), (60, 0.0), (400, 0.9), (600, 0.0)]))
    assert second.start_ms >= first.end_ms


def test_first_word_at_the_very_beginning_starts_at_zero():
    (end,) = ended(feed_all([(400, 0.9), (600, 0.0)]))
    assert end.start_ms == 0


def test_end_of_stream_closes_the_open_segment():
    (end,) = ended(feed_all([(200, 0.0), (700, 0.9), (100, 0.0)]))
    assert (end.end_ms, end.reason) == (900, EndReason.STREAM_END)


def test_too_long_speech_is_cut_where_speech_was_least_likely_and_goes_on_without_a_hole():
    first, second = ended(feed_all([(4000, 0.9), (100, 0.5), (2500, 0.9), (800, 0.0)]))
    assert first.reason is EndReason.MAX_LENGTH
    assert 4000 <= first.end_ms <= 4100
    assert second.start_ms == first.end_ms
    assert (second.end_ms, second.reason) == (6600, EndReason.SILENCE)


def test_cut_in_the_closing_silence_starts_no_empty_segment():
    rules = SegmenterRules(sample_rate_hz=RATE, end_silence_ms=500, max_segment_ms=2_000)
    (end,) = ended(feed_all([(1700, 0.9), (2000, 0.0)], rules=rules))
    assert end.reason is EndReason.MAX_LENGTH
    assert end.end_ms <= 1700


@pytest.mark.parametrize("chunk", [silent_chunk(40, 20), silent_chunk(0, 20), silent_chunk(20, 20, rate=8000)])
def test_chunk_that_does_not_continue_the_audio_is_refused(chunk: AudioChunk):
    segmenter = Segmenter(RULES)
    segmenter.feed(silent_chunk(0, 20), 0.0)
    with pytest.raises(AudioGapError) as caught:
        segmenter.feed(chunk, 0.0)
    assert caught.value.error_code == "audio_gap"


def test_rules_without_room_for_speech_are_refused():
    with pytest.raises(ValueError, match="max_segment_ms"):
        SegmenterRules(sample_rate_hz=RATE, max_segment_ms=900)
    with pytest.raises(ValueError, match="thresholds"):
        SegmenterRules(sample_rate_hz=RATE, speech_threshold=0.3, silence_threshold=0.5)


SPANS = st.lists(
    st.tuples(st.integers(1, 40).map(lambda steps: steps * 60), st.sampled_from([0.0, 0.2, 0.42, 0.7, 0.95])),
    min_size=1,
    max_size=25,
)


@given(SPANS, st.sampled_from([10, 20, 30, 60]))
def test_every_start_has_exactly_one_end_and_segments_never_overlap(spans: list[tuple[int, float]], chunk_ms: int):
    events = feed_all(spans, chunk_ms=chunk_ms)
    open_id = None
    for event in events:
        if isinstance(event, SegmentStarted):
            assert open_id is None
            open_id = event.segment_id
        else:
            assert event.segment_id == open_id
            open_id = None
    assert open_id is None
    ends = ended(events)
    assert all(end.start_ms < end.end_ms for end in ends)
    assert all(end.end_ms - end.start_ms <= RULES.max_segment_ms + chunk_ms for end in ends)
    assert all(before.end_ms <= after.start_ms for before, after in pairwise(ends))
    assert len({end.segment_id for end in ends}) == len(ends)


@given(SPANS)
def test_boundaries_do_not_depend_on_the_size_of_the_chunks(spans: list[tuple[int, float]]):
    coarse, fine = (ended(feed_all(spans, chunk_ms=chunk_ms)) for chunk_ms in (20, 10))
    assert [end.reason for end in coarse] == [end.reason for end in fine]
    for one, other in zip(coarse, fine, strict=True):
        assert abs(one.start_ms - other.start_ms) <= 40
        assert abs(one.end_ms - other.end_ms) <= 40
