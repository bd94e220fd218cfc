"""Reads stored calls: lists, events and recordings, each after a check of the viewer's permissions."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from assist_api.calls.models import CallRow
from assist_api.calls.recordings import RecordingStore
from assist_api.calls.repository import CallRepository, call_info
from assist_api.calls.schemas import CallEventPage, CallPage, SourceKind
from assist_api.calls.states import CallState
from assist_api.calls.viewer import CallViewer
from assist_api.http.permissions import Permission
from kit.db import Database
from kit.errors import NotAllowedError, NotFoundError
from kit.paging import cut_page, decode_cursor
from speech.recording import Recording


class CallArchive:
    """Reads calls. A call that a viewer neither owns nor takes part in does not exist for whoever may not read all."""

    def __init__(self, database: Database, recordings: RecordingStore) -> None:
        self._database = database
        self._recordings = recordings
        self.bring_back: Callable[[UUID], Awaitable[bool]] | None = None
        """Brings the audio of a call back from a store; False when the store does not have it. None without a store."""

    async def page(
        self,
        viewer: CallViewer,
        *,
        cursor: str | None = None,
        limit: int = 50,
        states: Sequence[CallState] = (),
        source: SourceKind | None = None,
    ) -> CallPage:
        """Return calls the viewer may read, newest first.

        Raises:
            InvalidInputError: The cursor is not one that we gave.
        """
        async with self._database.session() as session:
            rows = await CallRepository(session).page(
                agent_account_id=None if viewer.can_read_all else viewer.account_id,
                states=states,
                source=source,
                before=decode_cursor(cursor),
                limit=limit + 1,
            )
        shown, next_cursor = cut_page(rows, limit, lambda row: (row.created_at, row.id))
        return CallPage(items=[call_info(row) for row in shown], next_cursor=next_cursor)

    async def admit(self, call_id: UUID, account_id: UUID, at: datetime) -> None:
        """Let an agent read a call in which he takes part: before he answers, and after he passed it on."""
        async with self._database.session() as session:
            calls = CallRepository(session)
            if await calls.find(call_id) is not None:
                await calls.admit(call_id, account_id, at)

    async def check_readable(self, viewer: CallViewer, call_id: UUID) -> bool:
        """Insist that the call exists for this viewer, and tell whether it is the viewer's own.

        Raises:
            NotFoundError: It does not, or it is another agent's.
        """
        row = await self._get(call_id, viewer.account_id, is_every_call=viewer.can_read_all)
        return row.agent_account_id == viewer.account_id

    async def check_changeable(self, viewer: CallViewer, call_id: UUID) -> None:
        """Insist that the viewer may stop the call, choose its category and judge its suggestions.

        Raises:
            NotFoundError: The call does not exist for this viewer.
            NotAllowedError: It is another agent's, and the viewer may only read it.
        """
        if not (await self.check_readable(viewer, call_id) or viewer.can_act_on_all):
            permission = Permission.ACT_ON_ALL_CALLS.value
            message = f"This is another agent's call; changing it needs the permission {permission}."
            raise NotAllowedError(message, permission=permission)

    async def events(self, call_id: UUID, *, after: int, limit: int) -> CallEventPage:
        """Return persisted events behind `after`.

        Raises:
            NotFoundError: There is no such call.
        """
        async with self._database.session() as session:
            repository = CallRepository(session)
            row = await repository.find(call_id)
            if row is None:
                raise _not_found()
            items = await repository.events(call_id, after=after, limit=limit)
        # An event may be committed between the two reads.
        return CallEventPage(items=items, last_seq=max(row.last_seq, items[-1].seq if items else 0))

    async def audio(self, viewer: CallViewer, call_id: UUID) -> Path:
        """Return the playable recording of a call.

        Raises:
            NotFoundError: The call does not exist for this viewer, or its recording is gone.
            DependencyError: It lies in a store that does not answer.
        """
        row = await self._get(call_id, viewer.account_id, is_every_call=viewer.can_hear_all)
        path = self._recordings.path(call_id, row.playable_file) if row.playable_file else None
        is_here = path is not None and path.is_file()
        if path is not None and not is_here and self.bring_back is not None:
            is_here = await self.bring_back(call_id)
        if path is None or not is_here:
            raise _no_recording()
        return path

    async def open_recording(self, call_id: UUID) -> Recording:
        """Open the stored recording of a call, for the product itself.

        Raises:
            NotFoundError: There is no such call, or its recording is gone.
            InvalidInputError: The recording is damaged.
            DependencyError: It lies in a store that does not answer.
        """
        async with self._database.session() as session:
            row = await CallRepository(session).find(call_id)
        if row is None:
            raise _not_found()
        try:
            return await asyncio.to_thread(self._recordings.open, call_id, row.recording_files)
        except FileNotFoundError as error:
            if self.bring_back is None or not await self.bring_back(call_id):
                raise _no_recording() from error
        return await asyncio.to_thread(self._recordings.open, call_id, row.recording_files)

    async def _get(self, call_id: UUID, account_id: UUID | None, *, is_every_call: bool) -> CallRow:
        async with self._database.session() as session:
            calls = CallRepository(session)
            row = await calls.find(call_id)
            is_own = row is not None and row.agent_account_id == account_id
            may_see = (
                is_every_call or is_own or (account_id is not None and await calls.takes_part(call_id, account_id))
            )
        if row is None or not may_see:
            raise _not_found()
        return row


def _not_found() -> NotFoundError:
    return NotFoundError("There is no such call.", code="call_not_found")


def _no_recording() -> NotFoundError:
    return NotFoundError("The recording of this call is not stored.", code="recording_not_found")
