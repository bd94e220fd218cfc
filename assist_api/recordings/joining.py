"""Lays the recorded legs of a telephone call on one time line: a track for the customer, one for the agents."""

from __future__ import annotations

import hashlib
import wave
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cti_adapter.recording_files import WAV_HEADER_BYTES, LegFile
from cti_adapter.states import LegRole

RATE_HZ = 8_000
Samples = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class JoinedLeg:
    """One leg on the time line of its call.

    Attributes:
        file: What was joined.
        start_ms: Place of its first sample, from the beginning of the call.
        duration_ms: Its length.
        sha256: Of the exchange's file.
    """

    file: LegFile
    start_ms: int
    duration_ms: int
    sha256: str


def join(legs: Sequence[LegFile], began_at_ms: int, folder: Path) -> tuple[list[JoinedLeg], list[Path]]:
    """Write one WAV file for each side of a call, both from the call's beginning to its end.

    Agents who follow each other share a track, as do supervisors who spoke in the call. Where two of them speak at
    once their samples are added.

    Args:
        legs: At least one.
        began_at_ms: Beginning of the call in ms since 1970; utterances count from it.
        folder: Where the files are written.

    Returns:
        The legs, and the files: the customer's first, then the agents' where there are any.
    """
    joined = [_joined(leg, began_at_ms) for leg in legs]
    length = max(leg.start_ms + leg.duration_ms for leg in joined) * RATE_HZ // 1000
    files = []
    for name, roles in (("customer", {LegRole.CUSTOMER}), ("agent", {LegRole.AGENT, LegRole.SUPERVISOR})):
        own = [leg for leg in joined if leg.file.role in roles]
        if own or name == "customer":
            files.append(_write(folder / f"{name}.wav", _track(own, length)))
    return joined, files


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _joined(leg: LegFile, began_at_ms: int) -> JoinedLeg:
    duration_ms = len(_samples(leg.path)) * 1000 // RATE_HZ
    return JoinedLeg(leg, max(0, leg.started_at_ms - began_at_ms), duration_ms, sha256_of(leg.path))


def _track(legs: Iterable[JoinedLeg], length: int) -> Samples:
    track = np.zeros(length, dtype="<i2")
    for leg in legs:
        start = leg.start_ms * RATE_HZ // 1000
        samples = _samples(leg.file.path)[: length - start]
        place = track[start : start + len(samples)]
        place[:] = np.clip(place.astype(np.int32) + samples, -32_768, 32_767)
    return track


def _samples(path: Path) -> Samples:
    """Return what a leg holds; a file whose header was never finished holds what follows the header."""
    try:
        with wave.open(str(path), "rb") as file:
            pcm = file.readframes(file.getnframes())
    except (wave.Error, EOFError):
        pcm = b""
    if not pcm:
        pcm = path.read_bytes()[WAV_HEADER_BYTES:]
    return np.frombuffer(pcm[: len(pcm) // 2 * 2], dtype="<i2")


def _write(path: Path, track: Samples) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(track.tobytes())
    return path
