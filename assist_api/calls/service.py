"""Calls that run in this process: started, stopped, taken up again after a crash, and ended, whatever happens."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid4

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.audit.accesses import AccessLog
from assist_api.calls.archive import CallArchive
from assist_api.calls.category import CallCategories
from assist_api.calls.choices import CategoryDesk
from assist_api.calls.demo.catalog import DemoCall
from assist_api.calls.events import (
    CallAnswered,
    CallOffered,
    CallSnapshot,
    CallSnapshotEvent,
    CallStateChanged,
    FeedbackRecorded,
)
from assist_api.calls.feedback import FeedbackDesk
from assist_api.calls.hub import CallHub
from assist_api.calls.journal import CallJournal, JournalWays
from assist_api.calls.lease import RunnerLease
from assist_api.calls.new_call import NewCall, call_row
from assist_api.calls.observers import Observe, observe_nothing
from assist_api.calls.recordings import IncomingFile, PreparedRecording, RecordingStore
from assist_api.calls.repository import CallRepository
from assist_api.calls.runs import CallRun, CallRunner, Ending
from assist_api.calls.schemas import FeedbackRequest, ReplaySpeed, SourceKind
from assist_api.calls.sources.base import LegOpener
from assist_api.calls.sources.live import LiveSource
from assist_api.calls.sources.recording import ROLES
from assist_api.calls.spool import EventSpool
from assist_api.calls.uninterrupted import uninterrupted
from assist_api.calls.viewer import CallViewer
from assist_api.categories.ranked import CategoryChosen
from assist_api.http.actor import program
from assist_api.http.core import AuditTrail
from assist_api.suggestions.service import SuggestionService
from kit.clock import Clock
from kit.db import Database
from kit.disk import told_when_full
from kit.errors import ConflictError, NotFoundError, TooManyRequestsError
from kit.tasks import TaskSupervisor
from speech.recording import RecordingLimits

T = TypeVar("T")
log = structlog.get_logger(__name__)

DISK_THREADS = 4
"""One conversion of a long upload must not hold up the calls that are read."""
SETTLING_TIME = timedelta(minutes=10)
"""A folder younger than this may belong to a call that another process is about to commit."""
RETRY_AFTER_SECONDS = 10
"""What a refused caller is told: a stopped call frees its place within seconds."""


@dataclass(frozen=True, slots=True)
class StoredAudio:
    """What is kept of a recording that was stored.

    Attributes:
        sha256: Of the playable file, in hexadecimal.
        duration_ms: Its length.
    """

    sha256: str
    duration_ms: int

    @classmethod
    def of(cls, prepared: PreparedRecording) -> StoredAudio:
        """Return what is kept of a prepared recording; blocks on the disk."""
        with (prepared.folder / prepared.playable).open("rb") as file:
            return cls(hashlib.file_digest(file, "sha256").hexdigest(), prepared.duration_ms)


class CallService:
    """Carries calls and answers for stored ones; `start` before use, `aclose` at the end."""

    def __init__(
        self,
        *,
        database: Database,
        engine: LegOpener,
        suggestions: SuggestionService,
        categories: CallCategories,
        hub: CallHub,
        clock: Clock,
        data_dir: Path,
        max_concurrent: int,
        audit: AuditTrail,
        max_of_account: int = 256,
        demo_calls: Sequence[DemoCall] = (),
        limits: RecordingLimits | None = None,
        observe: Observe = observe_nothing,
    ) -> None:
        """Build the parts; touches no file.

        Args:
            database: Where calls are stored.
            engine: Transcribes legs; warmed up before the first call.
            suggestions: Searches and builds cards; closed with this.
            categories: Ranks the work-order category.
            hub: Where events go after they are committed.
            clock: Time of the events and pace of the replays.
            data_dir: Recordings and leases lie in it.
            max_concurrent: Calls carried at once; one more is refused.
            audit: Records what people do with calls, and what they read and hear of others'.
            max_of_account: Of these, calls that one account started; the command line may start any number.
            demo_calls: Calls that come with the product.
            limits: What recordings are accepted.
            observe: Makes what watches a call besides its suggestions.
        """
        self._database = database
        self._clock = clock
        self._max_concurrent = max_concurrent
        self._max_of_account = max_of_account
        self._owners: dict[UUID, UUID | None] = {}
        self._admitting = 0
        self.demo_calls = tuple(demo_calls)
        self._lease = RunnerLease(data_dir / "runners")
        self._disk = ThreadPoolExecutor(DISK_THREADS, thread_name_prefix="recordings")
        self._spool = EventSpool(data_dir / "spool")
        self._ways = JournalWays(database, self._spool, hub, clock)
        self._recordings = RecordingStore(data_dir / "recordings", self._lease.runner_id, limits or RecordingLimits())
        self.archive = CallArchive(database, self._recordings)
        self._audit = audit
        self._accesses = AccessLog(database, clock, audit)
        self._feedback = FeedbackDesk(database, clock, audit)
        self._choices = CategoryDesk(clock, audit)
        self._suggestions = suggestions
        self._runner = CallRunner(engine, suggestions, categories, self._recordings, self._disk, clock, observe)
        self._runs: dict[UUID, CallRun] = {}
        self._tasks = TaskSupervisor("calls")
        self._loading = asyncio.Lock()

    @property
    def is_idle(self) -> bool:
        """Whether no call runs here, nor is about to."""
        return not self._runs and not self._admitting

    async def start(self) -> None:
        """Claim this process's calls; without it a second process would take them for dead."""
        await self._on_disk(self._lease.acquire)

    async def recover(self) -> None:
        """Take up the calls of a server that died, and clear away what it left half-done.

        Only the server does this; a call from a dead command line ends as failed.
        """
        await self._sweep()
        await self._restore_events()
        async with self._database.session() as session:
            unfinished = [(row.id, row.runner_id) for row in await CallRepository(session).unfinished()]
        for call_id, runner_id in unfinished:
            is_dead = not await self._on_disk(partial(self._lease.is_alive, runner_id))
            if is_dead and await self._claim(call_id, runner_id):
                await self._take_up(call_id)

    async def aclose(self) -> None:
        """Interrupt every running call, so that the next start takes it up; safe to call twice."""
        await self._tasks.aclose()
        await self._suggestions.aclose()
        await asyncio.to_thread(self._disk.shutdown)
        await asyncio.to_thread(self._lease.release)

    async def start_replay(
        self,
        viewer: CallViewer,
        files: Sequence[IncomingFile],
        *,
        speed: ReplaySpeed,
        sector: str | None = None,
        title: str = "",
        source: SourceKind = "replay",
        call_id: UUID | None = None,
    ) -> UUID:
        """Check and store a recording, and begin the call.

        Raises:
            InvalidInputError: The files cannot be used; nothing is stored.
            TooManyRequestsError: As many calls as allowed are running, at all or of this account.
            DiskFullError: There is no room for the recording; nothing is stored.
        """
        name = title or (Path(files[0].name).stem if files else "")
        new = NewCall(call_id or uuid4(), source, name, sector, speed, viewer, self._clock.now())
        async with self._admission(new):
            # A client that goes away must not leave half a call.
            return await uninterrupted(self._admit(new, files), name="calls.admit")

    async def start_demo(self, viewer: CallViewer, demo_id: str, *, speed: ReplaySpeed) -> UUID:
        """Begin a call from a demo recording.

        Raises:
            NotFoundError: There is no such demo call.
            TooManyRequestsError: As many calls as allowed are running.
        """
        demo = next((known for known in self.demo_calls if known.script.demo_id == demo_id), None)
        if demo is None:
            raise NotFoundError("There is no such demo call.", code="demo_call_not_found")
        stream = await self._on_disk(lambda: demo.path.open("rb"))
        try:
            files = [IncomingFile(demo.path.name, stream)]
            return await self.start_replay(viewer, files, speed=speed, title=demo.script.title, source="demo")
        finally:
            stream.close()

    async def check_reading(self, viewer: CallViewer, call_id: UUID) -> None:
        """Insist that the viewer may read the call, and record it when the call is another agent's.

        Raises:
            NotFoundError: The call does not exist for this viewer.
        """
        if not await self.archive.check_readable(viewer, call_id):
            await self._accesses.note(viewer.actor, "call.read", "call", call_id)

    async def listen(self, viewer: CallViewer, call_id: UUID) -> Path:
        """Return the playable recording of a call, and record that the viewer listens to it.

        Raises:
            NotFoundError: The call does not exist for this viewer, or its recording is gone.
        """
        path = await self.archive.audio(viewer, call_id)
        await self._accesses.note(viewer.actor, "call.listened", "call", call_id)
        return path

    async def store_audio(
        self,
        call_id: UUID,
        files: Sequence[IncomingFile],
        write: Callable[[AsyncSession, StoredAudio], Awaitable[None]],
        *,
        transaction: Callable[[], AbstractAsyncContextManager[AsyncSession]],
    ) -> None:
        """Store the recording of a call that has ended beside it, so that it is played like any other.

        Args:
            call_id: The call; it has no audio yet.
            files: The customer's and, where there is one, the agent's: of one length, from the call's beginning.
            write: Written in the same transaction.
            transaction: Opens it.

        Raises:
            InvalidInputError: The files cannot be used; nothing is stored.
            NotFoundError: There is no such call.
            DiskFullError: There is no room; nothing is stored.
        """
        with told_when_full():
            prepared = await self._on_disk(lambda: self._recordings.prepare(call_id, files))
            try:
                stored = await self._on_disk(lambda: StoredAudio.of(prepared))
                async with transaction() as session:
                    row = await CallRepository(session).find(call_id)
                    if row is None:
                        raise NotFoundError("There is no such call.", code="call_not_found")
                    row.recording_files, row.playable_file = list(prepared.files), prepared.playable
                    await write(session, stored)
                    await session.flush()
                    # A folder of an attempt that was not committed may lie there.
                    await asyncio.to_thread(self._recordings.remove, call_id)
                    await self._publish(prepared)
            except BaseException:
                await self._on_disk(lambda: self._recordings.discard(prepared))
                raise

    async def delete_audio(self, call_id: UUID, write: Callable[[AsyncSession], Awaitable[bool]]) -> bool:
        """Delete the audio of a call that has ended; its text stays.

        Args:
            call_id: The call.
            write: Written in the same transaction; False keeps the audio.

        Returns:
            Whether it was deleted.
        """
        async with self._database.session() as session:
            row = await CallRepository(session).find(call_id)
            if row is None or row.playable_file is None or not await write(session):
                return False
            row.recording_files, row.playable_file = [], None
        await self._on_disk(lambda: self._recordings.remove(call_id))
        return True

    async def forget(self, call_id: UUID) -> None:
        """Delete a call that has ended, with its words and audio; for calls that nobody made."""
        async with self._database.session() as session:
            await CallRepository(session).delete(call_id)
        await self._on_disk(lambda: self._recordings.remove(call_id))

    async def start_live(
        self, call_id: UUID, *, title: str = "", sector: str | None = None, customer_number: str = ""
    ) -> LiveSource:
        """Begin a telephone call, or go on with one that this server was carrying before it was restarted.

        A call that people speak in is never refused, so it does not wait for a place among the replays; it takes one.

        Args:
            call_id: The same for the same call, also after a restart.
            title: What lists show of it.
            sector: Which sector's answers count first.
            customer_number: Personal; only its masked form is kept.

        Returns:
            What hears its legs.

        Raises:
            ConflictError: The call is over, or another process carries it.
        """
        if (run := self._runs.get(call_id)) is None:
            viewer = CallViewer(program("telephony"), can_read_all=False, can_hear_all=False, can_act_on_all=False)
            now = self._clock.now()
            new = NewCall(call_id, "live", title, sector, "1", viewer, now, customer_number)
            run = await uninterrupted(self._admit_live(new), name="calls.admit_live")
        if run.live is None:
            raise _carried_elsewhere()
        return run.live

    @property
    def running(self) -> tuple[CallSnapshot, ...]:
        """Every call that this process carries, as it stands."""
        return tuple(run.journal.snapshot for run in self._runs.values())

    @property
    def live_calls(self) -> tuple[UUID, ...]:
        """Telephone calls that this process carries, also those that wait to be taken up."""
        return tuple(call_id for call_id, run in self._runs.items() if run.live is not None)

    async def change_state(self, call_id: UUID, change: CallStateChanged) -> None:
        """Record where a telephone call is now; a state that it is in already changes nothing.

        Raises:
            NotFoundError: No such telephone call runs here.
            IllegalTransitionError: It cannot go to that state.
        """
        journal = self._live_run(call_id).journal
        if journal.snapshot.call.state is not change.state:
            await journal.record(change)

    def end_live(self, call_id: UUID, ending: Ending) -> None:
        """End a telephone call; what was heard still becomes text.

        Raises:
            NotFoundError: No such telephone call runs here.
        """
        self._live_run(call_id).stop(ending)

    def _live_run(self, call_id: UUID) -> CallRun:
        run = self._runs.get(call_id)
        if run is None or run.live is None:
            raise NotFoundError("No such telephone call is carried here.", code="call_not_found")
        return run

    async def _admit_live(self, new: NewCall) -> CallRun:
        async with self._loading:
            async with self._database.session() as session:
                known = await CallRepository(session).find(new.call_id)
            if known is not None:
                raise ConflictError("This call is over, or another process carries it.", code="call_already_ended")
            row = call_row(new, ROLES, self._lease.runner_id, None)
            offered = CallOffered(title=new.clean_title, leg_roles=list(ROLES))
            journal = await CallJournal.create(row, offered, self._ways)
        run = CallRun(journal, source=self._runner.live_source())
        self._launch(run)
        return run

    async def stop(self, viewer: CallViewer, call_id: UUID) -> None:
        """End a running call; what was heard still becomes text.

        Raises:
            NotFoundError: There is no such call.
            ConflictError: It has ended, or another process carries it.
        """
        if (run := self._runs.get(call_id)) is not None:
            if run.live is not None:
                raise ConflictError("A telephone call ends when a party hangs up.", code="call_is_live")
            async with self._database.session() as session:
                self._audit.record(session, viewer.actor, "call.stopped", "call", call_id)
            run.stop()
            return
        journal = await self._load(call_id)
        if journal.snapshot.call.state.is_over:
            raise ConflictError("The call has ended already.", code="call_already_ended")
        raise _carried_elsewhere()

    async def snapshot(self, call_id: UUID) -> CallSnapshotEvent:
        """Return a call as it stands, running partials included when it runs here.

        Raises:
            NotFoundError: There is no such call.
        """
        run = self._runs.get(call_id)
        journal = run.journal if run is not None else await self._load(call_id)
        return journal.snapshot_event()

    def is_carried_here(self, call_id: UUID) -> bool:
        """Tell whether the call runs in this process, so that its events pass the hub."""
        return call_id in self._runs

    async def give_feedback(
        self, viewer: CallViewer, call_id: UUID, suggestion_id: UUID, request: FeedbackRequest
    ) -> FeedbackRecorded:
        """Record the verdict on a suggestion.

        Raises:
            NotFoundError: There is no such call or suggestion.
            ConflictError: Another process carries the call and is the one that writes it.
        """
        async with self._writable(call_id) as journal:
            return await self._feedback.record(journal, viewer, suggestion_id, request)

    async def choose_category(self, viewer: CallViewer, call_id: UUID, category_id: str) -> CategoryChosen:
        """Record the category that an agent chose for the call.

        Raises:
            InvalidInputError: The taxonomy has no such category, or it was retired.
            NotFoundError: There is no such call.
            ConflictError: Another process carries the call and is the one that writes it.
        """
        async with self._writable(call_id) as journal:
            return await self._choices.choose(journal, viewer, category_id)

    async def write(self, call_id: UUID, act: Callable[[CallJournal], Awaitable[T]]) -> T:
        """Let what a person did write into a call that runs here or has ended, and return its result.

        Raises:
            NotFoundError: There is no such call.
            ConflictError: Another process carries the call and is the one that writes it.
        """
        async with self._writable(call_id) as journal:
            return await act(journal)

    @asynccontextmanager
    async def _writable(self, call_id: UUID) -> AsyncIterator[CallJournal]:
        """Yield the journal of a call that runs here or has ended; one writer per call, the others take turns."""
        if (run := self._runs.get(call_id)) is not None:
            yield run.journal
            return
        async with self._loading:
            journal = await self._load(call_id)
            if not journal.snapshot.call.state.is_over:
                raise _carried_elsewhere()
            yield journal

    @asynccontextmanager
    async def _admission(self, new: NewCall) -> AsyncIterator[None]:
        if len(self._runs) + self._admitting >= self._max_concurrent:
            raise TooManyRequestsError(
                f"{self._max_concurrent} calls are running, as many as this server is set to carry.",
                code="too_many_calls",
                limit=self._max_concurrent,
                retry_after_seconds=RETRY_AFTER_SECONDS,
            )
        owner = new.viewer.account_id
        if owner is not None and list(self._owners.values()).count(owner) >= self._max_of_account:
            raise TooManyRequestsError(
                f"{self._max_of_account} calls of this account are running, as many as one account may have.",
                code="too_many_calls",
                limit=self._max_of_account,
                retry_after_seconds=RETRY_AFTER_SECONDS,
            )
        self._admitting += 1
        self._owners[new.call_id] = owner
        try:
            with told_when_full():
                yield
        finally:
            self._admitting -= 1
            if new.call_id not in self._runs:
                self._owners.pop(new.call_id, None)

    async def _admit(self, new: NewCall, files: Sequence[IncomingFile]) -> UUID:
        prepared = await self._on_disk(lambda: self._recordings.prepare(new.call_id, files))
        answered = CallAnswered(
            source=new.source,
            title=new.clean_title,
            duration_ms=prepared.duration_ms,
            speed=new.speed,
            leg_roles=list(ROLES[: prepared.leg_count]),
            resumed_at_ms=0,
        )
        try:
            journal = await self._create(new, prepared, answered)
        except BaseException:
            await self._on_disk(lambda: self._recordings.discard(prepared))
            raise
        self._launch(CallRun(journal, prepared.files, (0,) * prepared.leg_count))
        return new.call_id

    async def _create(self, new: NewCall, prepared: PreparedRecording, answered: CallAnswered) -> CallJournal:
        async def publish(session: AsyncSession) -> None:
            details = {"source": new.source, "sector": new.sector, "legs": prepared.leg_count}
            self._audit.record(session, new.viewer.actor, "call.started", "call", new.call_id, details=details)
            await self._publish(prepared)

        row = call_row(new, answered.leg_roles, self._lease.runner_id, prepared)
        return await CallJournal.create(row, answered, self._ways, write=publish)

    def _launch(self, run: CallRun) -> None:
        self._runs[run.call_id] = run
        self._tasks.start(self._carry(run), name=f"call-{run.call_id}")

    async def _carry(self, run: CallRun) -> None:
        try:
            await self._runner.carry(run)
        finally:
            del self._runs[run.call_id]
            self._owners.pop(run.call_id, None)

    async def _take_up(self, call_id: UUID) -> None:
        journal = await self._load(call_id)
        async with self._database.session() as session:
            repository = CallRepository(session)
            row = await repository.find(call_id)
            events = await repository.events(call_id)
        if row is not None:
            self._launch(await self._runner.take_up(journal, row, events))

    async def _restore_events(self) -> None:
        """Store what dead processes could not: their database was away until they ended."""
        for call_id in await self._on_disk(self._spool.call_ids):
            try:
                await self._restore_events_of(call_id)
            except Exception:  # rejected: one call's events must not keep the server from starting
                log.exception("events_not_restored", call_id=str(call_id))

    async def _restore_events_of(self, call_id: UUID) -> None:
        async with self._database.session() as session:
            row = await CallRepository(session).find(call_id)
        if row is not None:
            if await self._on_disk(partial(self._lease.is_alive, row.runner_id)):
                return
            events = await self._on_disk(partial(self._spool.read, call_id))
            count = await (await self._load(call_id)).restore(events)
            log.info("events_restored", call_id=str(call_id), events=count)
        await self._on_disk(partial(self._spool.forget, call_id))

    async def _claim(self, call_id: UUID, runner_id: UUID) -> bool:
        async with self._database.session() as session:
            return await CallRepository(session).claim(call_id, self._lease.runner_id, was=runner_id)

    async def _sweep(self) -> None:
        settled_before = self._clock.now() - SETTLING_TIME
        folders = await self._on_disk(partial(self._recordings.settled_call_ids, settled_before))
        async with self._database.session() as session:
            known = await CallRepository(session).ids(folders)
        orphans = [call_id for call_id in folders if call_id not in known]
        await self._on_disk(lambda: self._recordings.sweep(orphans, self._lease.is_alive))

    async def _load(self, call_id: UUID) -> CallJournal:
        return await CallJournal.load(call_id, self._ways)

    async def _publish(self, prepared: PreparedRecording) -> None:
        """Move a recording into place, at once: the transaction around it keeps every other writer of SQLite waiting.

        The threads for recordings may be busy for many seconds with others that are being read.
        """
        await asyncio.to_thread(self._recordings.publish, prepared)

    async def _on_disk(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._disk, work)


def _carried_elsewhere() -> ConflictError:
    return ConflictError("Another process of this machine carries the call.", code="call_carried_elsewhere")
