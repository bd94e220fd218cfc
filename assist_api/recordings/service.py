"""Joins the recordings of telephone calls, keeps them as long as the policy says, and holds those that must stay."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import structlog
from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.calls.events import EndReason
from assist_api.calls.models import CallRow
from assist_api.calls.recordings import IncomingFile
from assist_api.calls.repository import CallRepository
from assist_api.calls.service import CallService, StoredAudio
from assist_api.calls.states import CallState
from assist_api.http.actor import Actor, program
from assist_api.http.core import AuditTrail
from assist_api.policies.service import Policies
from assist_api.recordings.cuts import CallSpan, Cut, find_cuts
from assist_api.recordings.joining import JoinedLeg, join
from assist_api.recordings.keeping import KeptAudio
from assist_api.recordings.models import CallRecording, RecordingHold
from assist_api.recordings.policy import RETENTION
from assist_api.recordings.repository import Reconciled, RecordingRepository
from assist_api.recordings.schemas import HoldView, RecordedLeg, RecordingGap, RecordingGaps, RecordingView
from cti_adapter.recording_files import LegFile, list_recordings, role_of
from kit.clock import Clock
from kit.db import Database
from kit.errors import ConflictError
from kit.jobs import Every, JobHandler, JobQueue, JobResult, RunningJob

log = structlog.get_logger(__name__)

JOIN, EXPIRE = "recording.join", "recording.expire"
CLOSING_TIME = timedelta(seconds=3)
"""After a hang-up the exchange still closes its files."""
LOOKED_FOR = timedelta(days=7)
RECONCILED_WITHIN = timedelta(hours=24)
AT_ONCE = 200
LOW_BYTES = 500_000_000
"""Below it the exchange's disk is nearly full: two legs of a call need 1.9 MB a minute, so this is 4 h of one call or
a quarter of an hour of sixteen."""


class RecordingNotThereError(ConflictError):
    """The exchange has not closed the files of a call yet; the job tries again."""

    code = "recording_not_there"


@dataclass(frozen=True, slots=True)
class RecordingFolder:
    """Where the exchange writes, as this machine sees it.

    Attributes:
        path: One file for each leg.
        node_name: Name of the exchange; identities of calls are made from it.
    """

    path: Path
    node_name: str

    def legs_of(self, call_id: UUID) -> list[LegFile]:
        """Return the recorded legs of a call; blocks on the disk."""
        return [leg for leg in self.legs() if leg.call_id == call_id]

    def legs(self) -> list[LegFile]:
        """Return every recorded leg; none while there is no folder."""
        return list(list_recordings(self.path, self.node_name)) if self.path.is_dir() else []

    def free_bytes(self) -> int | None:
        """Return how much the exchange can still write; None while there is no folder. Blocks on the disk."""
        return shutil.disk_usage(self.path).free if self.path.is_dir() else None


class CallRecordings:
    """Recordings of calls, from the exchange's folder to their deletion."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        calls: CallService,
        jobs: JobQueue,
        audit: AuditTrail,
        policies: Policies,
        folder: RecordingFolder | None,
        kept: KeptAudio | None = None,
    ) -> None:
        """Keep the parts.

        Args:
            database: Where recordings and holds are listed.
            clock: For times of everything that is stored.
            calls: Stores audio beside its call.
            jobs: Takes the orders.
            audit: Records holds and deletions.
            policies: Has the retention in force.
            folder: Of the exchange; None without one.
            kept: The store that audio is moved to; None where it stays on this machine.
        """
        self._database = database
        self._clock = clock
        self._calls = calls
        self._jobs = jobs
        self._audit = audit
        self._policies = policies
        self._folder = folder
        self._kept = kept

    @property
    def handlers(self) -> tuple[JobHandler, ...]:
        """Kinds of durable work."""
        join_calls = JobHandler(JOIN, self._join, max_attempts=5)
        return (join_calls, JobHandler(EXPIRE, self._expire, schedule=Every(timedelta(hours=6))))

    # ---- joining --------------------------------------------------------------------------------------------------

    async def order(self, call_id: UUID, lengths: Mapping[str, int] | None = None) -> None:
        """Order that the recording of a call which has ended is joined; a second order changes nothing.

        Args:
            call_id: Which call.
            lengths: How long each file has to be at least, in ms, as events told.
        """
        async with self._database.session() as session:
            await self._order(session, call_id, lengths or {})

    async def order_forgotten(self) -> None:
        """Order what no event ordered: calls that ended while this server was down."""
        since = self._clock.now() - LOOKED_FOR
        async with self._database.session() as session:
            for call_id in await RecordingRepository(session).unjoined(since, AT_ONCE):
                await self._order(session, call_id, {})

    async def _order(self, session: AsyncSession, call_id: UUID, lengths: Mapping[str, int]) -> None:
        run_at = self._clock.now() + CLOSING_TIME
        payload: dict[str, JsonValue] = {"call_id": str(call_id), "lengths": dict(lengths)}
        await self._jobs.enqueue(session, JOIN, payload, unique_key=str(call_id), run_at=run_at)

    async def _join(self, job: RunningJob) -> JobResult | None:
        call_id = UUID(str(job.payload["call_id"]))
        async with self._database.session() as session:
            call = await CallRepository(session).find(call_id)
            known = await RecordingRepository(session).find(call_id)
        if call is None or self._folder is None or known is not None or call.source != "live":
            return {"state": "unchanged"}
        if not CallState(call.state).is_over:
            raise RecordingNotThereError("The call is still being written.")
        files = await asyncio.to_thread(self._folder.legs_of, call_id)
        if not files and job.attempt < 3:
            raise RecordingNotThereError("The exchange has no file of this call yet.")
        legs = await asyncio.to_thread(lambda: [leg for leg in files if leg.has_sound()])
        if not legs:
            state = "missing" if call.agent_name else "none"
            async with job.transaction() as session:
                await RecordingRepository(session).save(self._row(call_id, state))
            await asyncio.to_thread(_remove, files)
            return {"state": state}
        span = _span(call, job.payload.get("lengths"))
        with tempfile.TemporaryDirectory() as temporary:
            joined, tracks = await asyncio.to_thread(join, legs, span.began_at_ms, Path(temporary))
            cuts = find_cuts(span, joined)
            state = "cut_short" if cuts else "joined"
            rows = [_leg(leg, cuts.pop(leg.file.path.name, None)) for leg in joined]
            rows += [_unwritten(name, cut) for name, cut in cuts.items()]
            await self._store(job, call_id, state, rows, tracks)
        await asyncio.to_thread(_remove, files)
        return {"state": state, "legs": len(legs)}

    async def _store(
        self, job: RunningJob, call_id: UUID, state: str, legs: Sequence[dict[str, JsonValue]], tracks: Sequence[Path]
    ) -> None:
        async def write(session: AsyncSession, stored: StoredAudio) -> None:
            await RecordingRepository(session).save(self._row(call_id, state, legs, stored))

        with ExitStack() as stack:
            incoming = [IncomingFile(path.name, stack.enter_context(path.open("rb"))) for path in tracks]
            await self._calls.store_audio(call_id, incoming, write, transaction=job.transaction)

    def _row(
        self,
        call_id: UUID,
        state: str,
        legs: Sequence[dict[str, JsonValue]] = (),
        stored: StoredAudio | None = None,
    ) -> CallRecording:
        return CallRecording(
            call_id=call_id,
            state=state,
            legs=list(legs),
            sha256=stored.sha256 if stored is not None else "",
            duration_ms=stored.duration_ms if stored is not None else 0,
            changed_at=self._clock.now(),
        )

    # ---- retention ------------------------------------------------------------------------------------------------

    async def _expire(self, job: RunningJob) -> JobResult | None:
        """Delete audio that is older than the policy says, never one on hold."""
        keep_days = self._policies.current(RETENTION).keep_days
        if keep_days == 0:
            return {"deleted": 0}
        before = self._clock.now() - timedelta(days=keep_days)
        async with self._database.session() as session:
            expired = await RecordingRepository(session).expired(before, AT_ONCE)
        deleted = 0
        for call_id in expired:
            job.check()
            deleted += await self._delete(call_id, keep_days)
        return {"deleted": deleted}

    async def _delete(self, call_id: UUID, keep_days: int) -> bool:
        async def write(session: AsyncSession) -> bool:
            recordings = RecordingRepository(session)
            if await recordings.find_hold(call_id) is not None:
                return False
            known = await recordings.find(call_id)
            if known is not None:
                known.state, known.changed_at = "deleted", self._clock.now()
            actor, details = program("retention"), {"keep_days": keep_days}
            self._audit.record(session, actor, "recording.deleted", "call", call_id, details=details)
            return True

        # First where it may fail: what is still in the store is tried again, and nothing says that it is gone.
        if self._kept is not None and not await self._is_held(call_id):
            await self._kept.remove(call_id)
        return await self._calls.delete_audio(call_id, write)

    async def _is_held(self, call_id: UUID) -> bool:
        async with self._database.session() as session:
            return await RecordingRepository(session).find_hold(call_id) is not None

    # ---- what people ask ------------------------------------------------------------------------------------------

    async def view(self, call_id: UUID) -> RecordingView:
        """Return what is known of the audio of a call; the caller checks whether it may be known."""
        async with self._database.session() as session:
            recordings = RecordingRepository(session)
            known, hold = await recordings.find(call_id), await recordings.find_hold(call_id)
            call = await CallRepository(session).find(call_id)
        has_audio = call is not None and call.playable_file is not None
        legs = [_leg_view(leg) for leg in known.legs] if known is not None else []
        return RecordingView.model_validate(
            {
                "state": known.state if known is not None else "stored" if has_audio else "none",
                "sha256": known.sha256 if known is not None else "",
                "legs": legs,
                "missing_from_ms": _missing_from_ms(legs),
                "hold": _hold_view(hold) if hold is not None else None,
            }
        )

    async def hold(self, actor: Actor, call_id: UUID, reason: str) -> None:
        """Keep the audio of a call whatever the retention says; a second hold replaces the reason."""
        async with self._database.session() as session:
            row = RecordingHold(call_id=call_id, reason=reason, placed_by=actor.name, placed_at=self._clock.now())
            await session.merge(row)
            self._audit.record(session, actor, "recording.held", "call", call_id)

    async def release(self, actor: Actor, call_id: UUID) -> None:
        """Let the retention have the call again; a call without a hold stays as it is."""
        async with self._database.session() as session:
            hold = await RecordingRepository(session).find_hold(call_id)
            if hold is not None:
                await session.delete(hold)
                self._audit.record(session, actor, "recording.released", "call", call_id)

    async def gaps(self) -> RecordingGaps:
        """Name the calls of a day whose recording or text is missing."""
        found, unknown = await self.reconcile()
        async with self._database.session() as session:
            rows = await RecordingRepository(session).gaps(self._clock.now() - RECONCILED_WITHIN, AT_ONCE)
        return RecordingGaps(
            window_hours=round(RECONCILED_WITHIN.total_seconds() / 3600),
            calls=found.calls,
            joined=found.joined,
            missing=found.missing,
            cut_short=found.cut_short,
            untranscribed=found.untranscribed,
            unknown=unknown,
            items=[
                RecordingGap(
                    call_id=call.id,
                    began_at=call.created_at,
                    agent_name=call.agent_name,
                    missing=kind,
                    missing_from_ms=_missing_from_ms([_leg_view(leg) for leg in recording.legs]),
                )
                for call, recording, kind in rows
            ],
        )

    async def has_space(self) -> bool:
        """Whether the exchange's disk takes the calls of the next hours; also true where it has no folder yet."""
        free = await asyncio.to_thread(self._folder.free_bytes) if self._folder is not None else None
        return free is None or free >= LOW_BYTES

    async def reconcile(self) -> tuple[Reconciled, int]:
        """Compare the calls of a day with their recordings, and count files of calls that nobody here knows."""
        legs = await asyncio.to_thread(self._folder.legs) if self._folder is not None else []
        newest = (self._clock.now() - timedelta(minutes=10)).timestamp() * 1000
        recorded = {leg.call_id for leg in legs if leg.started_at_ms < newest}
        async with self._database.session() as session:
            recordings = RecordingRepository(session)
            found = await recordings.reconcile(self._clock.now() - RECONCILED_WITHIN)
            unknown = len(recorded - await recordings.known_calls(recorded))
        return found, unknown


def _span(call: CallRow, lengths: JsonValue) -> CallSpan:
    """Return when a call was; its end is unknown where the exchange was lost before it."""
    ended_at = call.ended_at if call.end_reason != EndReason.FAILED else None
    told = lengths if isinstance(lengths, dict) else {}
    return CallSpan(
        _since_1970_ms(call.created_at),
        _since_1970_ms(ended_at) if ended_at is not None else None,
        {name: length for name, length in told.items() if isinstance(length, int)},
    )


def _since_1970_ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _leg(leg: JoinedLeg, cut: Cut | None) -> dict[str, JsonValue]:
    return {
        "file": leg.file.path.name,
        "role": leg.file.role.value,
        "start_ms": leg.start_ms,
        "duration_ms": leg.duration_ms,
        "missing_ms": cut.missing_ms if cut is not None else 0,
        "sha256": leg.sha256,
    }


def _unwritten(name: str, cut: Cut) -> dict[str, JsonValue]:
    """Return the row of a leg of which the exchange wrote nothing."""
    return {
        "file": name,
        "role": role_of(name).value,
        "start_ms": cut.from_ms,
        "duration_ms": 0,
        "missing_ms": cut.missing_ms,
        "sha256": "",
    }


def _leg_view(leg: Mapping[str, JsonValue]) -> RecordedLeg:
    # Rows that were written before this was told do not have it.
    return RecordedLeg.model_validate({"missing_ms": 0, **leg})


def _missing_from_ms(legs: Sequence[RecordedLeg]) -> int | None:
    return min((leg.start_ms + leg.duration_ms for leg in legs if leg.missing_ms), default=None)


def _hold_view(hold: RecordingHold) -> HoldView:
    return HoldView(reason=hold.reason, placed_by=hold.placed_by, placed_at=hold.placed_at)


def _remove(legs: Sequence[LegFile]) -> None:
    """Take the files that were stored out of the exchange's folder, so that the retention rules the only copy."""
    for leg in legs:
        try:
            leg.path.unlink(missing_ok=True)
        except OSError:
            log.warning("recorded_leg_not_removed", call_id=str(leg.call_id))
