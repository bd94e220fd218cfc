"""Orders second passes, hears the recordings in a job, and gives the text beside what the agent saw."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.calls.masking import CallMask
from assist_api.calls.reading import CallReading
from assist_api.calls.service import CallService
from assist_api.calls.viewer import CallViewer
from assist_api.http.core import AuditTrail
from assist_api.second_pass.comparison import differences
from assist_api.second_pass.listening import listen
from assist_api.second_pass.models import SecondPassRow
from assist_api.second_pass.policy import SecondPassPolicy
from assist_api.second_pass.repository import SecondPassRepository
from assist_api.second_pass.schemas import SecondPass, SecondPassLine, TranscriptLine, TranscriptVersion
from assist_api.transcripts.utterances import Utterance
from kit.clock import Clock
from kit.db import Database
from kit.errors import ConflictError, NotFoundError
from kit.jobs import JobDetail, JobHandler, JobQueue, RunningJob
from kit.tasks import background_executor
from speech.engine import SpeechEngine

KIND = "second_pass.make"
NICENESS = 10
LOOKS_BACK = timedelta(days=1)
"""Switching the second pass on does not order the calls of a whole year."""
ORDERED_AT_ONCE = 5
WAIT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Transcript:
    """The text of a call in one version.

    Attributes:
        lines: In the order of time.
        model: What heard the second pass; empty for what the agent saw.
        is_masked: Whether identities are masked.
    """

    lines: list[TranscriptLine]
    model: str
    is_masked: bool


class SecondPasses:
    """Second passes of calls. The job goes on only while no call runs in this process."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        jobs: JobQueue,
        audit: AuditTrail,
        calls: CallService,
        reading: CallReading,
        speech: SpeechEngine,
        policy: Callable[[], SecondPassPolicy],
    ) -> None:
        self._database = database
        self._clock = clock
        self._jobs = jobs
        self._audit = audit
        self._calls = calls
        self._reading = reading
        self._speech = speech
        self._policy = policy
        self._disk = background_executor("second-pass")
        self.handler = JobHandler(KIND, self._run, max_attempts=2, on_failed=self._note_failure)

    async def aclose(self) -> None:
        """End the thread that reads recordings."""
        await asyncio.to_thread(self._disk.shutdown)

    async def order(self, viewer: CallViewer, call_id: UUID) -> SecondPass:
        """Order that a call is heard again; while such a job goes on, nothing more is ordered.

        Raises:
            NotFoundError: The call does not exist for this viewer.
            ConflictError: `call_not_ended`, or `recording_not_stored`.
        """
        call = (await self._calls.snapshot(call_id)).data.call
        if not call.state.is_over:
            raise ConflictError("A call can be heard again once it is over.", code="call_not_ended")
        if not call.has_audio:
            raise ConflictError("The recording of this call is not stored.", code="recording_not_stored")
        async with self._database.session() as session:
            payload = {"call_id": str(call_id)}
            job = await self._jobs.enqueue(session, KIND, payload, viewer.account_id, unique_key=str(call_id))
            if job.is_new:
                self._audit.record(session, viewer.actor, "second_pass.ordered", "call", call_id)
        return await self.view(viewer, call_id)

    async def order_due(self) -> None:
        """Order the calls that ended since, where the policy asks for it."""
        if not self._policy().is_on or not self._calls.is_idle:
            return
        async with self._database.session() as session:
            due = await SecondPassRepository(session).due(self._clock.now() - LOOKS_BACK, ORDERED_AT_ONCE)
            for call_id in due:
                await self._jobs.enqueue(session, KIND, {"call_id": str(call_id)}, unique_key=str(call_id))

    async def view(self, viewer: CallViewer, call_id: UUID) -> SecondPass:
        """Return the second pass of a call for the eyes of the viewer, compared with what the agent saw.

        Raises:
            NotFoundError: The call does not exist for this viewer.
        """
        seen = (await self._reading.snapshot(viewer, call_id)).data
        async with self._database.session() as session:
            row = await SecondPassRepository(session).find(call_id)
            job_id = await self._jobs.find_live(session, KIND, str(call_id))
        second = [] if row is None else [Utterance.model_validate(item) for item in row.utterances]
        mask = await self._reading.mask_for(viewer, call_id, second)
        if mask is not None:
            second = await asyncio.to_thread(_masked, mask, second)
        finals = [item for item in seen.utterances if item.is_final]
        lines, share = await asyncio.to_thread(_compared, finals, second)
        ready = "failed" if row is not None and row.error_code else "ready"
        return SecondPass(
            state="ordered" if job_id is not None else "none" if row is None else ready,
            job_id=job_id,
            can_be_ordered=seen.call.state.is_over and seen.call.has_audio,
            made_at=None if row is None else row.made_at,
            model="" if row is None else row.model,
            beam_size=0 if row is None else row.beam_size,
            error_code="" if row is None else row.error_code or "",
            changed_share=share,
            lines=lines,
        )

    async def transcript(self, viewer: CallViewer, call_id: UUID, version: TranscriptVersion) -> Transcript:
        """Return one version of the text of a call, masked for who may not see identities.

        Raises:
            NotFoundError: The call does not exist for this viewer, or `second_pass_not_made`.
        """
        mask = await self._reading.mask_for(viewer, call_id, ())
        if version is TranscriptVersion.AS_SEEN:
            snapshot = (await self._reading.snapshot(viewer, call_id)).data
            said = [item for item in snapshot.utterances if item.is_final]
            lines = [_line(item, item.written) for item in said]
            return Transcript(lines, "", is_masked=mask is not None)
        second = await self.view(viewer, call_id)
        if second.made_at is None or second.error_code:
            raise NotFoundError("This call was not heard a second time.", code="second_pass_not_made")
        lines = [_line(line, line.text) for line in second.lines]
        return Transcript(lines, second.model, is_masked=mask is not None)

    async def _run(self, job: RunningJob) -> dict[str, int]:
        call_id = UUID(str(job.payload["call_id"]))
        policy = self._policy()
        recording = await self._calls.archive.open_recording(call_id)
        settings = self._speech.settings
        chosen = {"beam_size": policy.beam_size, "model": policy.model or settings.model}
        engine = self._speech.beside(settings.model_copy(update=chosen | {"worker_count": 1, "niceness": NICENESS}))

        async def breathe(heard_ms: int) -> None:
            await job.report(heard_ms, recording.duration_ms)
            while not self._calls.is_idle:
                job.check()
                await self._clock.sleep(WAIT_SECONDS)

        try:
            await breathe(0)
            await engine.warm_up()
            said = await listen(engine, recording, call_id, self._disk, breathe)
        finally:
            await engine.aclose()
        result = {"utterances": len(said)}
        async with job.transaction() as session:
            await SecondPassRepository(session).save(self._row(call_id, policy, said))
            await job.succeed(session, result)
        return result

    async def _note_failure(self, session: AsyncSession, job: JobDetail) -> None:
        row = self._row(UUID(str(job.payload["call_id"])), self._policy(), [])
        row.error_code = job.error_code or "unexpected"
        await SecondPassRepository(session).save(row)

    def _row(self, call_id: UUID, policy: SecondPassPolicy, said: Sequence[Utterance]) -> SecondPassRow:
        return SecondPassRow(
            call_id=call_id,
            made_at=self._clock.now(),
            model=policy.model or self._speech.settings.model,
            beam_size=policy.beam_size,
            error_code=None,
            utterances=[item.model_dump(mode="json") for item in said],
        )


def _masked(mask: CallMask, said: Sequence[Utterance]) -> list[Utterance]:
    return [mask.utterance(item) for item in said]


def _line(item: Utterance | SecondPassLine, text: str) -> TranscriptLine:
    return TranscriptLine(leg_role=item.leg_role, start_ms=item.start_ms, end_ms=item.end_ms, text=text)


def _compared(seen: Sequence[Utterance], second: Sequence[Utterance]) -> tuple[list[SecondPassLine], float]:
    found = differences(seen, second)
    lines = [
        SecondPassLine(
            segment_id=item.segment_id,
            leg_role=item.leg_role,
            start_ms=item.start_ms,
            end_ms=item.end_ms,
            confidence=item.confidence,
            language=item.language,
            text=item.written,
            differences=changes,
        )
        for item, changes in zip(second, found, strict=True)
    ]
    letters = sum(sign.isalnum() for line in lines for sign in line.text)
    changed = sum(max(len(change.heard), change.end - change.start) for line in lines for change in line.differences)
    return lines, min(1.0, changed / letters) if letters else 0.0
