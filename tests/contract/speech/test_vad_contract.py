from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from speech.audio import AudioChunk
from speech.front_end import FrontEndRules, LegFrontEnd, WindowKind
from speech.recording import RecordingLimits, open_recording
from speech.resampler import StreamResampler
from speech.segmenter import Segmenter, SegmenterRules
from speech.vad.base import VoiceActivityDetector
from speech.vad.energy import EnergyVAD
from speech.vad.silero import SileroVAD

pytestmark = pytest.mark.contract

CALL = Path(__file__).parents[2] / "fixtures" / "speech" / "two_party_call.flac"


class VADContract:
    """What every detector owes its callers."""

    def make(self) -> VoiceActivityDetector:
        raise NotImplementedError

    @pytest.fixture
    def detector(self) -> VoiceActivityDetector:
        detector = self.make()
        detector.warm_up()
        detector.warm_up()
        return detector

    def frames(self, detector: VoiceActivityDetector, seconds: float, level: float) -> list[bytes]:
        size = detector.capabilities.frame_samples
        count = int(seconds * detector.capabilities.sample_rate_hz / size)
        noise = np.random.default_rng(3).normal(0, level, (count, size)) if level else np.zeros((count, size))
        return [frame.astype("<i2").tobytes() for frame in noise]

    def test_silence_is_no_speech(self, detector: VoiceActivityDetector):
        assert max(detector.open(source_rate_hz=8000).probabilities(self.frames(detector, 5, 0))) < 0.35

    def test_steady_line_noise_is_no_speech_in_the_end(self, detector: VoiceActivityDetector):
        probabilities = detector.open(source_rate_hz=8000).probabilities(self.frames(detector, 30, 60))
        assert max(probabilities[-100:]) < 0.35

    def test_probabilities_are_probabilities_one_for_each_frame(self, detector: VoiceActivityDetector):
        frames = self.frames(detector, 2, 8000)
        probabilities = detector.open(source_rate_hz=16_000).probabilities(frames)
        assert len(probabilities) == len(frames)
        assert all(0.0 <= probability <= 1.0 for probability in probabilities)
        assert detector.open(source_rate_hz=16_000).probabilities([]) == []

    def test_grouping_of_frames_does_not_change_the_result(self, detector: VoiceActivityDetector):
        frames = self.frames(detector, 3, 3000)
        one, other = detector.open(source_rate_hz=8000), detector.open(source_rate_hz=8000)
        by_one = [probability for frame in frames for probability in one.probabilities([frame])]
        by_seven = [p for at in range(0, len(frames), 7) for p in other.probabilities(frames[at : at + 7])]
        assert by_seven == pytest.approx(by_one, abs=1e-3)

    def test_streams_do_not_hear_each_other_and_reset_forgets(self, detector: VoiceActivityDetector):
        frames = self.frames(detector, 2, 3000)
        fresh = detector.open(source_rate_hz=8000).probabilities(frames)
        used = detector.open(source_rate_hz=8000)
        used.probabilities(self.frames(detector, 2, 12_000))
        used.reset()
        assert used.probabilities(frames) == pytest.approx(fresh, abs=1e-3)

    def test_sentences_of_a_telephone_call_are_found_on_each_side(self, detector: VoiceActivityDetector):
        assert_call_is_found(detector)


def assert_call_is_found(detector: VoiceActivityDetector, *, packed_at_hz: int = 8000, noise: float = 0.0) -> None:
    """The call has 9.7 s of customer and 6.1 s of agent, pauses between and inside sentences included."""
    customer_ms, agent_ms = (speech_ms(detector, leg, packed_at_hz=packed_at_hz, noise=noise) for leg in (0, 1))
    assert 6500 <= customer_ms <= 10_500
    assert 4000 <= agent_ms <= 7000


def speech_ms(detector: VoiceActivityDetector, leg: int, *, packed_at_hz: int, noise: float) -> int:
    """Return how much speech is found on a leg of the call, with noise of a line and in a file of another rate."""
    recording = open_recording([CALL], limits=RecordingLimits())
    pcm = b"".join(chunk.pcm for index, chunk in recording.chunks() if index == leg)
    samples = np.frombuffer(pcm, "<i2").astype(np.float64)
    samples += np.random.default_rng(5).normal(0, noise, samples.size) if noise else 0.0
    resampler = StreamResampler(recording.sample_rate_hz, packed_at_hz)
    packed = resampler.feed(np.clip(samples, -32768, 32767).astype("<i2").tobytes()) + resampler.flush()
    capabilities = detector.capabilities
    front_end = LegFrontEnd(
        FrontEndRules(capabilities.sample_rate_hz, capabilities.frame_samples, 1000, 256),
        Segmenter(SegmenterRules(sample_rate_hz=capabilities.sample_rate_hz)),
        detector.open(source_rate_hz=packed_at_hz),
        source_rate_hz=packed_at_hz,
        start_sample=0,
    )
    windows = front_end.feed([AudioChunk(packed, packed_at_hz, 0)]) + front_end.finish()
    return sum(window.end_ms - window.start_ms for window in windows if window.kind is WindowKind.FINAL)


class TestSilero(VADContract):
    def make(self) -> VoiceActivityDetector:
        return SileroVAD()

    def test_needs_warm_up(self):
        with pytest.raises(RuntimeError, match="warm_up"):
            SileroVAD().open(source_rate_hz=8000)

    @pytest.mark.parametrize("hz", [350, 440, 950])
    def test_tones_of_the_line_are_no_speech(self, detector: VoiceActivityDetector, hz: int):
        at = np.arange(512 * 90) / 16_000
        tone = (np.sin(at * 2 * np.pi * hz) * 6000).astype("<i2").tobytes()
        frames = [tone[start : start + 1024] for start in range(0, len(tone), 1024)]
        probabilities = detector.open(source_rate_hz=8000).probabilities(frames)
        assert np.mean(np.array(probabilities) > 0.5) < 0.1

    @pytest.mark.parametrize("packed_at_hz", [8000, 16_000, 48_000])
    def test_telephone_call_with_line_noise_is_found_in_a_file_of_any_rate(
        self, detector: VoiceActivityDetector, packed_at_hz: int
    ):
        assert_call_is_found(detector, packed_at_hz=packed_at_hz, noise=120.0)


class TestEnergy(VADContract):
    def make(self) -> VoiceActivityDetector:
        return EnergyVAD()
