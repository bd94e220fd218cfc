"""Recorded calls: what the files hold, and their audio as chunks per leg, streamed in constant memory.

A file is decoded once when it is opened. That costs a second or so per hour, and buys an exact length and a clear
refusal before anything else starts, whatever the header claims.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from heapq import merge
from pathlib import Path

import numpy as np

from kit.errors import InvalidInputError
from kit.files import replace_atomically
from speech.audio import BYTES_PER_SAMPLE, CHUNK_MS, AudioChunk, ms_to_samples
from speech.audio_file import AudioFile, AudioFileReader, inspect
from speech.audio_writer import write_audio
from speech.crosstalk import SEPARATE, WINDOW_MS, Comparison, Samples, compare
from speech.resampler import StreamResampler

FIELD = "files"
LEGS_MAY_DIFFER = timedelta(seconds=30)
"""Two files of one call may start and stop at slightly different moments, not be different calls."""
WRITE_BLOCK_MS = 500
MOST_SAMPLES_A_SECOND = 48_000
"""Rate at which a call is played and kept; a recording with more is resampled, since speech has nothing above."""
_COMPARED_RATE_HZ = 8000


@dataclass(frozen=True, slots=True)
class RecordingLimits:
    """What is accepted; the defaults follow the contract of the replay commands.

    Attributes:
        max_duration: Of the call.
        min_sample_rate_hz: Below it speech cannot be understood.
        max_sample_rate_hz: Above it no telephone or recorder works.
    """

    max_duration: timedelta = timedelta(hours=4)
    min_sample_rate_hz: int = 8000
    max_sample_rate_hz: int = 192_000


class Recording:
    """A call on disk: leg 0 is the customer (left, or the first file), leg 1 the agent. A mono file has one leg.

    Methods block; call them from an executor.
    """

    def __init__(self, files: Sequence[AudioFile]) -> None:
        self._files = tuple(files)
        self.sample_rate_hz = min(MOST_SAMPLES_A_SECOND, max(file.sample_rate_hz for file in files))
        self._channel_count = sum(file.channel_count for file in files)
        self._comparison = self._compared() if self._channel_count == 2 else SEPARATE
        self.leg_count = 1 if self._comparison.is_one else self._channel_count
        self.duration_ms = max(file.duration_ms for file in files)

    @property
    def is_one_side_twice(self) -> bool:
        """Whether both sides hold the same sound, mono saved as stereo; the call then has one leg."""
        return self._comparison.is_one

    @property
    def repeated_ms(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """For each leg the stretches that only repeat the other one and are therefore silent."""
        return self._comparison.repeated_ms

    @property
    def is_damaged(self) -> bool:
        """Whether part of a file could not be read; what could be is played."""
        return any(file.is_damaged for file in self._files)

    def chunks(self, start_ms: Sequence[int] | int = 0) -> Iterator[tuple[int, AudioChunk]]:
        """Yield (leg, chunk) in the order of audio time; chunks are 20 ms, the last one of a leg may be shorter.

        Args:
            start_ms: Where each leg begins (or all of them); what lies before is skipped.
        """
        starts = [start_ms] * self.leg_count if isinstance(start_ms, int) else list(start_ms)
        first_samples = [ms_to_samples(start, self.sample_rate_hz) for start in starts]
        for leg, chunk in self._blocks(ms_to_samples(CHUNK_MS, self.sample_rate_hz)):
            if (rest := _from_sample(chunk, first_samples[leg])) is not None:
                yield leg, self._without_repeats(leg, rest)

    def write_playable(self, target: Path) -> None:
        """Write the call as PCM16 that browsers play: FLAC or WAV by the suffix, customer left, agent right.

        Both sides are kept as they were recorded: what a side repeats of the other is silent to the recogniser only.

        The file appears whole or not at all.
        """
        blocks = _interleaved(self._blocks(ms_to_samples(WRITE_BLOCK_MS, self.sample_rate_hz)), self.leg_count)
        container = "wav" if target.suffix.lower() == ".wav" else "flac"
        with replace_atomically(target) as fresh:
            write_audio(fresh, container, blocks, sample_rate_hz=self.sample_rate_hz, channel_count=self.leg_count)

    def _compared(self) -> Comparison:
        """Compare both sides, before anything that was said is attributed to one of them."""
        return compare(
            _pairs(self._sides(ms_to_samples(WINDOW_MS, _COMPARED_RATE_HZ), _COMPARED_RATE_HZ)), _COMPARED_RATE_HZ
        )

    def _blocks(self, block_samples: int) -> Iterator[tuple[int, AudioChunk]]:
        for leg, chunk in self._sides(block_samples, self.sample_rate_hz):
            if leg < self.leg_count:
                yield leg, chunk

    def _without_repeats(self, leg: int, chunk: AudioChunk) -> AudioChunk:
        """Return the piece, silent where the leg only repeats the other one."""
        parts = list(self._comparison.repeated_within(leg, chunk.start_ms, chunk.end_ms)) if self.leg_count > 1 else []
        if not parts:
            return chunk
        pcm = bytearray(chunk.pcm)
        for start_ms, end_ms in parts:
            start, end = (
                (ms_to_samples(at, chunk.sample_rate_hz) - chunk.start_sample) * BYTES_PER_SAMPLE
                for at in (start_ms, end_ms)
            )
            start, end = max(0, start), min(len(pcm), end)
            pcm[start:end] = bytes(max(0, end - start))
        return replace(chunk, pcm=bytes(pcm))

    def _sides(self, block_samples: int, sample_rate_hz: int) -> Iterator[tuple[int, AudioChunk]]:
        with ExitStack() as stack:
            sources = []
            for number, file in enumerate(self._files):
                reader = stack.enter_context(AudioFileReader(file))
                sources.append(_legs_of(reader, number, sample_rate_hz, block_samples))
            yield from merge(*sources, key=lambda item: (item[1].start_sample, item[0]))


def _pairs(sides: Iterator[tuple[int, AudioChunk]]) -> Iterator[tuple[Samples, Samples]]:
    """Yield the samples of both sides at the same time; a side that is over is silent."""
    for first, second in _interleaved(sides, 2):
        yield _samples(first), _samples(second)


def _samples(pcm: bytes) -> Samples:
    return np.frombuffer(pcm, dtype="<i2").astype(np.float64) / 32768


def open_recording(paths: Sequence[Path], *, limits: RecordingLimits) -> Recording:
    """Check one stereo or mono file, or two mono files (customer, agent), and return the call in them.

    Raises:
        InvalidInputError: `field` is `files`; `error_code` one of audio_not_recognised, audio_empty, audio_too_long,
            audio_channels_unsupported, audio_sample_rate_unsupported, audio_damaged, audio_legs_mismatch.
    """
    if not 1 <= len(paths) <= 2:
        raise InvalidInputError(
            "Give one stereo or mono file, or two mono files.", field=FIELD, code="audio_legs_mismatch"
        )
    files = [_checked(path, limits) for path in paths]
    if len(files) == 2:
        _check_pair(files[0], files[1])
    return Recording(files)


def _checked(path: Path, limits: RecordingLimits) -> AudioFile:
    file = inspect(path, max_duration=limits.max_duration)
    if not limits.min_sample_rate_hz <= file.sample_rate_hz <= limits.max_sample_rate_hz:
        raise InvalidInputError(
            f"The audio has {file.sample_rate_hz} samples a second; "
            f"{limits.min_sample_rate_hz} to {limits.max_sample_rate_hz} can be used.",
            field=FIELD,
            code="audio_sample_rate_unsupported",
            sample_rate_hz=file.sample_rate_hz,
        )
    return file


def _check_pair(one: AudioFile, other: AudioFile) -> None:
    if one.channel_count != 1 or other.channel_count != 1:
        raise InvalidInputError(
            "Two files are the two sides of a call, each in mono.", field=FIELD, code="audio_legs_mismatch"
        )
    if abs(one.duration_ms - other.duration_ms) > LEGS_MAY_DIFFER / timedelta(milliseconds=1):
        raise InvalidInputError(
            "The two files differ too much in length to be the two sides of one call.",
            field=FIELD,
            code="audio_legs_mismatch",
            first_ms=one.duration_ms,
            second_ms=other.duration_ms,
        )


def _legs_of(
    reader: AudioFileReader, number: int, sample_rate_hz: int, block_samples: int
) -> Iterator[tuple[int, AudioChunk]]:
    """Cut one file into blocks; a stereo file yields its channels in turn, a mono file is leg `number`."""
    channels = reader.file.channel_count
    resamplers = [StreamResampler(reader.file.sample_rate_hz, sample_rate_hz) for _ in range(channels)]
    waiting = [bytearray() for _ in range(channels)]
    position = 0
    for frame in _frames(reader, resamplers):
        for channel, pcm in enumerate(frame):
            waiting[channel] += pcm
        while len(waiting[0]) >= block_samples * BYTES_PER_SAMPLE:
            yield from _cut(waiting, block_samples, number, sample_rate_hz, position)
            position += block_samples
    if waiting[0]:
        yield from _cut(waiting, block_samples, number, sample_rate_hz, position)


def _cut(
    waiting: list[bytearray], samples: int, first_leg: int, sample_rate_hz: int, position: int
) -> Iterator[tuple[int, AudioChunk]]:
    for channel, pcm in enumerate(waiting):
        block = bytes(pcm[: samples * BYTES_PER_SAMPLE])
        del pcm[: samples * BYTES_PER_SAMPLE]
        yield first_leg + channel, AudioChunk(block, sample_rate_hz, position)


def _frames(reader: AudioFileReader, resamplers: Sequence[StreamResampler]) -> Iterator[list[bytes]]:
    for frame in reader.frames():
        yield [resampler.feed(pcm) for resampler, pcm in zip(resamplers, frame, strict=True)]
    yield [resampler.flush() for resampler in resamplers]


def _from_sample(chunk: AudioChunk, first_sample: int) -> AudioChunk | None:
    if chunk.end_sample <= first_sample:
        return None
    if chunk.start_sample >= first_sample:
        return chunk
    skipped = (first_sample - chunk.start_sample) * BYTES_PER_SAMPLE
    return AudioChunk(chunk.pcm[skipped:], chunk.sample_rate_hz, first_sample)


def _interleaved(blocks: Iterator[tuple[int, AudioChunk]], leg_count: int) -> Iterator[list[bytes]]:
    """Group the blocks of all legs by time; a leg that is over is silent."""
    group: dict[int, AudioChunk] = {}
    for leg, chunk in blocks:
        if group and chunk.start_sample != next(iter(group.values())).start_sample:
            yield _filled(group, leg_count)
            group = {}
        group[leg] = chunk
    if group:
        yield _filled(group, leg_count)


def _filled(group: dict[int, AudioChunk], leg_count: int) -> list[bytes]:
    longest = max(len(chunk.pcm) for chunk in group.values())
    return [group[leg].pcm.ljust(longest, b"\0") if leg in group else bytes(longest) for leg in range(leg_count)]
