"""Pure: whether audio comes from a telephone, whatever rate it was packed at.

A call recorded at 8 kHz often arrives in a file of another rate: Opus always decodes to 48 kHz, and recorders like 16.
Its upper band is empty all the same, and a detector trained on whole voices must know.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

EMPTY_BELOW_RATIO = 10.0**-3.5
"""Power above 4.5 kHz as a share of that below: resampled telephony leaves rounding noise there, a whole voice an s."""
UPPER_FROM_HZ = 4_500
"""Above the slope of a resampler at the telephone's 4 kHz."""
LOWER_FROM_HZ = 200
"""Below it there is hum."""
MEMORY = 0.98
"""Per frame of 32 ms: a second and a half, in which every voice has an s or a t."""
SILENCE = 1e-7
"""Power per frame, in squares of full scale: digital silence has no band."""


class BandGauge:
    """Compares the power of the upper band with that of the lower one, over the last seconds of a leg."""

    def __init__(self, sample_rate_hz: int, frame_samples: int) -> None:
        frequencies = np.fft.rfftfreq(frame_samples, 1 / sample_rate_hz)
        self._is_upper = frequencies >= UPPER_FROM_HZ
        self._is_lower = (frequencies >= LOWER_FROM_HZ) & (frequencies < UPPER_FROM_HZ)
        self._window = np.hanning(frame_samples).astype(np.float32)
        self._upper = self._lower = 0.0

    def is_telephone(self, samples: npt.NDArray[np.float32]) -> bool:
        """Take in a frame (in -1..1) and tell whether the upper band has been empty so far."""
        power = np.square(np.abs(np.fft.rfft(samples * self._window))) / len(samples)
        self._upper = MEMORY * self._upper + float(power[self._is_upper].sum())
        self._lower = MEMORY * self._lower + float(power[self._is_lower].sum())
        return self._lower > SILENCE and self._upper < EMPTY_BELOW_RATIO * self._lower
