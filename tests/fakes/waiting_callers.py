"""Callers in the queue of a real exchange: settings under which they are spoken to soon, and what they hear."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np

from assist_api.http.application import Application
from assist_api.ivr.outgoing import OutgoingSpeech
from assist_api.ivr.prompts import Prompts
from assist_api.ivr.systems import InstalledSystems
from assist_api.routing.book import Announcements, DialledNumber, Queue, RoutingBook
from assist_api.waiting.announcer import WaitingAnnouncer
from cti_adapter.adapter import CTIAdapter
from kit.tasks import cancel_and_wait
from tests.servers.asterisk import NUMBER, QUEUE

MUSIC_HZ, SAME_SOUND = 425, 0.6
"""Tone of music on hold; correlation from which a sound counts as the same."""
BOOK = RoutingBook(
    numbers=(DialledNumber(number=NUMBER, title="", sector="power", queue=QUEUE),),
    queues=(
        Queue(
            name=QUEUE,
            title="",
            announcements=Announcements(first_seconds=5, every_seconds=15, offers_callback=True),
        ),
    ),
)


class TwoMinutesEach:
    """Expects that everybody in line waits two minutes."""

    def expected_wait(self, name: str, ahead: int) -> int | None:
        return 120 * (ahead + 1)


@asynccontextmanager
async def announcing(application: Application, control: CTIAdapter) -> AsyncIterator[None]:
    """Speak to whoever waits, soon and often."""
    announcer = WaitingAnnouncer(
        application.core,
        control,
        lambda: BOOK,
        TwoMinutesEach(),
        application.get(InstalledSystems),
        application.get(Prompts),
        application.get(OutgoingSpeech),
    )
    running = asyncio.ensure_future(announcer.run())
    try:
        yield
    finally:
        await cancel_and_wait(running)
        await announcer.aclose()


def is_in(wanted: bytes, heard: bytes) -> bool:
    """Tell whether a sound is part of another one, by their greatest correlation without the tone of the music."""
    size = 1 << (len(heard) + len(wanted)).bit_length()
    spectrum, mixed = (
        np.fft.rfft(np.frombuffer(pcm[: len(pcm) // 2 * 2], dtype="<i2"), size) for pcm in (wanted, heard)
    )
    is_music = np.abs(np.fft.rfftfreq(size, 1 / 8000) - MUSIC_HZ) < 10
    spectrum[is_music] = mixed[is_music] = 0
    length, energy = len(wanted) // 2, np.cumsum(np.fft.irfft(mixed) ** 2)
    places = len(heard) // 2 - length
    if places <= 0:
        return False
    # The exchange turns the sound upside down, which nobody hears.
    products = np.abs(np.fft.irfft(mixed * np.conj(spectrum))[:places])
    own = (np.fft.irfft(spectrum) ** 2).sum()
    return bool((products / np.sqrt((energy[length : length + places] - energy[:places]) * own + 1)).max() > SAME_SOUND)


def has_music(pcm: bytes) -> bool:
    """Tell whether nothing but the tone of music on hold, 425 Hz, sounds in a second of sound."""
    powers = np.abs(np.fft.rfft(np.frombuffer(pcm, dtype="<i2").astype(float))) ** 2
    return bool(powers[MUSIC_HZ - 5 : MUSIC_HZ + 6].sum() > 0.8 * powers.sum() > 0)
