"""Audio of legs as the exchange sends it: AudioSocket decoded, and its frames put on a time line; both pure.

A frame is one byte of kind, two bytes of length (big-endian) and the payload (Asterisk, `res_audiosocket`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from uuid import UUID

from kit.errors import ProtocolError

SAMPLE_RATE_HZ = 8000
BYTES_PER_SAMPLE = 2
_HEADER_BYTES = 3
_UUID_BYTES = 16
_FILL_PIECE_SAMPLES = SAMPLE_RATE_HZ // 2
GAP_SAMPLES = SAMPLE_RATE_HZ // 2
"""Audio that is later than this is missing, not late: arrival gaps of 156 ms were seen on a busy machine (ADR 25)."""


class FrameKind(IntEnum):
    """What a frame carries."""

    HANG_UP = 0x00
    UUID = 0x01
    KEY = 0x03
    PCM_8KHZ = 0x10
    ERROR = 0xFF


@dataclass(frozen=True, slots=True)
class AudioFrame:
    """One frame; `kind` is a number, since an exchange may send kinds that we do not know."""

    kind: int
    payload: bytes

    @property
    def uuid(self) -> UUID:
        """Identity of the connection, for a frame of that kind.

        Raises:
            ProtocolError: The payload is no UUID.
        """
        if self.kind != FrameKind.UUID or len(self.payload) != _UUID_BYTES:
            raise ProtocolError("An audio connection must begin with its identity.")
        return UUID(bytes=self.payload)


def encode_frame(kind: int, payload: bytes = b"") -> bytes:
    """Return a frame as it goes over the wire."""
    return bytes((kind,)) + len(payload).to_bytes(2, "big") + payload


class FrameDecoder:
    """Turns bytes, cut anywhere, into frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[AudioFrame]:
        """Add bytes and yield the frames that they complete."""
        self._buffer += data
        while len(self._buffer) >= _HEADER_BYTES:
            length = int.from_bytes(self._buffer[1:_HEADER_BYTES], "big")
            end = _HEADER_BYTES + length
            if len(self._buffer) < end:
                return
            frame = AudioFrame(self._buffer[0], bytes(self._buffer[_HEADER_BYTES:end]))
            del self._buffer[:end]
            yield frame


@dataclass(frozen=True, slots=True)
class TapChunk:
    """Contiguous audio of one leg: 16-bit little-endian mono PCM at 8 kHz.

    Attributes:
        pcm: The samples.
        start_sample: Index of the first sample since the tap of the leg began.
        is_filled: Whether the audio never came and silence stands for it; the recording may have it.
        is_withheld: Whether silence stands for audio that must not be heard (hold, card data).
    """

    pcm: bytes
    start_sample: int
    is_filled: bool = False
    is_withheld: bool = False

    @property
    def sample_count(self) -> int:
        """Number of samples."""
        return len(self.pcm) // BYTES_PER_SAMPLE

    @property
    def start_ms(self) -> int:
        """Audio time of the first sample, from the beginning of the tap."""
        return self.start_sample * 1000 // SAMPLE_RATE_HZ

    @property
    def end_ms(self) -> int:
        """Audio time just behind the last sample."""
        return (self.start_sample + self.sample_count) * 1000 // SAMPLE_RATE_HZ


class TapTimeline:
    """Gives the audio of one leg its audio time, over every tap that the leg has.

    Audio time follows the samples. Where audio is missing by half a second or more, silence is filled in, so that audio
    time does not fall behind the call: a held telephone sends nothing. After a break everything missing is filled in.
    """

    def __init__(self) -> None:
        self._origin: float | None = None
        self._position = 0
        self._is_broken = False

    def note_break(self) -> None:
        """Say that the tap broke: what comes next comes from another one, and what lies between is lost, not late."""
        self._is_broken = True

    @property
    def position(self) -> int:
        """Samples given out so far."""
        return self._position

    def feed(self, pcm: bytes, arrived: float, *, is_withheld: bool) -> list[TapChunk]:
        """Take what arrived at one moment and return it with its time, silence before it where some is missing.

        Args:
            pcm: Samples, all that could be read at once: what waited in a buffer is no gap.
            arrived: Seconds of a clock that never runs backwards.
            is_withheld: Whether silence stands for the samples.
        """
        pcm = pcm[: len(pcm) - len(pcm) % BYTES_PER_SAMPLE]
        samples = len(pcm) // BYTES_PER_SAMPLE
        if not samples:
            return []
        if self._origin is None:
            self._origin = arrived - samples / SAMPLE_RATE_HZ
        expected = round((arrived - self._origin) * SAMPLE_RATE_HZ)
        missing = expected - (self._position + samples)
        chunks = list(self._fill(missing)) if missing >= GAP_SAMPLES or self._is_broken else []
        self._is_broken = False
        chunks.append(TapChunk(bytes(len(pcm)) if is_withheld else pcm, self._position, is_withheld=is_withheld))
        self._position += samples
        return chunks

    def _fill(self, missing: int) -> Iterator[TapChunk]:
        while missing > 0:
            piece = min(missing, _FILL_PIECE_SAMPLES)
            yield TapChunk(bytes(BYTES_PER_SAMPLE * piece), self._position, is_filled=True)
            self._position += piece
            missing -= piece
