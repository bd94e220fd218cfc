"""Sends a recording down the path of a live call: paced chunks per leg into the speech engine."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID, uuid5

from assist_api.calls.chunk_reader import read_chunks
from assist_api.calls.schemas import ReplaySpeed
from assist_api.calls.session import CallSession
from assist_api.calls.stages import LAG_STEP_MS
from assist_api.transcripts.utterances import LegRole
from kit.clock import Clock
from kit.errors import DependencyCategory, DependencyError
from kit.tasks import Overflow
from speech.audio import ms_to_samples
from speech.events import TranscriptionLagged
from speech.recording import Recording
from speech.transcriber import LegTranscriber

LAG_WARNING_MS = 3_000
"""A replay at the pace of speech that is further behind says so; below a third of it has caught up."""
ROLES = (LegRole.CUSTOMER, LegRole.AGENT)
"""Left and right of a stereo recording; a mono one has the customer's place, whoever speaks."""


class LegOpener(Protocol):
    """The part of `speech.engine.SpeechEngine` that a replay needs."""

    async def ready(self) -> None:
        """Wait until legs can be opened."""
        ...

    def open_leg(
        self, leg_id: UUID, *, sample_rate_hz: int, overflow: Overflow, start_sample: int = 0
    ) -> LegTranscriber:
        """Begin to transcribe a leg; whoever opens it closes it."""
        ...


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """What to replay, and from where.

    Attributes:
        call_id: The call.
        recording: Its recording.
        speed: `1` for the pace of speech, `max` for as fast as it is heard.
        start_ms: Where each leg begins; above 0 when a call is taken up again.
    """

    call_id: UUID
    recording: Recording
    speed: ReplaySpeed
    start_ms: tuple[int, ...]

    @property
    def legs(self) -> dict[UUID, LegRole]:
        """Roles by leg id; the ids are the same after a restart."""
        return {leg_id(self.call_id, role): role for role in ROLES[: self.recording.leg_count]}


def leg_id(call_id: UUID, role: LegRole) -> UUID:
    """Return the id of a leg."""
    return uuid5(call_id, role.value)


class Replay:
    """Feeds one recording; `run` once, `stop` at any time."""

    def __init__(
        self, plan: ReplayPlan, engine: LegOpener, session: CallSession, executor: Executor, clock: Clock
    ) -> None:
        self._plan = plan
        self._engine = engine
        self._session = session
        self._executor = executor
        self._clock = clock
        self._is_stopped = False
        self._is_fed = False
        self._lags: dict[UUID, int] = {}
        self.position_ms = min(plan.start_ms)

    @property
    def is_stopped(self) -> bool:
        """Whether someone ended the replay before the recording did."""
        return self._is_stopped

    def stop(self) -> None:
        """Hear no more; what was heard still becomes text."""
        self._is_stopped = True

    async def run(self) -> None:
        """Feed the recording and wait until everything heard is text and every search is answered.

        Raises:
            ExceptionGroup: A part of the call failed; the legs are closed.
        """
        legs = [self._open(leg, start_ms) for leg, start_ms in zip(self._plan.legs, self._plan.start_ms, strict=True)]
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._session.run(), name="replay.session")
                listeners = [
                    group.create_task(self._listen(name, leg), name="replay.listen")
                    for name, leg in zip(self._plan.legs, legs, strict=True)
                ]
                await self._feed(legs)
                self._is_fed = True
                await asyncio.gather(*(leg.finish() for leg in legs), *listeners)
                await self._session.drain()
        finally:
            await asyncio.gather(*(leg.aclose() for leg in legs))

    def _open(self, leg: UUID, start_ms: int) -> LegTranscriber:
        rate = self._plan.recording.sample_rate_hz
        # A recording can be held back, so nothing of it is ever dropped, at either speed.
        return self._engine.open_leg(
            leg, sample_rate_hz=rate, overflow=Overflow.WAIT, start_sample=ms_to_samples(start_ms, rate)
        )

    async def _listen(self, name: UUID, leg: LegTranscriber) -> None:
        async for event in leg.events():
            await self._session.post(event)
        await self._report_lag(name, 0)
        if not self._is_fed:
            raise DependencyError(
                "The transcription of this call broke off.",
                category=DependencyCategory.CONNECTIVITY,
                retryable=False,
                code="speech_failed",
            )

    async def _feed(self, legs: Sequence[LegTranscriber]) -> None:
        pace = Pace(self._clock, self._plan.speed, max(self._plan.start_ms))
        names = tuple(self._plan.legs)
        async with aclosing(read_chunks(self._plan.recording, self._plan.start_ms, self._executor)) as chunks:
            async for index, chunk in chunks:
                await pace.wait_for(chunk.end_ms)
                if not pace.is_paced:
                    # What the agent sees must not depend on how busy the machine is.
                    await self._session.caught_up()
                if self.is_stopped:
                    return
                await legs[index].feed(chunk)
                self.position_ms = max(self.position_ms, chunk.end_ms)
                if pace.is_paced:
                    await self._report_lag(names[index], pace.late_ms(chunk.end_ms) + legs[index].behind_ms)

    async def _report_lag(self, leg: UUID, lag_ms: int) -> None:
        """Tell that a leg falls behind its schedule, when that changes by a second, and that it has caught up."""
        told_ms = self._lags.get(leg, 0)
        if lag_ms <= (LAG_WARNING_MS // 3 if told_ms else LAG_WARNING_MS):
            lag_ms = 0
        if lag_ms != told_ms and (not lag_ms or abs(lag_ms - told_ms) >= LAG_STEP_MS):
            self._lags[leg] = lag_ms
            await self._session.post(TranscriptionLagged(leg, lag_ms, dropped_chunks=0))


class Pace:
    """When audio is due: on an absolute schedule, so that nothing drifts.

    A chunk is due when its last sample would have been spoken. Audio before `origin_ms` is overdue from the start:
    a call that is taken up again catches up with where it stood and goes on at its pace.
    """

    def __init__(self, clock: Clock, speed: ReplaySpeed, origin_ms: int) -> None:
        self._clock = clock
        self.is_paced = speed == "1"
        self._origin_ms = origin_ms
        self._began_at = clock.monotonic()

    async def wait_for(self, audio_ms: int) -> None:
        """Wait until the audio up to this moment is due."""
        if self.is_paced:
            early = self._early(audio_ms)
            if early > 0:
                await self._clock.sleep(early)

    def late_ms(self, audio_ms: int) -> int:
        """Return by how much the audio up to this moment is overdue, 0 when it is not."""
        return max(0, round(-1000 * self._early(audio_ms))) if self.is_paced else 0

    def _early(self, audio_ms: int) -> float:
        return (audio_ms - self._origin_ms) / 1000 - (self._clock.monotonic() - self._began_at)
