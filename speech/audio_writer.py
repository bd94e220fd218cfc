"""Writes PCM as a file that browsers play."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import av
import numpy as np

CODECS = {"flac": "flac", "wav": "pcm_s16le"}


def write_audio(
    target: Path, container: str, blocks: Iterable[list[bytes]], *, sample_rate_hz: int, channel_count: int
) -> None:
    """Write blocks of PCM s16le, one item per channel and all of one length.

    Args:
        target: The file; overwritten.
        container: `flac` or `wav`.
        blocks: The audio, oldest first.
        sample_rate_hz: Of the blocks and the file.
        channel_count: 1 or 2.
    """
    layout = "stereo" if channel_count == 2 else "mono"
    with av.open(str(target), "w", format=container) as sink:
        stream: Any = sink.add_stream(CODECS[container], rate=sample_rate_hz, layout=layout, format="s16")
        position = 0
        for block in blocks:
            frame = _frame(block, layout, sample_rate_hz, position)
            position += frame.samples
            sink.mux(stream.encode(frame))
        sink.mux(stream.encode(None))


def _frame(block: list[bytes], layout: str, sample_rate_hz: int, position: int) -> av.AudioFrame:
    interleaved = np.stack([np.frombuffer(pcm, dtype="<i2") for pcm in block], axis=1).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(interleaved), format="s16", layout=layout)
    frame.sample_rate = sample_rate_hz
    frame.pts = position
    return frame
