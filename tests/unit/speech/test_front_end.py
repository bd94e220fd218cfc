from __future__ import annotations

from itertools import pairwise

import pytest

from speech.audio import AudioChunk
from speech.events import EndReason
from speech.front_end import TAIL_MS, FrontEndRules, LegFrontEnd, SpeechWindow, WindowKind
from speech.segmenter import AudioGapError, Segmenter, SegmenterRules
from speech.vad.energy import EnergyVAD
from tests.fakes.speech_recognizer import silence, tone

pytestmark = pytest.mark.unit

RATE = 8000
RULES = FrontEndRules(sample_rate_hz=16_000, frame_samples=512, partial_interval_ms=1000, pause_ms=256)
SENTENCE = (
    silence(500, sample_rate_hz=RATE) + tone(2400, sample_rate_hz=RATE, level=0.2) + silence(900, sample_rate_hz=RATE)
)


def make_front_end(start_sample: int = 0) -> LegFrontEnd:
    segmenter = Segmenter(SegmenterRules(sample_rate_hz=16_000), start_sample=start_sample * 2)
    return LegFrontEnd(
        RULES, segmenter, EnergyVAD().open(source_rate_hz=RATE), source_rate_hz=RATE, start_sample=start_sample
    )


def chunks_of(pcm: bytes, *, start_sample: int = 0, samples: int = 160) -> list[AudioChunk]:
    step = samples * 2
    return [AudioChunk(pcm[at : at + step], RATE, start_sample + at // 2) for at in range(0, len(pcm), step)]


def run(front_end: LegFrontEnd, chunks: list[AudioChunk], *, at_once: int = 1) -> list[SpeechWindow]:
    windows = [window for at in range(0, len(chunks), at_once) for window in front_end.feed(chunks[at : at + at_once])]
    return windows + front_end.finish()


def test_sentence_gives_partials_each_second_then_a_pause_then_the_final():
    windows = run(make_front_end(), chunks_of(SENTENCE))
    kinds = [window.kind for window in windows]
    assert kinds == [WindowKind.PARTIAL, WindowKind.PARTIAL, WindowKind.PAUSE, WindowKind.FINAL]
    assert len({window.segment_id for window in windows}) == 1
    assert all(before.end_ms <= after.end_ms for before, after in pairwise(windows))


def test_window_of_the_pause_is_the_window_of_the_final():
    *_, pause, final = run(make_front_end(), chunks_of(SENTENCE))
    assert (pause.start_ms, pause.end_ms, pause.pcm) == (final.start_ms, final.end_ms, final.pcm)
    assert final.end_reason is EndReason.SILENCE
    assert abs(final.end_ms - 2900) <= 64


def test_audio_of_the_final_holds_the_pre_roll_and_a_tail():
    final = run(make_front_end(), chunks_of(SENTENCE))[-1]
    heard_ms = len(final.pcm) / 32
    assert heard_ms == pytest.approx(final.end_ms - final.start_ms + TAIL_MS, abs=2)
    assert final.start_ms <= 500 - 200


@pytest.mark.parametrize("at_once", [2, 7, 50])
def test_result_does_not_depend_on_how_chunks_are_grouped(at_once: int):
    one_by_one = run(make_front_end(), chunks_of(SENTENCE * 2))
    grouped = run(make_front_end(), chunks_of(SENTENCE * 2), at_once=at_once)
    assert [(w.kind, w.start_ms, w.end_ms, w.pcm) for w in grouped] == [
        (w.kind, w.start_ms, w.end_ms, w.pcm) for w in one_by_one
    ]


def test_hole_in_the_audio_is_heard_as_silence_and_time_stays_true():
    chunks = chunks_of(SENTENCE[: 2 * 8 * 1500])
    after = chunks_of(SENTENCE, start_sample=8 * 6000)
    first, second = [window for window in run(make_front_end(), chunks + after) if window.kind is WindowKind.FINAL]
    assert first.end_ms <= 1600
    assert abs(second.end_ms - 8900) <= 64


def test_leg_taken_up_again_keeps_its_audio_time():
    start = 8 * 60_000
    final = run(make_front_end(start), chunks_of(SENTENCE, start_sample=start))[-1]
    assert abs(final.end_ms - 62_900) <= 64


def test_audio_heard_before_is_refused():
    front_end = make_front_end()
    first, *_ = chunks_of(SENTENCE)
    front_end.feed([first])
    with pytest.raises(AudioGapError):
        front_end.feed([first])


def test_stream_that_ends_in_mid_word_closes_the_segment():
    windows = run(make_front_end(), chunks_of(SENTENCE[: 2 * 8 * 2000]))
    assert windows[-1].end_reason is EndReason.STREAM_END
    assert abs(windows[-1].end_ms - 2000) <= 64


def test_open_window_is_known_while_someone_speaks():
    front_end = make_front_end()
    assert front_end.open_window is None
    front_end.feed(chunks_of(SENTENCE[: 2 * 8 * 2000]))
    assert front_end.open_window is not None


def test_partials_of_a_long_sentence_come_less_and_less_often():
    sentence = tone(11_000, sample_rate_hz=RATE, level=0.2) + silence(900, sample_rate_hz=RATE)
    windows = run(make_front_end(), chunks_of(silence(500, sample_rate_hz=RATE) + sentence))
    partials = [window for window in windows if window.kind is WindowKind.PARTIAL]
    gaps = [later.end_ms - earlier.end_ms for earlier, later in pairwise(partials)]
    assert gaps == sorted(gaps)
    assert gaps[0] == pytest.approx(1000, abs=40)
    assert len(partials) == 5
