"""Compares what telephones heard with what was recorded: a voice that somebody heard is in a file of its speaker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from cti_adapter.phone.sip_phone import PhoneCall
from cti_adapter.recording_files import WAV_HEADER_BYTES, LegFile
from tests.fakes.cti_tones import heard

LOOK_SECONDS = 0.25
_RATE_HZ = 8_000
_LAG_SECONDS = 0.6
"""How far a window that was heard may lie from the one that was recorded: the way through a busy machine."""


@dataclass
class Ears:
    """Notes which tones telephones hear, and when (seconds since 1970)."""

    calls: list[PhoneCall] = field(default_factory=list)
    heard: list[tuple[float, int]] = field(default_factory=list)

    async def listen(self) -> None:
        """Look at every telephone again and again, until cancelled."""
        lengths: dict[int, int] = {}
        before: dict[int, set[int]] = {}
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            now = time.time()
            for call in self.calls:
                # A telephone that hears nothing now has nothing new at the end of its sound.
                is_new = len(call.heard) > lengths.get(id(call), 0)
                tones = heard(call.heard) if is_new and not call.ended.is_set() else set()
                # What is heard twice in a row is no edge of a tone.
                self.heard += [(now, tone) for tone in tones & before.get(id(call), set())]
                lengths[id(call)], before[id(call)] = len(call.heard), tones


def find_missing(ears: Ears, legs: Iterable[LegFile], speakers: Mapping[int, Iterable[str]]) -> list[tuple[float, int]]:
    """Return the moments at which a tone was heard and is in no file of its speaker near that moment.

    Args:
        ears: What was heard in a call.
        legs: Recordings of the call.
        speakers: Tone to the roles that its speaker has in names of files; other tones are nobody's.
    """
    spoken: dict[int, list[tuple[float, float]]] = {tone: [] for tone in speakers}
    for leg in legs:
        samples = leg.path.read_bytes()[WAV_HEADER_BYTES:]
        for tone, roles in speakers.items():
            if leg.role in roles:
                spoken[tone] += _spans(samples, leg.started_at_ms / 1000, tone)
    return [
        (at, tone)
        for at, tone in ears.heard
        if tone in spoken and not any(start - _LAG_SECONDS <= at <= end + _LAG_SECONDS for start, end in spoken[tone])
    ]


def share_with_tone(leg: LegFile, tone: int) -> float:
    """Return in which share of the windows of a file a tone is heard, its last second aside: the hang-up cuts it."""
    pcm = leg.path.read_bytes()[WAV_HEADER_BYTES : -2 * _RATE_HZ]
    return len(_spans(pcm, 0, tone)) * LOOK_SECONDS / max(LOOK_SECONDS, len(pcm) / 2 / _RATE_HZ)


def _spans(pcm: bytes, began: float, tone: int) -> list[tuple[float, float]]:
    """Return the windows in which a file holds a tone, as seconds since 1970."""
    size = round(LOOK_SECONDS * _RATE_HZ) * 2
    windows = np.arange(0, max(0, len(pcm) - size), size)
    held = [start for start in windows if tone in heard(pcm[start : start + size])]
    return [(began + start / 2 / _RATE_HZ, began + (start + size) / 2 / _RATE_HZ) for start in held]
