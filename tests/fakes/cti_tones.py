"""Tones, so that who hears whom is a spectrum and not an opinion."""

from __future__ import annotations

import numpy as np

CUSTOMER_HZ = 400
AGENT_HZ = 700
COLLEAGUE_HZ = 1000
MUSIC_HZ = 425
LOUD = 1500
"""Amplitude of a tone that is heard; a tone of ours has 8,000, leakage of others 300 at most."""


def tone(hz: int) -> bytes:
    """Return one second of a tone, 8 kHz s16le; it can be repeated without a click."""
    return (8000 * np.sin(2 * np.pi * hz * np.arange(8000) / 8000)).astype("<i2").tobytes()


def heard(pcm: bytes | bytearray, milliseconds: int = 400) -> set[int]:
    """Return which tones the last part of some audio holds."""
    samples = np.frombuffer(bytes(pcm[-16 * milliseconds :]), "<i2").astype(float)
    if not len(samples):
        return set()
    times = np.arange(len(samples)) / 8000
    tones = (CUSTOMER_HZ, AGENT_HZ, COLLEAGUE_HZ, MUSIC_HZ)
    # A window keeps 400 and 425 Hz apart.
    window = np.hanning(len(samples))
    levels = {hz: 2 * abs(np.sum(window * samples * np.exp(-2j * np.pi * hz * times))) / window.sum() for hz in tones}
    return {hz for hz, level in levels.items() if level > LOUD}
