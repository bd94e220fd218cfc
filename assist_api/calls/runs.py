"""The life of one running call: from its source of audio to its last event."""

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
    EndReason,
    TranscriptFinalEvent,
)
from assist_api.calls.failures import Failure, failure_of
from assist_api.calls.journal import CallJournal
from assist_api.calls.models import CallRow
from assist_api.calls.observers import Observe, observe_nothing
from assist_api.calls.recordings import RecordingStore
from assist_api.calls.session import CallSession
from assist_api.calls.sources.base import CallSource, LegOpener
from assist_api.calls.sources.live import LiveSource
from assist_api.calls.sources.recording import RecordingSource, ReplayPlan
from assist_api.calls.states import RUNNING_STATES, CallState
from assist_api.suggestions.service import SuggestionService
from assist_api.transcripts.utterances import LegRole
from kit.clock import Clock
from kit.errors import DomainError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a call ends.

    Attributes:
        reason: Kind of end.
        code: Translatable, for a failure.
        message: English, for a failure.
    """

    reason: EndReason
    code: str = ""
    message: str = ""


@dataclass(slots=True)
class CallRun:
    """A call that runs here, or is about to.

    Attributes:
        journal: Its only writer.
        files: Its recording; none for a telephone call.
        start_ms: Where each leg of the recording begins.
        source: What feeds it; of a recording None until it is open.
        ending: How it shall end before its source does; None as long as nobody wants that.
    """

    journal: CallJournal
    files: Sequence[str] = ()
    start_ms: tuple[int, ...] = ()
    source: CallSource | None = None
    ending: Ending | None = None

    @property
    def call_id(self) -> UUID:
        """The call."""
        return self.journal.call_id

    @property
    def live(self) -> LiveSource | None:
        """The source of a telephone call; None for a recording."""
        return self.source if isinstance(self.source, LiveSource) else None

    @property
    def position_ms(self) -> int:
        """How far the call was played or has lasted."""
        return min(self.start_ms) if self.source is None else self.source.position_ms

    def stop(self, ending: Ending | None = None) -> None:
        """End the call, as stopped by a person where nothing else is said; what was heard still becomes text."""
        self.ending = ending or Ending(EndReason.STOPPED)
        if self.source is not None:
            self.source.stop()


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
            if not run.journal.snapshot.call.state.is_over:
                await run.journal.record(CallInterrupted(heard_ms=run.position_ms))
            raise
        finally:
            await run.journal.aclose()
            metrics.RUNNING_CALLS.dec()

    async def take_up(self, journal: CallJournal, row: CallRow, events: Sequence[CallEvent]) -> CallRun:
        """Return the run that goes on with a call whose process died.

        A recording goes on where each leg's finals end. A telephone call waits, interrupted, until whoever follows the
        exchange says how it stands and taps its legs again.
        """
        call = journal.snapshot.call
        if call.state in RUNNING_STATES:
            await journal.record(CallInterrupted(heard_ms=call.heard_ms))
        if call.source == "live":
            elapsed = self._clock.now() - call.created_at
            return CallRun(journal, source=self.live_source(elapsed_ms=round(elapsed.total_seconds() * 1000)))
        start_ms = resume_points(call.leg_roles, events)
        return CallRun(journal, row.recording_files, start_ms)

    def live_source(self, *, elapsed_ms: int = 0) -> LiveSource:
        """Return a source for a telephone call that has lasted for some time."""
        return LiveSource(self._engine, self._clock, elapsed_ms=max(0, elapsed_ms))

    async def _outcome(self, run: CallRun) -> Failure | None:
        try:
            if run.live is None and run.journal.snapshot.call.state is CallState.INTERRUPTED:
                await self._answer_again(run)
            await self._hear(run)
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

    async def _hear(self, run: CallRun) -> None:
        await self._engine.ready()
        if run.source is None:
            run.source = await self._open_recording(run)
        session = CallSession(
            run.journal,
            run.source.legs,
            suggestions=self._suggestions,
            categories=self._categories,
            clock=self._clock,
            observe=self._observe,
            is_paced=run.source.is_paced,
        )
        if run.ending is not None:
            run.source.stop()
        await run.source.run(session)

    async def _open_recording(self, run: CallRun) -> RecordingSource:
        recording = await asyncio.get_running_loop().run_in_executor(
            self._disk, self._recordings.open, run.call_id, run.files
        )
        plan = ReplayPlan(run.call_id, recording, run.journal.snapshot.call.speed, run.start_ms)
        return RecordingSource(plan, self._engine, self._disk, self._clock)

    async def _end(self, run: CallRun, failure: Failure | None) -> None:
        ending = run.ending or Ending(EndReason.COMPLETED)
        if failure is not None:
            ending = Ending(EndReason.FAILED, failure.code, failure.message)
        recorded_ms = run.journal.snapshot.call.duration_ms
        is_whole = ending.reason is EndReason.COMPLETED and recorded_ms is not None
        ended = CallEnded(
            reason=ending.reason,
            code=ending.code,
            message=ending.message,
            duration_ms=recorded_ms if is_whole and recorded_ms is not None else run.position_ms,
        )
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
