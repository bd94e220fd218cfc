"""Sends a recording down the path of a live call: paced chunks per leg into the speech engine."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from contextlib import aclosing
from dataclasses import dataclass
from uuid import UUID

from assist_api.calls.chunk_reader import read_chunks
from assist_api.calls.schemas import ReplaySpeed
from assist_api.calls.session import CallSession
from assist_api.calls.sources.base import LagReports, LegOpener, leg_id
from assist_api.transcripts.utterances import LegRole
from kit.clock import Clock
from kit.errors import DependencyCategory, DependencyError
from kit.tasks import Overflow
from speech.audio import ms_to_samples
from speech.recording import Recording
from speech.transcriber import LegTranscriber

ROLES = (LegRole.CUSTOMER, LegRole.AGENT)
"""Left and right of a stereo recording; a mono one has the customer's place, whoever speaks."""


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


class RecordingSource:
    """Feeds one recording; `run` once, `stop` at any time."""

    def __init__(self, plan: ReplayPlan, engine: LegOpener, executor: Executor, clock: Clock) -> None:
        self._plan = plan
        self._engine = engine
        self._executor = executor
        self._clock = clock
        self._is_stopped = False
        self._is_fed = False
        self._position_ms = min(plan.start_ms)

    @property
    def legs(self) -> Mapping[UUID, LegRole]:
        """Roles by leg id."""
        return self._plan.legs

    @property
    def is_paced(self) -> bool:
        """Whether the recording is heard at the pace of speech."""
        return self._plan.speed == "1"

    @property
    def position_ms(self) -> int:
        """How far the recording was played."""
        return self._position_ms

    @property
    def is_stopped(self) -> bool:
        """Whether someone ended the replay before the recording did."""
        return self._is_stopped

    def stop(self) -> None:
        """Hear no more; what was heard still becomes text."""
        self._is_stopped = True

    async def run(self, session: CallSession) -> None:
        """Feed the recording and wait until everything heard is text and every search is answered.

        Raises:
            ExceptionGroup: A part of the call failed; the legs are closed.
        """
        lags = LagReports(session)
        legs = [self._open(leg, start_ms) for leg, start_ms in zip(self._plan.legs, self._plan.start_ms, strict=True)]
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(session.run(), name="recording.session")
                listeners = [
                    group.create_task(self._listen(name, leg, session, lags), name="recording.listen")
                    for name, leg in zip(self._plan.legs, legs, strict=True)
                ]
                await self._feed(legs, session, lags)
                self._is_fed = True
                await asyncio.gather(*(leg.finish() for leg in legs), *listeners)
                await session.drain()
        finally:
            await asyncio.gather(*(leg.aclose() for leg in legs))

    def _open(self, leg: UUID, start_ms: int) -> LegTranscriber:
        rate = self._plan.recording.sample_rate_hz
        # A recording can be held back, so nothing of it is ever dropped, at either speed.
        return self._engine.open_leg(
            leg, sample_rate_hz=rate, overflow=Overflow.WAIT, start_sample=ms_to_samples(start_ms, rate)
        )

    async def _listen(self, name: UUID, leg: LegTranscriber, session: CallSession, lags: LagReports) -> None:
        async for event in leg.events():
            await session.post(event)
        await lags.tell(name, 0)
        if not self._is_fed:
            raise DependencyError(
                "The transcription of this call broke off.",
                category=DependencyCategory.CONNECTIVITY,
                retryable=False,
                code="speech_failed",
            )

    async def _feed(self, legs: Sequence[LegTranscriber], session: CallSession, lags: LagReports) -> None:
        pace = Pace(self._clock, self._plan.speed, max(self._plan.start_ms))
        names = tuple(self._plan.legs)
        async with aclosing(read_chunks(self._plan.recording, self._plan.start_ms, self._executor)) as chunks:
            async for index, chunk in chunks:
                await pace.wait_for(chunk.end_ms)
                if not pace.is_paced:
                    # What the agent sees must not depend on how busy the machine is.
                    await session.caught_up()
                if self.is_stopped:
                    return
                await legs[index].feed(chunk)
                self._position_ms = max(self._position_ms, chunk.end_ms)
                if pace.is_paced:
                    await lags.tell(names[index], pace.late_ms(chunk.end_ms) + legs[index].behind_ms)


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
