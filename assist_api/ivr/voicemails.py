"""Keeps messages of callers: the sound at once, the words and a draft order as soon as they are recognised."""

from __future__ import annotations

import asyncio
import wave
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

from assist_api.http.core import Core
from assist_api.ivr.dialogue import Circumstances
from assist_api.ivr.hearing import heard_in
from assist_api.ivr.live_flows import LiveFlows
from assist_api.ivr.models import Voicemail
from assist_api.ivr.phone_message import PhoneMessage
from assist_api.ivr.repository import FlowRepository
from assist_api.ivr.systems import InstalledSystems, known_caller
from cti_adapter.audiosocket import BYTES_PER_SAMPLE, SAMPLE_RATE_HZ
from kit.jobs import JobHandler, JobResult, RunningJob
from speech.engine import SpeechEngine
from speech.recording import RecordingLimits

RECOGNISE = "ivr.voicemail_words"
_LONGEST = RecordingLimits(max_duration=timedelta(minutes=3))
"""A message is recorded for two minutes (`Record.most_seconds`) and a little more."""


class Voicemails:
    """Messages, from the end of the recording to the draft order."""

    def __init__(self, core: Core, live: LiveFlows, systems: InstalledSystems, engine: SpeechEngine) -> None:
        self._core = core
        self._live = live
        self._systems = systems
        self._engine = engine
        self._folder = core.settings.data_dir / "ivr" / "voicemails"

    @property
    def handler(self) -> JobHandler:
        """Durable work: words that did not come while the caller waited."""
        return JobHandler(RECOGNISE, self._recognise, max_attempts=8, retry_after=timedelta(seconds=30))

    async def keep(self, message: PhoneMessage, call_id: UUID, sector: str, around: Circumstances) -> None:
        """Keep a message; one whose words did not come in time is recognised later, from its sound."""
        voicemail_id = uuid4()
        await asyncio.to_thread(_write, self._folder / f"{voicemail_id}.wav", bytes(message.pcm))
        row = Voicemail(
            id=voicemail_id, call_id=call_id, number=around.caller_number, seconds=message.seconds, text="",
            received_at=self._core.clock.now(),
        )  # fmt: skip
        if message.is_drained and message.words:
            filed = await self._file(voicemail_id, "".join(message.words), row.number, sector, around.account)
            filed.write_to(row)
        async with self._core.database.session() as session:
            FlowRepository(session).add_row(row)
            if not message.is_drained:
                ordered = {"voicemail_id": str(voicemail_id), "sector": sector}
                await self._core.jobs.enqueue(session, RECOGNISE, ordered, unique_key=str(voicemail_id))

    async def _file(self, voicemail_id: UUID, text: str, number: str, sector: str, account: str) -> _Filed:
        """Say what a message is about, and make a draft order of it."""
        intent = (await asyncio.to_thread(self._live.understand, text)).best
        order_id, order_number = await self._systems.draft_of_message(
            voicemail_id, sector=sector, intent=intent, text=text, number=number, account=account
        )
        return _Filed(text, intent, order_id, order_number)

    async def _recognise(self, job: RunningJob) -> JobResult:
        voicemail_id, sector = UUID(str(job.payload["voicemail_id"])), str(job.payload["sector"])
        text = (await heard_in(self._engine, self._folder / f"{voicemail_id}.wav", limits=_LONGEST)).text
        async with self._core.database.session() as session:
            row = await session.get(Voicemail, voicemail_id)
        if row is None or row.text or not text:
            return {"state": "no_words" if row is not None and not text else "unchanged"}
        filed = _Filed(text)
        if row.handled_at is None and row.order_id is None:
            account = (await known_caller(self._core, row.number)).account
            filed = await self._file(voicemail_id, text, row.number, sector, account)
        async with job.transaction() as session:
            # Somebody may have handled the message meanwhile.
            now = await session.get(Voicemail, voicemail_id, with_for_update=True)
            if now is not None:
                filed.write_to(now)
        return {"state": "recognised"}


@dataclass(frozen=True, slots=True)
class _Filed:
    """Words of a message, what they are about, and the draft order; without an order where a person has seen to it."""

    text: str
    intent: str | None = None
    order_id: UUID | None = None
    order_number: str | None = None

    def write_to(self, row: Voicemail) -> None:
        row.text = self.text
        row.intent = row.intent or self.intent
        row.order_id = row.order_id or self.order_id
        row.order_number = row.order_number or self.order_number


def _write(file: Path, pcm: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(BYTES_PER_SAMPLE)
        sound.setframerate(SAMPLE_RATE_HZ)
        sound.writeframes(pcm)
