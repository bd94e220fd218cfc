"""The life of one running call: from its recording to its last event."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from uuid import UUID

import structlog

from assist_api.calls import metrics
from assist_api.calls.category import CallCategories
from assist_api.calls.events import (
    CallAnswered,
    CallEnded,
    CallEvent,
    CallInterrupted,
    CallState,
    EndReason,
    TranscriptFinalEvent,
)
from assist_api.calls.failures import Failure, failure_of
from assist_api.calls.journal import CallJournal
from assist_api.calls.models import CallRow
from assist_api.calls.observers import Observe, observe_nothing
from assist_api.calls.recordings import RecordingStore
from assist_api.calls.replay import LegOpener, Replay, ReplayPlan
from assist_api.calls.session import CallSession
from assist_api.suggestions.service import SuggestionService
from assist_api.transcripts.utterances import LegRole
from kit.clock import Clock
from kit.errors import DomainError

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class CallRun:
    """A call that runs here, or is about to.

    Attributes:
        journal: Its only writer.
        files: Its recording.
        start_ms: Where each leg begins.
        replay: What feeds it; None until the recording is open.
        is_stopped: Someone wants it to end.
    """

    journal: CallJournal
    files: Sequence[str]
    start_ms: tuple[int, ...]
    replay: Replay | None = None
    is_stopped: bool = False

    @property
    def call_id(self) -> UUID:
        """The call."""
        return self.journal.call_id

    @property
    def position_ms(self) -> int:
        """How far the recording was played."""
        return min(self.start_ms) if self.replay is None else self.replay.position_ms

    def stop(self) -> None:
        """End the call; what was heard still becomes text."""
        self.is_stopped = True
        if self.replay is not None:
            self.replay.stop()


class CallRunner:
    """Carries calls, one task each."""

    def __init__(
        self,
        engine: LegOpener,
        suggestions: SuggestionService,
        categories: CallCategories,
        recordings: RecordingStore,
        disk: Executor,
        clock: Clock,
        observe: Observe = observe_nothing,
    ) -> None:
        self._engine = engine
        self._suggestions = suggestions
        self._categories = categories
        self._recordings = recordings
        self._disk = disk
        self._clock = clock
        self._observe = observe

    async def carry(self, run: CallRun) -> None:
        """Run a call to its end, and until the database has all of it.

        The last event is `call.ended`, or `call.interrupted` when we are cancelled.
        """
        metrics.RUNNING_CALLS.inc()
        try:
            await self._end(run, await self._outcome(run))
            await run.journal.settled()
        except asyncio.CancelledError:
            if run.journal.snapshot.call.state is not CallState.ENDED:
                await run.journal.record(CallInterrupted(heard_ms=run.position_ms))
            raise
        finally:
            await run.journal.aclose()
            metrics.RUNNING_CALLS.dec()

    async def take_up(self, journal: CallJournal, row: CallRow, events: Sequence[CallEvent]) -> CallRun:
        """Return the run that goes on with a call whose process died, from where each leg's finals end."""
        if journal.snapshot.call.state is CallState.ANSWERED:
            await journal.record(CallInterrupted(heard_ms=journal.snapshot.call.heard_ms))
        start_ms = resume_points(journal.snapshot.call.leg_roles, events)
        return CallRun(journal, row.recording_files, start_ms)

    async def _outcome(self, run: CallRun) -> Failure | None:
        try:
            if run.journal.snapshot.call.state is CallState.INTERRUPTED:
                await self._answer_again(run)
            await self._replay(run)
        except Exception as error:  # noqa: BLE001  # rejected: whatever fails, the call must end and say why
            return failure_of(error)
        return None

    async def _answer_again(self, run: CallRun) -> None:
        call = run.journal.snapshot.call
        if call.source == "cli":
            raise AbandonedCallError("The command that carried this call was killed.")
        answered = CallAnswered(
            source=call.source,
            title=call.title,
            duration_ms=call.duration_ms,
            speed=call.speed,
            leg_roles=call.leg_roles,
            resumed_at_ms=min(run.start_ms),
        )
        await run.journal.record(answered)

    async def _replay(self, run: CallRun) -> None:
        await self._engine.ready()
        recording = await asyncio.get_running_loop().run_in_executor(
            self._disk, self._recordings.open, run.call_id, run.files
        )
        plan = ReplayPlan(run.call_id, recording, run.journal.snapshot.call.speed, run.start_ms)
        session = CallSession(
            run.journal,
            plan.legs,
            suggestions=self._suggestions,
            categories=self._categories,
            clock=self._clock,
            observe=self._observe,
            is_paced=plan.speed == "1",
        )
        run.replay = Replay(plan, self._engine, session, self._disk, self._clock)
        if run.is_stopped:
            run.replay.stop()
        await run.replay.run()

    async def _end(self, run: CallRun, failure: Failure | None) -> None:
        recorded_ms = run.journal.snapshot.call.duration_ms or 0
        if failure is not None:
            ended = CallEnded(
                reason=EndReason.FAILED, code=failure.code, message=failure.message, duration_ms=run.position_ms
            )
        elif run.is_stopped:
            ended = CallEnded(reason=EndReason.STOPPED, code="", message="", duration_ms=run.position_ms)
        else:
            ended = CallEnded(reason=EndReason.COMPLETED, code="", message="", duration_ms=recorded_ms)
        await run.journal.record(ended)
        metrics.CALLS_ENDED.labels(ended.reason.value).inc()
        log.info("call_ended", call_id=str(run.call_id), reason=ended.reason.value, code=ended.code)


class AbandonedCallError(DomainError):
    """A call from the command line cannot be taken up: nobody waits for it any more."""

    code = "call_abandoned"
    http_status = 409


def resume_points(roles: Sequence[LegRole], events: Sequence[CallEvent]) -> tuple[int, ...]:
    """Return where each leg's finals end: what lies behind was not heard, or not told."""
    finals = [event.data for event in events if isinstance(event, TranscriptFinalEvent)]
    return tuple(max((final.end_ms for final in finals if final.leg_role is role), default=0) for role in roles)
