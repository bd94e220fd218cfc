"""Small recordings made on the spot."""

from __future__ import annotations

import io
import wave

import numpy as np


def wav_bytes(duration_ms: int = 2_000, *, channels: int = 2, rate: int = 8_000, level: int = 3_000) -> bytes:
    """Return a WAV file with a tone of its own on each channel; `level` 0 is silence."""
    times = np.arange(duration_ms * rate // 1000) / rate
    tones = [level * np.sin(2 * np.pi * (220 + 110 * channel) * times) for channel in range(channels)]
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.stack(tones, axis=1).astype("<i2").tobytes())
    return target.getvalue()
