"""Audio as it travels: contiguous chunks of mono PCM, and the sums between samples and milliseconds."""

from __future__ import annotations

from dataclasses import dataclass

BYTES_PER_SAMPLE = 2
CHUNK_MS = 20
"""What a telephone line delivers at a time (RFC 3551, default packetisation)."""


@dataclass(frozen=True, slots=True)
class AudioChunk:
    """Contiguous mono PCM of one leg.

    Attributes:
        pcm: Signed 16-bit little-endian samples.
        sample_rate_hz: 8000 to 48000.
        start_sample: Index of the first sample since the leg began, at `sample_rate_hz`.
    """

    pcm: bytes
    sample_rate_hz: int
    start_sample: int

    @property
    def sample_count(self) -> int:
        """Number of samples."""
        return len(self.pcm) // BYTES_PER_SAMPLE

    @property
    def end_sample(self) -> int:
        """Index one past the last sample."""
        return self.start_sample + self.sample_count

    @property
    def start_ms(self) -> int:
        """Audio time of the first sample."""
        return samples_to_ms(self.start_sample, self.sample_rate_hz)

    @property
    def end_ms(self) -> int:
        """Audio time just after the last sample."""
        return samples_to_ms(self.end_sample, self.sample_rate_hz)


def samples_to_ms(samples: int, sample_rate_hz: int) -> int:
    """Return audio time in whole milliseconds, rounded down; never accumulates an error."""
    return samples * 1000 // sample_rate_hz


def ms_to_samples(ms: int, sample_rate_hz: int) -> int:
    """Return the sample index at an audio time."""
    return ms * sample_rate_hz // 1000
