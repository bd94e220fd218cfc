"""What an account reads and hears of a call: as it is, or masked when the account may not see identities."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

from assist_api.calls.events import CallEvent, CallSnapshotEvent
from assist_api.calls.hub import CallHub
from assist_api.calls.masked_audio import Stretch, masked_name, tones, write_masked
from assist_api.calls.masking import CallMask, mask_of, masked_info
from assist_api.calls.masking_policy import MaskingPolicy
from assist_api.calls.schemas import CallEventPage, CallPage, SourceKind
from assist_api.calls.service import CallService
from assist_api.calls.states import CallState
from assist_api.calls.stream import WatchedCalls
from assist_api.calls.viewer import CallViewer
from assist_api.transcripts.utterances import Utterance
from kit.bus import LocalBus
from kit.errors import ConflictError

MOST_RECORDINGS_AT_ONCE = 2
"""Masking an hour of a recording takes a core for some seconds."""

MOST_FILES_OF_A_CALL = 60
"""Masked parts of a recording that lie beside it; the oldest make room and are made again when asked for."""


class CallReading:
    """Gives calls to people; every reading of another agent's call is recorded."""

    def __init__(self, calls: CallService, policy: Callable[[], MaskingPolicy]) -> None:
        self._calls = calls
        self._policy = policy
        self._converting = asyncio.Semaphore(MOST_RECORDINGS_AT_ONCE)
        self._silent = CallHub(LocalBus[CallEvent]())

    def sees_masked(self, viewer: CallViewer) -> bool:
        """Tell whether the account sees the calls of others masked."""
        return viewer.actor.role in self._policy().masked_roles

    async def page(
        self,
        viewer: CallViewer,
        *,
        cursor: str | None,
        limit: int,
        states: Sequence[CallState],
        source: SourceKind | None,
    ) -> CallPage:
        """Return calls the viewer may read, newest first.

        Raises:
            InvalidInputError: The cursor is not one that we gave.
        """
        page = await self._calls.archive.page(viewer, cursor=cursor, limit=limit, states=states, source=source)
        if not self.sees_masked(viewer):
            return page
        return page.model_copy(update={"items": [masked_info(call) for call in page.items]})

    async def snapshot(self, viewer: CallViewer, call_id: UUID) -> CallSnapshotEvent:
        """Return a call as it stands, for the eyes of the viewer.

        Raises:
            NotFoundError: The call does not exist for this viewer.
        """
        await self._calls.check_reading(viewer, call_id)
        if await self._is_identified(viewer, call_id):
            return await self._calls.snapshot(call_id)
        return (await self.masked_snapshot(call_id))[0]

    async def masked_snapshot(self, call_id: UUID) -> tuple[CallSnapshotEvent, CallMask]:
        """Return a call masked, whoever asks, and what is masked in it.

        Raises:
            NotFoundError: There is no such call.
        """
        event = await self._calls.snapshot(call_id)
        mask = await asyncio.to_thread(mask_of, event.data, self._policy().kinds)
        return event.model_copy(update={"data": await asyncio.to_thread(mask.snapshot, event.data)}), mask

    async def mask_for(self, viewer: CallViewer, call_id: UUID, further: Sequence[Utterance]) -> CallMask | None:
        """Return what a viewer may not see of a call and of further utterances of it; None for nothing.

        Raises:
            NotFoundError: The call does not exist for this viewer.
        """
        if await self._is_identified(viewer, call_id):
            return None
        call = (await self._calls.snapshot(call_id)).data
        said = [*(item for item in call.utterances if item.is_final), *further]
        return await asyncio.to_thread(CallMask, said, call.facts, self._policy().kinds)

    async def events(self, viewer: CallViewer, call_id: UUID, *, after: int, limit: int) -> CallEventPage:
        """Return persisted events behind `after`.

        Raises:
            NotFoundError: The call does not exist for this viewer.
        """
        await self._calls.check_reading(viewer, call_id)
        page = await self._calls.archive.events(call_id, after=after, limit=limit)
        if await self._is_identified(viewer, call_id):
            return page
        _event, mask = await self.masked_snapshot(call_id)
        items = [shown for event in page.items if (shown := mask.event(event)) is not None]
        return page.model_copy(update={"items": items})

    async def listen(self, viewer: CallViewer, call_id: UUID) -> Path:
        """Return the recording that the viewer may hear, and record that it listens.

        Raises:
            NotFoundError: The call does not exist for this viewer, or its recording is gone.
            ConflictError: `call_not_ended`: a running call is not masked yet.
        """
        path = await self._calls.listen(viewer, call_id)
        if await self._is_identified(viewer, call_id):
            return path
        return await self.masked_recording(call_id, path)

    async def masked_recording(self, call_id: UUID, source: Path, *, within: Stretch | None = None) -> Path:
        """Return the recording with a tone over masked words, made now unless it lies there already.

        Args:
            call_id: A finished call.
            source: Its playable recording.
            within: Only this part; the file lies beside the others.

        Raises:
            ConflictError: `call_not_ended`.
            InvalidInputError: The recording is damaged.
        """
        snapshot = (await self._calls.snapshot(call_id)).data
        if not snapshot.call.state.is_over:
            raise ConflictError("The recording can be heard once the call is over.", code="call_not_ended")
        mask = await asyncio.to_thread(mask_of, snapshot, self._policy().kinds)
        stretches = await asyncio.to_thread(tones, snapshot.utterances, mask)
        target = source.with_name(masked_name(stretches, within))
        async with self._converting:
            if not target.is_file():
                await asyncio.to_thread(_make, source, target, stretches, within)
        return target

    async def watched(self, viewer: CallViewer, call_id: UUID, hub: CallHub) -> tuple[WatchedCalls, CallHub]:
        """Return where a socket of the viewer gets its snapshots and its events.

        A masked call comes as snapshots alone: only the whole of what was said tells what is personal in a part.

        Raises:
            NotFoundError: The call does not exist for this viewer.
        """
        await self._calls.check_reading(viewer, call_id)
        if await self._is_identified(viewer, call_id):
            return self._calls, hub
        return _MaskedCalls(self), self._silent

    async def _is_identified(self, viewer: CallViewer, call_id: UUID) -> bool:
        return not self.sees_masked(viewer) or await self._calls.archive.check_readable(viewer, call_id)


class _MaskedCalls:
    """Calls as a socket of somebody gets them who may not see identities."""

    def __init__(self, reading: CallReading) -> None:
        self._reading = reading

    async def snapshot(self, call_id: UUID) -> CallSnapshotEvent:
        """Return the call masked."""
        return (await self._reading.masked_snapshot(call_id))[0]

    def is_carried_here(self, call_id: UUID) -> bool:
        """Deny it, so that the socket looks for news every second."""
        del call_id
        return False


def _make(source: Path, target: Path, stretches: Sequence[Stretch], within: Stretch | None) -> None:
    if within is None:
        # Other words are masked now; the file of before says too much or too little.
        for old in source.parent.glob("masked-*-whole.flac"):
            old.unlink(missing_ok=True)
    kept = sorted(source.parent.glob("masked-*.flac"), key=lambda file: file.stat().st_mtime, reverse=True)
    for old in kept[MOST_FILES_OF_A_CALL:]:
        old.unlink(missing_ok=True)
    write_masked(source, target, stretches, within=within)
