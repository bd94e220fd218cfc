"""Writes what one party says to a file of its own, named as the recordings of an exchange are."""

from __future__ import annotations

import asyncio
import wave
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import UUID

import structlog

from cti_adapter.audiosocket import BYTES_PER_SAMPLE, SAMPLE_RATE_HZ, TapTimeline
from cti_adapter.states import LegRole

log = structlog.get_logger(__name__)

MOST_WAITING_BYTES = 60 * SAMPLE_RATE_HZ * BYTES_PER_SAMPLE
"""Audio that may wait for a slow disk, 60 seconds; beyond it the recording of the leg ends and says so."""


class LegRecorder:
    """One leg's file. Audio is taken at once and written by `flush`, so that a slow disk delays nothing.

    Args:
        folder: Where the recordings of the exchange are looked for; made when it is missing.
        call_id: The call.
        leg_id: The leg.
        role: What the party is in the call.
    """

    def __init__(self, folder: Path, call_id: UUID, leg_id: UUID, role: LegRole) -> None:
        self._folder = folder
        self._call_id = call_id
        self._suffix = f"{leg_id}-{call_id}-{role.value}.wav"
        self._timeline = TapTimeline()
        self._waiting = bytearray()
        self._began_at: datetime | None = None
        self._file: wave.Wave_write | None = None
        self._is_lost = False

    def receive(self, pcm: bytes, arrived: float, now: datetime) -> None:
        """Take audio that arrived now; silence stands for what is missing before it.

        Args:
            pcm: 16-bit little-endian at 8 kHz.
            arrived: Seconds of a clock that never runs backwards.
            now: Wall time, for the name of the file.
        """
        if self._is_lost:
            return
        if self._began_at is None:
            self._began_at = now
        for chunk in self._timeline.feed(pcm, arrived, is_withheld=False):
            self._waiting += chunk.pcm
        if len(self._waiting) > MOST_WAITING_BYTES:
            self._lose("The disk is too slow.")

    async def flush(self) -> None:
        """Write what waits; a disk that fails ends the recording of this leg and nothing else. Never cancelled."""
        if not self._waiting or self._began_at is None:
            return
        pcm, self._waiting = bytes(self._waiting), bytearray()
        try:
            await asyncio.to_thread(self._write, pcm, self._began_at)
        except OSError as error:
            self._lose(error.strerror or type(error).__name__)

    async def aclose(self) -> None:
        """Write the rest and close the file; safe to call twice."""
        await self.flush()
        file, self._file = self._file, None
        if file is not None:
            with suppress(OSError):
                await asyncio.to_thread(file.close)

    def _write(self, pcm: bytes, began_at: datetime) -> None:
        if self._file is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            start_ms = round(began_at.timestamp() * 1000)
            # Open for as long as the leg speaks; `aclose` closes it.
            self._file = wave.open(str(self._folder / f"{start_ms:013d}-{self._suffix}"), "wb")  # noqa: SIM115
            self._file.setnchannels(1)
            self._file.setsampwidth(BYTES_PER_SAMPLE)
            self._file.setframerate(SAMPLE_RATE_HZ)
        self._file.writeframesraw(pcm)

    def _lose(self, reason: str) -> None:
        self._is_lost = True
        self._waiting.clear()
        log.error("siprec_recording_lost", call_id=str(self._call_id), reason=reason)
