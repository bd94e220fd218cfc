"""A detector without a model: loudness against a noise floor that adapts."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from speech.vad.base import VADCapabilities, VADStream

FLOOR_START_DB = -60.0
FLOOR_LOWEST_DB = -75.0
"""Below this a line is silent whatever its floor; µ-law idles near -72 dB of full scale."""
FLOOR_RISE_DB = 0.08
"""Per frame: a steady noise becomes floor within some ten seconds, a sentence does not."""
SPEECH_ABOVE_FLOOR_DB = 15.0
SLOPE_DB = 3.0


class EnergyVAD:
    """Says speech when a frame is clearly louder than the quietest recent ones."""

    capabilities = VADCapabilities(name="energy", sample_rate_hz=16_000, frame_samples=512)

    def warm_up(self) -> None:
        """Nothing to load."""

    def open(self, *, source_rate_hz: int) -> VADStream:
        """Begin a leg; loudness is judged alike at every rate."""
        return _EnergyStream()


class _EnergyStream:
    def __init__(self) -> None:
        self._floor_db = FLOOR_START_DB

    def probabilities(self, frames: Sequence[bytes]) -> list[float]:
        return [self._probability(frame) for frame in frames]

    def reset(self) -> None:
        self._floor_db = FLOOR_START_DB

    def _probability(self, frame: bytes) -> float:
        loudness_db = _loudness_db(frame)
        above_db = loudness_db - self._floor_db
        self._floor_db = max(FLOOR_LOWEST_DB, min(loudness_db, self._floor_db + FLOOR_RISE_DB))
        return 1.0 / (1.0 + math.exp((SPEECH_ABOVE_FLOOR_DB - above_db) / SLOPE_DB))


def _loudness_db(frame: bytes) -> float:
    samples = np.frombuffer(frame, dtype="<i2").astype(np.float32) / 32768.0
    power = float(np.mean(samples * samples)) if samples.size else 0.0
    return 10.0 * math.log10(power + 1e-10)
