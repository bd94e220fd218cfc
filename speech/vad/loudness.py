"""Pure: how far a frame stands above the noise of its line, and what that says beside a model's opinion."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

FLOOR_LOWEST_DB = -75.0
"""Below this a line is silent whatever its floor; µ-law idles near -72 dB of full scale."""
FLOOR_RISE_DB = 0.08
"""Per frame: a steady noise becomes floor within some ten seconds, a sentence does not."""

NEUTRAL_DB = 6.0
DB_PER_LOG_ODD = 3.0
LEAST_LOG_ODDS, MOST_LOG_ODDS = -1.0, 2.0
"""A frame at the floor has its odds of speech divided by e; one 12 dB above it, or more, multiplied by e². Bounded, so
that neither a loud click (the model's 0.01 becomes 0.07) nor a leg that begins in mid-word (0.9 becomes 0.77) is
decided by loudness alone."""


class NoiseFloor:
    """Follows the quietest recent frames: down at once, up slowly."""

    def __init__(self, start_db: float | None = None) -> None:
        """Begin at a loudness, or at that of the first frame."""
        self._floor_db = start_db

    def above_db(self, loudness_db: float) -> float:
        """Take in a frame and return how far it stands above the floor that the frames before it left."""
        floor_db = self._floor_db if self._floor_db is not None else max(FLOOR_LOWEST_DB, loudness_db)
        self._floor_db = max(FLOOR_LOWEST_DB, min(loudness_db, floor_db + FLOOR_RISE_DB))
        return loudness_db - floor_db


def loudness_db(samples: npt.NDArray[np.float32]) -> float:
    """Return the mean power of samples in -1..1, in decibels of full scale."""
    power = float(np.mean(samples * samples)) if samples.size else 0.0
    return 10.0 * math.log10(power + 1e-10)


def weighed(probability: float, above_db: float) -> float:
    """Return a speech probability in the light of the frame's loudness, as two independent signs."""
    log_odds = max(LEAST_LOG_ODDS, min(MOST_LOG_ODDS, (above_db - NEUTRAL_DB) / DB_PER_LOG_ODD))
    odds = probability * math.exp(log_odds)
    return odds / (1.0 - probability + odds) if odds > 0.0 else 0.0
