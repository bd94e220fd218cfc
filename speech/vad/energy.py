"""A detector without a model: loudness against a noise floor that adapts."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from speech.vad.base import VADCapabilities, VADStream
from speech.vad.loudness import NoiseFloor, loudness_db

FLOOR_START_DB = -60.0
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
        self._floor = NoiseFloor(FLOOR_START_DB)

    def probabilities(self, frames: Sequence[bytes]) -> list[float]:
        return [self._probability(frame) for frame in frames]

    def reset(self) -> None:
        self._floor = NoiseFloor(FLOOR_START_DB)

    def _probability(self, frame: bytes) -> float:
        above_db = self._floor.above_db(loudness_db(np.frombuffer(frame, dtype="<i2").astype(np.float32) / 32768.0))
        return 1.0 / (1.0 + math.exp((SPEECH_ABOVE_FLOOR_DB - above_db) / SLOPE_DB))
