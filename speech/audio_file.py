"""One audio file: recognised by its first bytes, decoded with libav, every way to be broken given a name."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import av
import numpy as np

from kit.errors import InvalidInputError
from speech.audio import samples_to_ms

FIELD = "files"
SNIFFED_BYTES = 64
MOST_ZERO_BYTES = 1 << 20
"""Recorders that reserve room for a header and never write it leave up to this many zeros."""
READ_FORMATS = "WAV, FLAC, MP3, OGG, M4A, MP4, AAC, AMR, WMA and WebM"
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
        skipped_bytes: Zero bytes in front of the sound, which some recorders write.
    """

    path: Path
    container: str
    sample_rate_hz: int
    channel_count: int
    sample_count: int
    is_damaged: bool
    skipped_bytes: int = 0

    @property
    def duration_ms(self) -> int:
        """Length of what can be read."""
        return samples_to_ms(self.sample_count, self.sample_rate_hz)


def inspect(path: Path, *, max_duration: timedelta) -> AudioFile:
    """Decode a file from end to end and return what it holds.

    Raises:
        InvalidInputError: It is no audio, empty, too long, of more than two channels, or unreadable.
    """
    container, skipped = _sniff(path)
    with _Decoder(path, container, skipped) as decoder:
        for _ in decoder.skim():
            if decoder.sample_count > max_duration.total_seconds() * decoder.sample_rate_hz:
                raise _refusal("audio_too_long", f"The audio is longer than {max_duration}.")
        if not decoder.sample_count:
            code = "audio_damaged" if decoder.error_count else "audio_empty"
            raise _refusal(code, "No sound could be read from the file.")
        if decoder.error_count > decoder.good_count:
            raise _refusal("audio_damaged", "Most of the file cannot be decoded.")
        is_damaged = bool(decoder.error_count) or decoder.is_short or _is_cut_wav(path, container, skipped)
        return AudioFile(
            path, container, decoder.sample_rate_hz, decoder.channel_count, decoder.sample_count, is_damaged, skipped
        )


class AudioFileReader:
    """Streams the samples of an inspected file; a context manager."""

    def __init__(self, file: AudioFile) -> None:
        self.file = file
        self._decoder = _Decoder(file.path, file.container, file.skipped_bytes)

    def __enter__(self) -> Self:
        self._decoder.__enter__()
        self._decoder.adopt(self.file.sample_rate_hz, self.file.channel_count)
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

    def __init__(self, path: Path, container: str, skipped_bytes: int) -> None:
        self._path = path
        self._container_name = container
        self._skipped_bytes = skipped_bytes
        self._opened: _Behind | None = None
        self.sample_count = self.good_count = self.error_count = 0

    def __enter__(self) -> Self:
        try:
            self._container: Any = av.open(self._source(), format=self._container_name)
        except av.error.FFmpegError as error:
            self._close_source()
            raise _refusal("audio_damaged", "The file begins like audio and cannot be read.") from error
        try:
            self._open_stream()
        except InvalidInputError:
            self._container.close()
            self._close_source()
            raise
        return self

    def _source(self) -> str | _Behind:
        if not self._skipped_bytes:
            # The prefix keeps a strange file name from being taken for a protocol.
            return f"file:{self._path.absolute()}"
        self._opened = _Behind(self._path.open("rb"), self._skipped_bytes)
        return self._opened

    def _close_source(self) -> None:
        if self._opened is not None:
            self._opened.close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._container.close()
        self._close_source()

    def _open_stream(self) -> None:
        if not self._container.streams.audio:
            raise _refusal("audio_not_recognised", "The file holds no audio.")
        self._stream = self._container.streams.audio[0]
        self.sample_rate_hz = int(self._stream.codec_context.sample_rate or 0)
        self.channel_count = int(self._stream.codec_context.channels or 0)
        if self.sample_rate_hz < 1 or self.channel_count < 1:
            raise _refusal("audio_damaged", "The file does not say how its sound is stored.")
        self._check_channels()

    def _check_channels(self) -> None:
        if self.channel_count > 2:
            raise _refusal(
                "audio_channels_unsupported", f"The audio has {self.channel_count} channels; 1 or 2 are read."
            )

    def adopt(self, sample_rate_hz: int, channel_count: int) -> None:
        """Take rate and channels as decoding has shown them: a header of AAC or AMR may state half of either."""
        self.sample_rate_hz, self.channel_count = sample_rate_hz, channel_count
        self._check_channels()

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
            if not self.sample_count:
                self.adopt(frame.sample_rate, frame.layout.nb_channels)
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


def _sniff(path: Path) -> tuple[str, int]:
    """Name the format by its first bytes behind leading zeros, and count these.

    libav's own guess also knows play lists, which open other files.
    """
    with path.open("rb") as stream:
        head = stream.read(MOST_ZERO_BYTES + SNIFFED_BYTES)
    if not head:
        raise _refusal("audio_empty", "The file is empty.")
    skipped = len(head) - len(head.lstrip(b"\0"))
    name = _format_of(head[:SNIFFED_BYTES]) or _format_of(head[skipped : skipped + SNIFFED_BYTES])
    if name is None:
        raise _refusal("audio_not_recognised", f"The file is none of {READ_FORMATS}.")
    return name, 0 if _format_of(head[:SNIFFED_BYTES]) else skipped


def _format_of(head: bytes) -> str | None:
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return "wav"
    if head[4:8] == b"ftyp":
        # MP4, M4A and 3GP, which telephones record; references to other files stay closed (libav's enable_drefs).
        return "mov"
    for mark, name in _MARKS.items():
        if head.startswith(mark):
            return name
    if _is_adts(head):
        return "aac"
    return "mp3" if head[:3] == b"ID3" or _is_mpeg_audio(head) else None


_MARKS = {
    b"fLaC": "flac",
    b"OggS": "ogg",
    b"#!AMR": "amr",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11": "asf",
    b"\x1a\x45\xdf\xa3": "matroska",
}


def _is_adts(head: bytes) -> bool:
    # Sync word and layer 0 (ISO/IEC 13818-7, 6.2.1).
    return len(head) > 3 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0


class _Behind(io.RawIOBase):
    """A file without its first bytes."""

    def __init__(self, file: IO[bytes], skipped: int) -> None:
        self._file = file
        self._skipped = skipped
        file.seek(skipped)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset + (self._skipped if whence == io.SEEK_SET else 0), whence) - self._skipped

    def tell(self) -> int:
        return self._file.tell() - self._skipped

    def close(self) -> None:
        self._file.close()
        super().close()


def _is_mpeg_audio(head: bytes) -> bool:
    # Frame sync, a layer, and neither of the reserved rates (ISO/IEC 11172-3, 2.4.2.3).
    return (
        len(head) > 3 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x06 != 0 and head[2] & 0xF0 != 0xF0
    )


def _is_cut_wav(path: Path, container: str, skipped: int) -> bool:
    """Whether a WAV file is shorter than its header says; libav plays such a file without a word."""
    if container != "wav":
        return False
    with path.open("rb") as stream:
        stream.seek(skipped)
        tag, size = struct.unpack("<4sI", stream.read(8))
    return tag == b"RIFF" and size not in _UNKNOWN_SIZES and path.stat().st_size - skipped < size + 8 - 1


def _refusal(code: str, message: str) -> InvalidInputError:
    return InvalidInputError(message, field=FIELD, code=code)
