"""Calls as training material: always masked, whoever asks, also for those who may see identities elsewhere."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import UUID

from assist_api.calls.events import CallEvent, CallSnapshot
from assist_api.calls.masked_audio import Stretch
from assist_api.calls.reading import CallReading
from assist_api.calls.service import CallService
from assist_api.calls.viewer import COMMAND_LINE
from assist_api.training.practice import PracticeCall, practice_call
from kit.errors import ConflictError, NotFoundError

EVENT_PAGE = 1_000
MOST_EVENTS = 20_000
AROUND_MS = 300
"""Sound before and after a turn, so that no word is cut."""


class CallMaterial:
    """Reads masked calls for clips and practice."""

    def __init__(self, calls: CallService, reading: CallReading) -> None:
        self._calls = calls
        self._reading = reading

    async def call(self, call_id: UUID) -> CallSnapshot:
        """Return a finished call, masked.

        Raises:
            NotFoundError: There is no such call.
            ConflictError: `call_not_ended`.
        """
        event, _mask = await self._reading.masked_snapshot(call_id)
        if not event.data.call.state.is_over:
            raise ConflictError("The call is still going on.", code="call_not_ended")
        return event.data

    async def practice(self, call_id: UUID) -> PracticeCall:
        """Return a finished call as its caller's turns.

        Raises:
            NotFoundError: There is no such call.
            ConflictError: `call_not_ended`.
        """
        call = await self.call(call_id)
        events: list[CallEvent] = []
        after = 0
        while len(events) < MOST_EVENTS:
            page = await self._calls.archive.events(call_id, after=after, limit=EVENT_PAGE)
            events += page.items
            if len(page.items) < EVENT_PAGE:
                break
            after = page.items[-1].seq
        # Of events, practice reads cards and which utterance was heard when; what was said comes from the masked call.
        return await asyncio.to_thread(practice_call, call, events)

    async def audio(self, call_id: UUID, start_ms: int, end_ms: int) -> Path:
        """Return a part of the recording, with a tone over masked words.

        Raises:
            NotFoundError: `recording_not_found`.
        """
        call = await self.call(call_id)
        if not call.call.has_audio:
            raise NotFoundError("The recording of this call is not stored.", code="recording_not_found")
        source = await self._calls.archive.audio(COMMAND_LINE, call_id)
        return await self._reading.masked_recording(call_id, source, within=Stretch(start_ms, end_ms))
