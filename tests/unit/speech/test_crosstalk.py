"""A side that only repeats the other one is silent, and two equal sides are one call; other calls stay as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from speech.recording import Recording, RecordingLimits, open_recording
from tests.unit.speech.test_recording import write_wav

pytestmark = pytest.mark.unit
RATE = 8000
Samples = np.ndarray[Any, Any]


def voice(seed: int, seconds: float = 3.0) -> Samples:
    """Return noise with the spectrum and the rhythm of speech, at -20 dB."""
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal(int(seconds * RATE))
    spectrum = np.fft.rfft(noise)
    hz = np.fft.rfftfreq(len(noise), 1 / RATE)
    shaped = np.fft.irfft(spectrum / (1 + (hz / 500) ** 2) * (hz > 80), len(noise))
    rhythm = 0.3 + np.repeat(rng.random(int(seconds * 5) + 1), RATE // 5)[: len(noise)]
    shaped *= rhythm
    return shaped / np.sqrt(np.mean(shaped**2)) * 0.1


def silence(seconds: float = 3.0) -> Samples:
    return np.random.default_rng(9).standard_normal(int(seconds * RATE)) * 10 ** (-80 / 20)


def delayed(samples: Samples, ms: int) -> Samples:
    shift = ms * RATE // 1000
    return np.concatenate([np.zeros(shift), samples])[: len(samples)]


def opened(tmp_path: Path, left: Samples, right: Samples) -> Recording:
    channels = [np.clip(side * 32767, -32768, 32767).astype("<i2") for side in (left, right)]
    return open_recording([write_wav(tmp_path / "call.wav", *channels)], limits=RecordingLimits())


def heard(recording: Recording, leg: int) -> Samples:
    pcm = b"".join(chunk.pcm for number, chunk in recording.chunks() if number == leg)
    return np.frombuffer(pcm, "<i2").astype(float) / 32768


@pytest.mark.parametrize(("gain", "ms"), [(1.0, 0), (-1.0, 0), (0.8, 0), (1.0, 30), (1.0, 20)])
def test_equal_sides_are_one_call(tmp_path: Path, gain: float, ms: int) -> None:
    customer = voice(1, 6.0)
    recording = opened(tmp_path, customer, gain * delayed(customer, ms))
    assert (recording.leg_count, recording.is_one_side_twice) == (1, True)
    assert len(heard(recording, 0)) == len(customer)


@pytest.mark.parametrize("db", [-12, -24, -34])
@pytest.mark.parametrize("ms", [0, 15, 120])
@pytest.mark.parametrize("side", [0, 1])
def test_leak_is_silent_and_the_own_voice_stays(tmp_path: Path, db: int, ms: int, side: int) -> None:
    customer, agent = voice(1), voice(2)
    talk = np.concatenate([customer, silence(), customer, silence()])
    other = np.concatenate([silence(), agent, silence(), agent]) + delayed(talk, ms) * 10 ** (db / 20)
    recording = opened(tmp_path, *((other, talk) if side == 0 else (talk, other)))
    assert recording.leg_count == 2
    got, voiced = heard(recording, side), slice(int(3.5 * RATE), int(5.7 * RATE))
    assert np.abs(got[int(0.3 * RATE) : int(2.4 * RATE)]).max() < 1e-3
    np.testing.assert_allclose(got[voiced], other[voiced], atol=1e-3)
    np.testing.assert_allclose(heard(recording, 1 - side), talk, atol=1e-3)


def test_two_voices_at_once_stay(tmp_path: Path) -> None:
    left, right = voice(3, 6.0), voice(4, 6.0)
    recording = opened(tmp_path, left, right + 0.05 * left)
    assert (recording.leg_count, recording.repeated_ms) == (2, ((), ()))


@pytest.mark.parametrize("quiet", [0.0, 0.5])
def test_silent_side_is_no_copy(tmp_path: Path, quiet: float) -> None:
    recording = opened(tmp_path, voice(5, 6.0), silence(6.0) * quiet)
    assert (recording.leg_count, recording.repeated_ms) == (2, ((), ()))
