from __future__ import annotations

import numpy as np
import pytest

from speech.resampler import StreamResampler
from speech.vad.band import BandGauge

pytestmark = pytest.mark.unit

RATE, FRAME = 16_000, 512


def frames_of(pcm: bytes, source_rate_hz: int) -> list[np.ndarray]:
    resampler = StreamResampler(source_rate_hz, RATE)
    samples = np.frombuffer(resampler.feed(pcm) + resampler.flush(), "<i2").astype(np.float32) / 32768
    return [samples[at : at + FRAME] for at in range(0, len(samples) - FRAME, FRAME)]


def noise(source_rate_hz: int, level: float) -> bytes:
    return np.random.default_rng(7).normal(0, level, 2 * source_rate_hz).astype("<i2").tobytes()


@pytest.mark.parametrize("level", [30.0, 300.0, 6000.0])
@pytest.mark.parametrize(("source_rate_hz", "is_telephone"), [(8000, True), (16_000, False), (48_000, False)])
def test_upper_band_tells_a_telephone(source_rate_hz: int, is_telephone: bool, level: float):
    gauge = BandGauge(RATE, FRAME)
    said = [gauge.is_telephone(frame) for frame in frames_of(noise(source_rate_hz, level), source_rate_hz)]
    assert set(said[2:]) == {is_telephone}


def test_digital_silence_has_no_band_and_changes_none():
    gauge = BandGauge(RATE, FRAME)
    silence = np.zeros(FRAME, np.float32)
    assert not gauge.is_telephone(silence)
    for frame in frames_of(noise(8000, 300.0), 8000):
        gauge.is_telephone(frame)
    assert all(gauge.is_telephone(silence) for _ in range(30))


def test_whole_voice_after_a_telephone_is_noticed():
    gauge = BandGauge(RATE, FRAME)
    for frame in frames_of(noise(8000, 300.0), 8000):
        gauge.is_telephone(frame)
    said = [gauge.is_telephone(frame) for frame in frames_of(noise(RATE, 300.0), RATE)]
    assert not any(said[5:])
