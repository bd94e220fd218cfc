"""One leg's audio at one rate, whatever rate it came in."""

from __future__ import annotations

import av
import numpy as np


class StreamResampler:
    """Converts a contiguous mono stream; the filter's memory spans the chunks."""

    def __init__(self, source_rate_hz: int, target_rate_hz: int) -> None:
        self._source_rate_hz = source_rate_hz
        self._resampler = (
            None
            if source_rate_hz == target_rate_hz
            else av.AudioResampler(format="s16", layout="mono", rate=target_rate_hz)
        )

    def feed(self, pcm: bytes) -> bytes:
        """Return what became available; some milliseconds stay inside the filter."""
        if self._resampler is None or not pcm:
            return pcm
        frame = av.AudioFrame.from_ndarray(np.frombuffer(pcm, dtype="<i2")[None], format="s16", layout="mono")
        frame.sample_rate = self._source_rate_hz
        return b"".join(_pcm(out) for out in self._resampler.resample(frame))

    def flush(self) -> bytes:
        """Return what the filter still holds; nothing may be fed afterwards."""
        return b"" if self._resampler is None else b"".join(_pcm(out) for out in self._resampler.resample(None))


def _pcm(frame: av.AudioFrame) -> bytes:
    return frame.to_ndarray().tobytes()
