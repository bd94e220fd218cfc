"""The only writer of a call: numbers events, persists them, reduces them, and publishes after the commit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.calls.backlog import Backlog, Stored
from assist_api.calls.events import (
    CallEvent,
    CallSnapshot,
    CallSnapshotEvent,
    CallStateChangedEvent,
    StageState,
    event_of,
)
from assist_api.calls.hub import CallHub
from assist_api.calls.models import CallRow
from assist_api.calls.reducer import empty_snapshot, fold, reduce_call
from assist_api.calls.repository import CallRepository, call_info
from assist_api.calls.spool import EventSpool
from assist_api.calls.uninterrupted import uninterrupted
from assist_api.http.wire import WireModel
from assist_api.transcripts.utterances import Utterance
from kit.clock import Clock
from kit.db import Database
from kit.db_faults import DatabaseUnreachableError
from kit.errors import NotFoundError

Write = Callable[[AsyncSession], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class JournalWays:
    """Where the events of calls go, the same for every call of a process.

    Attributes:
        database: Where they are stored.
        spool: Keeps what the database cannot take.
        hub: Where they are published.
        clock: Their time.
    """

    database: Database
    spool: EventSpool
    hub: CallHub
    clock: Clock


class CallJournal:
    """Events of one call, in order. Every method may be called from any task of the event loop."""

    def __init__(
        self, snapshot: CallSnapshot, seq: int, ways: JournalWays, *, agent_account_id: UUID | None = None
    ) -> None:
        self._snapshot = snapshot
        self._seq = seq
        self.agent_account_id = agent_account_id
        """Account of the agent whose call it is; None while there is none."""
        self._database = ways.database
        self._hub = ways.hub
        self._clock = ways.clock
        self._lock = asyncio.Lock()
        self._backlog = Backlog(snapshot.call.id, self._write, self._tell_storage, spool=ways.spool, clock=ways.clock)

    @classmethod
    async def create(
        cls, row: CallRow, first: WireModel, ways: JournalWays, *, write: Write | None = None
    ) -> CallJournal:
        """Create a call and its first event in one transaction.

        Args:
            row: The call, not yet stored.
            first: The data of its first event.
            ways: Where its events go.
            write: Last thing before the commit; moves a recording into place.
        """
        journal = cls(empty_snapshot(call_info(row)), 0, ways, agent_account_id=row.agent_account_id)

        async def insert(session: AsyncSession) -> None:
            CallRepository(session).add(row)
            await session.flush()

        await journal.record(first, before=insert, after=write)
        return journal

    @classmethod
    async def load(cls, call_id: UUID, ways: JournalWays) -> CallJournal:
        """Rebuild the journal of a stored call from its events.

        Raises:
            NotFoundError: There is no such call.
        """
        async with ways.database.session() as session:
            repository = CallRepository(session)
            row = await repository.find(call_id)
            if row is None:
                raise NotFoundError("There is no such call.", code="call_not_found")
            events = await repository.events(call_id)
        snapshot = fold(empty_snapshot(call_info(row)), events)
        # The writer may have committed between the two reads; its events are in the snapshot, so their number is too.
        seq = max(row.last_seq, events[-1].seq if events else 0)
        return cls(snapshot, seq, ways, agent_account_id=row.agent_account_id)

    @property
    def call_id(self) -> UUID:
        """The call."""
        return self._snapshot.call.id

    @property
    def snapshot(self) -> CallSnapshot:
        """The call after the newest event, partials included."""
        return self._snapshot

    @property
    def seq(self) -> int:
        """Number of the newest event."""
        return self._seq

    def snapshot_event(self) -> CallSnapshotEvent:
        """Return the first message of a socket: the snapshot and the event it is as new as."""
        return CallSnapshotEvent(call_id=self.call_id, seq=self._seq, at=self._clock.now(), data=self._snapshot)

    async def record(self, data: WireModel, *, before: Write | None = None, after: Write | None = None) -> CallEvent:
        """Persist one event in one transaction, then publish it; a failure leaves no trace of it.

        An event by itself does not fail for a database that is away: it goes to the spool, and follows.

        Args:
            data: What happened.
            before: Written in the same transaction, ahead of the event.
            after: Written in the same transaction, behind the event.

        Raises:
            IllegalTransitionError: The call cannot go to the state that the event brings.
            DatabaseUnreachableError: Something is to be written with the event, and the database is away.
            DiskFullError: The same, and it has no room.
        """
        return await uninterrupted(self._record(data, before, after), name="call-journal.record")

    async def _record(self, data: WireModel, before: Write | None, after: Write | None) -> CallEvent:
        async with self._lock:
            event, snapshot = self._next(data)
            if before is None and after is None:
                await self._backlog.store(Stored(event, snapshot.call))
            else:
                await self._record_together(Stored(event, snapshot.call), before, after)
            await self._publish(event, snapshot)
        return event

    async def _record_together(self, stored: Stored, before: Write | None, after: Write | None) -> None:
        if self._backlog.is_behind:
            raise DatabaseUnreachableError
        async with self._database.session() as session:
            if before is not None:
                await before(session)
            await CallRepository(session).append(stored.event, stored.head)
            if after is not None:
                await after(session)

    async def _write(self, batch: Sequence[Stored], *, is_retry: bool) -> None:
        async with self._database.session() as session:
            repository = CallRepository(session)
            row = await repository.find(self.call_id) if is_retry else None
            for stored in batch:
                if row is None or stored.event.seq > row.last_seq:
                    await repository.append(stored.event, stored.head)

    async def restore(self, events: Sequence[CallEvent]) -> int:
        """Store events that a process of this call left in the spool, those that are news; return how many."""
        news = [event for event in events if event.seq > self._seq]
        batch: list[Stored] = []
        snapshot = self._snapshot
        for event in news:
            snapshot = reduce_call(snapshot, event)
            batch.append(Stored(event, snapshot.call))
        if news:
            await self._write(batch, is_retry=False)
            self._seq, self._snapshot = news[-1].seq, snapshot
        return len(news)

    async def _tell_storage(self) -> None:
        """Show on the screens of the call whether its events wait for the database."""
        known = any(stage.stage == "storage" for stage in self._snapshot.stages)
        if not self._snapshot.call.state.is_over and known is not self._backlog.is_behind:
            await self.record(_storage_stage(is_behind=self._backlog.is_behind))

    async def settled(self) -> None:
        """Wait until every event is in the database."""
        await self._backlog.settled()

    async def aclose(self) -> None:
        """Stop waiting for the database; what it lacks is in the spool. Safe to call twice."""
        await self._backlog.aclose()

    async def announce(self, partial: Utterance) -> CallEvent:
        """Publish a partial; it takes a number and is not kept."""
        async with self._lock:
            event, snapshot = self._next(partial)
            await self._publish(event, snapshot)
        return event

    def _next(self, data: WireModel) -> tuple[CallEvent, CallSnapshot]:
        event = event_of(self.call_id, self._seq + 1, self._clock.now(), data)
        return event, reduce_call(self._snapshot, event)

    async def _publish(self, event: CallEvent, snapshot: CallSnapshot) -> None:
        self._seq, self._snapshot = event.seq, snapshot
        if isinstance(event, CallStateChangedEvent) and event.data.agent_account_id is not None:
            self.agent_account_id = event.data.agent_account_id
        await self._hub.publish(event)


def _storage_stage(*, is_behind: bool) -> StageState:
    if is_behind:
        return StageState(stage="storage", state="degraded", code="storage_behind", lag_ms=0)
    return StageState(stage="storage", state="ok", code="", lag_ms=0)
