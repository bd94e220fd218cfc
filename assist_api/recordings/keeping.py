"""Moves the audio of calls that are over into the store, and brings it back when somebody listens."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.calls.models import CallRow
from assist_api.calls.states import TERMINAL_STATES
from assist_api.recordings.models import StoredRecording
from assist_api.recordings.store import PART_PREFIX, AudioStore, StoredFile, StoreUnreachableError
from kit.clock import Clock
from kit.db import Database
from kit.errors import DependencyError
from kit.tasks import background_executor

T = TypeVar("T")
SETTLED_AFTER = timedelta(minutes=10)
AT_ONCE = 50
BRING_BACK_SECONDS = 30.0


class KeptAudio:
    """Audio on this machine and in the store.

    Args:
        database: Knows which calls are in the store.
        clock: For times that are kept.
        folder: Where audio lies on this machine, one folder for each call; it is also what waits for the store.
        store: Where it goes.
        keep_local: How long a file that is in the store also stays here.
    """

    def __init__(
        self, database: Database, clock: Clock, folder: Path, store: AudioStore, keep_local: timedelta
    ) -> None:
        self._database = database
        self._clock = clock
        self._folder = folder
        self._store = store
        self._keep_local = keep_local
        self._disk = background_executor("recording-store")
        self._problem = ""

    async def move(self) -> None:
        """Put audio that waits into the store, and delete copies here that were not played for long.

        Raises:
            StoreUnreachableError: The store is away; what waits goes on waiting here.
        """
        try:
            await self._on_disk(self._store.check)
            await self._move_waiting()
        except DependencyError as error:
            self._problem = error.message
            raise
        self._problem = ""
        await self._drop_copies()

    async def _move_waiting(self) -> None:
        for call_id in await self._waiting():
            folder = self._folder / str(call_id)
            if not folder.is_dir():
                continue
            files = await self._on_disk(partial(self._store.put, call_id, folder))
            async with self._database.session() as session:
                if await session.get(CallRow, call_id) is not None:
                    row = StoredRecording(
                        call_id=call_id, files=[asdict(file) for file in files], stored_at=self._clock.now()
                    )
                    await session.merge(row)

    async def _waiting(self) -> Sequence[UUID]:
        before = self._clock.now() - SETTLED_AFTER
        statement = _waiting().where(CallRow.ended_at < before).order_by(CallRow.ended_at).limit(AT_ONCE)
        async with self._database.session() as session:
            return (await session.scalars(statement)).all()

    async def _drop_copies(self) -> None:
        before = self._clock.now() - self._keep_local
        statement = select(StoredRecording.call_id).where(StoredRecording.stored_at < before)
        async with self._database.session() as session:
            stored = set(await session.scalars(statement))
        oldest = time.time() - self._keep_local.total_seconds()
        await self._on_disk(lambda: self._drop(stored, oldest))

    def _drop(self, stored: set[UUID], oldest: float) -> None:
        names = {str(call_id) for call_id in stored}
        for folder in self._folder.iterdir() if self._folder.is_dir() else ():
            # What a download that was killed left behind has no other owner.
            is_ours = folder.name in names or folder.name.startswith(PART_PREFIX)
            if is_ours and folder.is_dir() and folder.stat().st_mtime < oldest:
                shutil.rmtree(folder, ignore_errors=True)

    async def bring_back(self, call_id: UUID) -> bool:
        """Bring the audio of a call back to this machine; False when the store does not have it.

        Raises:
            StoreUnreachableError: The store is away.
            DamagedRecordingError: The store has something else.
        """
        async with self._database.session() as session:
            row = await session.get(StoredRecording, call_id)
        if row is None:
            return False
        files = [StoredFile(**file) for file in row.files]
        try:
            async with asyncio.timeout(BRING_BACK_SECONDS):
                await self._on_disk(lambda: self._store.fetch(call_id, files, self._folder / str(call_id)))
        except TimeoutError as error:
            raise StoreUnreachableError("The store of recordings is too slow.") from error
        return True

    async def remove(self, call_id: UUID) -> None:
        """Delete the audio of a call from the store.

        Raises:
            StoreUnreachableError: The store is away.
        """
        async with self._database.session() as session:
            row = await session.get(StoredRecording, call_id)
            if row is None:
                return
            files = [StoredFile(**file) for file in row.files]
            await self._on_disk(lambda: self._store.remove(call_id, files))
            await session.delete(row)

    async def state(self) -> tuple[int, int, str]:
        """Return how many calls are in the store, how many wait for it, and what was wrong when it was last asked."""
        async with self._database.session() as session:
            stored = await session.scalar(select(func.count()).select_from(StoredRecording)) or 0
            waiting = await self._count_waiting(session)
        return stored, waiting, self._problem

    @staticmethod
    async def _count_waiting(session: AsyncSession) -> int:
        return await session.scalar(select(func.count()).select_from(_waiting().subquery())) or 0

    async def _on_disk(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._disk, work)

    async def aclose(self) -> None:
        """Leave what runs in the executor behind; safe to call twice."""
        self._disk.shutdown(wait=False, cancel_futures=True)


def _waiting() -> Select[UUID]:
    return select(CallRow.id).where(
        CallRow.state.in_(TERMINAL_STATES),
        CallRow.playable_file.is_not(None),
        ~exists().where(StoredRecording.call_id == CallRow.id),
    )
