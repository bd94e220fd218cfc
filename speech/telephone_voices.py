"""Reads a recorded conversation as telephones would say it: one voice for each channel, at 8 kHz."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from kit.errors import InvalidInputError
from speech.audio_file import AudioFileReader, inspect
from speech.resampler import StreamResampler

TELEPHONE_HZ = 8_000
MAX_AUDIO = timedelta(hours=1)


def telephone_voices(path: Path, *, seconds: float | None = None) -> list[bytes]:
    """Return each channel of an audio file as 16-bit little-endian PCM at 8 kHz; blocks on the disk.

    Args:
        path: Any audio file.
        seconds: Stop after so much of it; None reads all.

    Raises:
        InvalidInputError: The file is missing, no audio, or longer than an hour.
    """
    if not path.is_file():
        raise InvalidInputError(f"{path} is not a file. Name an audio file.", field="audio")
    file = inspect(path, max_duration=MAX_AUDIO)
    resamplers = [StreamResampler(file.sample_rate_hz, TELEPHONE_HZ) for _ in range(file.channel_count)]
    voices = [bytearray() for _ in resamplers]
    with AudioFileReader(file) as reader:
        for channels in reader.frames():
            for voice, resampler, channel in zip(voices, resamplers, channels, strict=True):
                voice += resampler.feed(channel)
            if seconds is not None and len(voices[0]) > 2 * TELEPHONE_HZ * seconds:
                return [bytes(voice) for voice in voices]
    return [bytes(voice) + resampler.flush() for voice, resampler in zip(voices, resamplers, strict=True)]
