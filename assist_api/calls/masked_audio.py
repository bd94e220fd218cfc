"""A recording in which the masked words are replaced by a tone.

The recogniser keeps no time for each word, so their place is estimated from their place in the utterance and widened
by a margin. The tone covers both sides of the call, because telephones leak one side into the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from assist_api.calls.masking import CallMask
from assist_api.transcripts.utterances import Utterance
from kit.files import replace_atomically
from speech.audio import ms_to_samples
from speech.audio_file import AudioFileReader, inspect
from speech.audio_writer import write_audio
from speech.recording import RecordingLimits

TONE_HZ = 1_000
TONE_LEVEL = 0.12
"""Share of full scale; about as loud as telephone speech."""
LEAST_MARGIN_MS = 500
MARGIN_SHARE = 0.2
"""Of the utterance, on both sides of the masked words: nobody speaks at an even pace."""
AROUND_MS = 200
"""A segment may begin and end a little inside the words."""
_LATIN_WEIGHT = 0.4
"""Of the time that a Chinese character or a digit takes."""
NAME = "masked-{digest}-{part}.flac"


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """A part of a recording, in milliseconds of audio time."""

    start_ms: int
    end_ms: int


def tones(utterances: Sequence[Utterance], mask: CallMask) -> list[Stretch]:
    """Return where the tone is heard, in order and without overlap."""
    return _merged(stretch for utterance in utterances for stretch in _of(utterance, mask))


def masked_name(stretches: Sequence[Stretch], within: Stretch | None = None) -> str:
    """Return the name of the masked file; other masked words have another name."""
    said = ",".join(f"{item.start_ms}-{item.end_ms}" for item in stretches)
    part = "whole" if within is None else f"{within.start_ms}-{within.end_ms}"
    return NAME.format(digest=sha256(said.encode()).hexdigest()[:16], part=part)


def write_masked(source: Path, target: Path, stretches: Sequence[Stretch], *, within: Stretch | None = None) -> None:
    """Write the recording with the tone, or a part of it; the file appears whole or not at all.

    Raises:
        InvalidInputError: The recording is damaged.
        OSError: The disk did not take it.
    """
    audio = inspect(source, max_duration=RecordingLimits().max_duration)
    with replace_atomically(target) as fresh, AudioFileReader(audio) as reader:
        toned = _toned(reader.frames(), stretches, audio.sample_rate_hz, within)
        write_audio(fresh, "flac", toned, sample_rate_hz=audio.sample_rate_hz, channel_count=audio.channel_count)


def _of(utterance: Utterance, mask: CallMask) -> Iterator[Stretch]:
    weights = [_weight(character) for character in utterance.text]
    total = sum(weights) or 1.0
    length = utterance.end_ms - utterance.start_ms
    margin = max(LEAST_MARGIN_MS, length * MARGIN_SHARE)
    for place in mask.places(utterance):
        before, inside = sum(weights[: place.start]), sum(weights[place.start : place.end])
        start = utterance.start_ms + length * before / total - margin
        end = utterance.start_ms + length * (before + inside) / total + margin
        yield Stretch(
            max(0, utterance.start_ms - AROUND_MS, round(start)), min(utterance.end_ms + AROUND_MS, round(end))
        )


def _weight(character: str) -> float:
    if not character.isalnum():
        return 0.0
    return _LATIN_WEIGHT if character.isascii() and character.isalpha() else 1.0


def _merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    merged: list[Stretch] = []
    for stretch in sorted(stretches):
        if merged and stretch.start_ms <= merged[-1].end_ms:
            merged[-1] = Stretch(merged[-1].start_ms, max(merged[-1].end_ms, stretch.end_ms))
        else:
            merged.append(stretch)
    return merged


def _toned(
    blocks: Iterable[list[bytes]], stretches: Sequence[Stretch], rate_hz: int, within: Stretch | None
) -> Iterator[list[bytes]]:
    position = 0
    ranges = [(ms_to_samples(item.start_ms, rate_hz), ms_to_samples(item.end_ms, rate_hz)) for item in stretches]
    first = 0 if within is None else ms_to_samples(within.start_ms, rate_hz)
    last = None if within is None else ms_to_samples(within.end_ms, rate_hz)
    for block in blocks:
        channels = [np.frombuffer(pcm, dtype="<i2").copy() for pcm in block]
        count = len(channels[0])
        for start, end in ranges:
            low, high = max(start, position), min(end, position + count)
            if low < high:
                tone = _tone(low, high, rate_hz)
                for channel in channels:
                    channel[low - position : high - position] = tone
        low = max(0, first - position)
        high = count if last is None else min(count, last - position)
        position += count
        if low < high:
            yield [channel[low:high].tobytes() for channel in channels]
        if last is not None and position >= last:
            return


def _tone(first: int, last: int, rate_hz: int) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    wave = np.sin(2 * np.pi * TONE_HZ * np.arange(first, last) / rate_hz) * TONE_LEVEL * 32767
    return wave.astype(np.int16)
