"""One audio file: recognised by its first bytes, decoded with libav, every way to be broken given a name."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np

from kit.errors import InvalidInputError
from speech.audio import samples_to_ms

FIELD = "files"
SNIFFED_BYTES = 64
MISSING_TOLERANCE_MS = 250
"""Encoders pad the last block and decoders drop the padding: so much may lie between header and samples."""
_UNKNOWN_SIZES = (0, 0xFFFFFFFF)
"""What programs that cannot seek back write as the size of a WAV file."""


@dataclass(frozen=True, slots=True)
class AudioFile:
    """What a file really holds, by decoding it.

    Attributes:
        path: Where it lies.
        container: libav's name of the format.
        sample_rate_hz: Of the stream.
        channel_count: 1 or 2.
        sample_count: Decoded samples of each channel.
        is_damaged: Whether some of it could not be read.
    """

    path: Path
    container: str
    sample_rate_hz: int
    channel_count: int
    sample_count: int
    is_damaged: bool

    @property
    def duration_ms(self) -> int:
        """Length of what can be read."""
        return samples_to_ms(self.sample_count, self.sample_rate_hz)


def inspect(path: Path, *, max_duration: timedelta) -> AudioFile:
    """Decode a file from end to end and return what it holds.

    Raises:
        InvalidInputError: It is no audio, empty, too long, of more than two channels, or unreadable.
    """
    container = _sniff(path)
    with _Decoder(path, container) as decoder:
        limit = int(max_duration.total_seconds() * decoder.sample_rate_hz)
        for _ in decoder.skim():
            if decoder.sample_count > limit:
                raise _refusal("audio_too_long", f"The audio is longer than {max_duration}.")
        if not decoder.sample_count:
            code = "audio_damaged" if decoder.error_count else "audio_empty"
            raise _refusal(code, "No sound could be read from the file.")
        if decoder.error_count > decoder.good_count:
            raise _refusal("audio_damaged", "Most of the file cannot be decoded.")
        is_damaged = bool(decoder.error_count) or decoder.is_short or _is_cut_wav(path, container)
        return AudioFile(
            path, container, decoder.sample_rate_hz, decoder.channel_count, decoder.sample_count, is_damaged
        )


class AudioFileReader:
    """Streams the samples of an inspected file; a context manager."""

    def __init__(self, file: AudioFile) -> None:
        self.file = file
        self._decoder = _Decoder(file.path, file.container)

    def __enter__(self) -> Self:
        self._decoder.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._decoder.__exit__(kind, error, trace)

    def frames(self) -> Iterator[list[bytes]]:
        """Yield PCM s16le of each channel, some thousand samples at a time."""
        return self._decoder.frames()


class _Decoder:
    """libav with its errors counted rather than thrown: a damaged packet costs that packet."""

    def __init__(self, path: Path, container: str) -> None:
        self._path = path
        self._container_name = container
        self.sample_count = self.good_count = self.error_count = 0

    def __enter__(self) -> Self:
        try:
            # The prefix keeps a strange file name from being taken for a protocol.
            self._container: Any = av.open(f"file:{self._path.absolute()}", format=self._container_name)
        except av.error.FFmpegError as error:
            raise _refusal("audio_damaged", "The file begins like audio and cannot be read.") from error
        try:
            self._open_stream()
        except InvalidInputError:
            self._container.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._container.close()

    def _open_stream(self) -> None:
        if not self._container.streams.audio:
            raise _refusal("audio_not_recognised", "The file holds no audio.")
        self._stream = self._container.streams.audio[0]
        self.sample_rate_hz = int(self._stream.codec_context.sample_rate or 0)
        self.channel_count = int(self._stream.codec_context.channels or 0)
        if self.sample_rate_hz < 1 or self.channel_count < 1:
            raise _refusal("audio_damaged", "The file does not say how its sound is stored.")
        if self.channel_count > 2:
            raise _refusal(
                "audio_channels_unsupported", f"The audio has {self.channel_count} channels; 1 or 2 are read."
            )

    @property
    def is_short(self) -> bool:
        """Whether fewer samples came out than the header promises."""
        if not self._stream.duration:
            return False
        promised_ms = int(self._stream.duration * self._stream.time_base * 1000)
        return promised_ms - samples_to_ms(self.sample_count, self.sample_rate_hz) > MISSING_TOLERANCE_MS

    def skim(self) -> Iterator[None]:
        """Decode and count, without taking the samples out."""
        for frame in self._decoded():
            if (frame.sample_rate, frame.layout.nb_channels) != (self.sample_rate_hz, self.channel_count):
                self.error_count += 1
                continue
            self.sample_count += frame.samples
            yield

    def frames(self) -> Iterator[list[bytes]]:
        layout = "stereo" if self.channel_count == 2 else "mono"
        to_pcm = av.AudioResampler(format="s16", layout=layout, rate=self.sample_rate_hz)
        for frame in self._decoded():
            try:
                converted = to_pcm.resample(frame)
            except (av.error.FFmpegError, ValueError):
                self.error_count += 1  # Rate or channels change in mid-file: that stretch cannot be placed in time.
                continue
            for pcm in converted:
                self.sample_count += pcm.samples
                yield _by_channel(pcm.to_ndarray(), self.channel_count)

    def _decoded(self) -> Iterator[Any]:
        for packet in self._packets():
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                self.error_count += 1
                continue
            self.good_count += 1
            yield from frames

    def _packets(self) -> Iterator[Any]:
        try:
            yield from self._container.demux(self._stream)
        except av.error.FFmpegError:
            self.error_count += 1


def _by_channel(interleaved: Any, channel_count: int) -> list[bytes]:  # noqa: ANN401  # rejected: av has no types
    samples = np.asarray(interleaved, dtype="<i2").reshape(-1, channel_count)
    return [samples[:, channel].tobytes() for channel in range(channel_count)]


def _sniff(path: Path) -> str:
    """Name the format by its first bytes. libav's own guess also knows play lists, which open other files."""
    with path.open("rb") as stream:
        head = stream.read(SNIFFED_BYTES)
    if not head:
        raise _refusal("audio_empty", "The file is empty.")
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"fLaC":
        return "flac"
    if head[:4] == b"OggS":
        return "ogg"
    if head[:3] == b"ID3" or _is_mpeg_audio(head):
        return "mp3"
    raise _refusal("audio_not_recognised", "The file is not WAV, FLAC, MP3 or OGG.")


def _is_mpeg_audio(head: bytes) -> bool:
    # Frame sync, a layer, and neither of the reserved rates (ISO/IEC 11172-3, 2.4.2.3).
    return (
        len(head) > 3 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x06 != 0 and head[2] & 0xF0 != 0xF0
    )


def _is_cut_wav(path: Path, container: str) -> bool:
    """Whether a WAV file is shorter than its header says; libav plays such a file without a word."""
    if container != "wav":
        return False
    with path.open("rb") as stream:
        tag, size = struct.unpack("<4sI", stream.read(8))
    return tag == b"RIFF" and size not in _UNKNOWN_SIZES and path.stat().st_size < size + 8 - 1


def _refusal(code: str, message: str) -> InvalidInputError:
    return InvalidInputError(message, field=FIELD, code=code)
