"""Follows callers who wait in queues and speaks to each at the times of its queue, while the exchange goes on ringing.

The exchange plays the music and keeps the line; without this announcer callers hear music alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol
from uuid import UUID

import structlog

from assist_api.http.core import Core
from assist_api.ivr.outgoing import OutgoingSpeech
from assist_api.ivr.prompts import Prompts
from assist_api.ivr.repository import FlowRepository
from assist_api.ivr.systems import InstalledSystems, KnownCaller, known_caller
from assist_api.routing.book import Announcements, RoutingBook
from assist_api.waiting.words import USUAL, Standing, Told, announcement
from cti_adapter.adapter import CTIAdapter
from cti_adapter.announcing import SpeakToCaller
from cti_adapter.audio_line import FRAME_BYTES, AudioLine
from cti_adapter.views import CallView
from kit.clock import Clock
from kit.db_faults import STORAGE_FAULTS
from kit.errors import AssistError
from kit.logging import told_by
from kit.tasks import TaskSupervisor

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 20
"""Callers who are spoken to at the same moment; the next one waits a second more."""
TICK_SECONDS = 1.0
LONGEST_SECONDS = 90.0
"""Of one announcement, from the command to its end; notices are the longest part of it."""
_WATCH_SECONDS = 0.05
_LEAD_IN = bytes(15 * FRAME_BYTES)
"""0.3 s of silence: the exchange needs a moment from our connection to the caller's ear."""


class ExpectedWaits(Protocol):
    """The part of `assist_api.floor.board.FloorBoard` that announcements need."""

    def expected_wait(self, name: str, ahead: int) -> int | None:
        """Return how many seconds a caller with so many before him still waits; None where nobody can tell."""
        ...


@dataclass(slots=True)
class _Wait:
    """One caller who waits."""

    due_at: float
    told: Told = field(default_factory=Told)
    known: KnownCaller | None = None
    """None until it was looked up."""
    is_spoken_to: bool = False


class WaitingAnnouncer:
    """Speaks to waiting callers; `run` until cancelled, then `aclose`.

    Args:
        core: Shared parts.
        exchange: The queues.
        book: Returns the routing book in force, with the settings of each queue.
        waits: Expected waits.
        systems: Notices of a caller's area.
        speaker: The voice.
        outgoing: Connects the voice.
    """

    def __init__(
        self, core: Core, exchange: CTIAdapter, book: Callable[[], RoutingBook], waits: ExpectedWaits,
        systems: InstalledSystems, speaker: Prompts, outgoing: OutgoingSpeech,
    ) -> None:  # fmt: skip
        self._core = core
        self._exchange = exchange
        self._book = book
        self._waits = waits
        self._systems = systems
        self._speaker = speaker
        self._outgoing = outgoing
        self._clock: Clock = core.clock
        self._callers: dict[UUID, _Wait] = {}
        self._tasks = TaskSupervisor("waiting")

    async def run(self) -> None:
        """Speak to whoever is due, every second."""
        while True:
            self.look()
            await self._clock.sleep(TICK_SECONDS)

    async def aclose(self) -> None:
        """Stop speaking; callers hear music on. Safe to call twice."""
        await self._tasks.aclose()

    async def prepare(self) -> None:
        """Speak the usual sentences into the store of prompts, so that nobody waits for the voice later."""
        try:
            for text in USUAL if self._outgoing.address is not None else ():
                await self._speaker.prepare(text)
        except AssistError as error:
            # The health page says which voice is missing.
            log.warning("announcements_not_prepared", **told_by(error))

    def look(self) -> None:
        """Begin to speak to every caller who is due now, within the bound."""
        now = self._clock.monotonic()
        calls = {call.call_id: call for call in self._exchange.calls}
        for gone in self._callers.keys() - calls.keys():
            del self._callers[gone]
        if self._outgoing.address is None or not self._exchange.is_connected:
            return
        settings = {queue.name: queue.announcements for queue in self._book().queues}
        for call in calls.values():
            spoken = settings.get(call.queue or "") if call.is_waiting else None
            if spoken is not None and spoken.is_on:
                self._look_at(call, spoken, now)

    def _look_at(self, call: CallView, spoken: Announcements, now: float) -> None:
        wait = self._callers.setdefault(call.call_id, _Wait(now + spoken.first_seconds))
        speaking = sum(known.is_spoken_to for known in self._callers.values())
        if now < wait.due_at or wait.is_spoken_to or speaking >= MOST_AT_ONCE:
            return
        wait.is_spoken_to = True
        self._tasks.start(self._announce(call, wait, spoken), name=f"announce-{call.call_id}")

    async def _announce(self, call: CallView, wait: _Wait, spoken: Announcements) -> None:
        try:
            standing = await self._standing(call, wait, spoken)
            texts, told = announcement(standing, wait.told, spoken)
            # Made before the line is opened: the caller hears music until the first word.
            sound = [pcm for text in texts async for pcm in self._speaker.pieces(text)]
            if await self._speak(call.call_id, sound):
                wait.told = told
        except AssistError as error:
            log.warning("announcement_failed", call_id=str(call.call_id), **told_by(error))
        finally:
            wait.due_at = self._clock.monotonic() + spoken.every_seconds
            wait.is_spoken_to = False

    async def _standing(self, call: CallView, wait: _Wait, spoken: Announcements) -> Standing:
        queue = call.queue or ""
        line = await self._exchange.line_of(queue)
        ahead = line.index(call.call_id) if call.call_id in line else None
        seconds = None if ahead is None else self._waits.expected_wait(queue, ahead)
        return Standing(ahead, seconds, await self._notices(call, wait) if spoken.says_notices else ())

    async def _notices(self, call: CallView, wait: _Wait) -> Sequence[str]:
        """Return the notices of the caller's addresses; none while the database is away, which costs nothing else."""
        try:
            if wait.known is None:
                told = await self._told_before(call.call_id)
                wait.known = await known_caller(self._core, call.caller_number)
                wait.told = replace(wait.told, notices=told)
            if not wait.known.addresses:
                return ()
            dialled = self._book().find_number(call.dialled_number)
            return await self._systems.outages_of(wait.known, None if dialled is None else dialled.sector)
        except STORAGE_FAULTS as error:
            log.warning("announcement_without_notices", call_id=str(call.call_id), reason=type(error).__name__)
            return ()

    async def _told_before(self, call_id: UUID) -> frozenset[str]:
        """Return what the flow said before the queue: its notices are not read out again."""
        async with self._core.database.session() as session:
            row = await FlowRepository(session).dialogue_of_call(call_id)
        steps: list[Mapping[str, str]] = [] if row is None else row.context["steps"]
        return frozenset(step["text"] for step in steps if step["kind"] == "said")

    async def _speak(self, call_id: UUID, sound: list[bytes]) -> bool:
        """Let the caller hear a sound; False where the caller did not wait until its end."""
        address = self._outgoing.address
        if address is None:
            return False
        is_heard = asyncio.get_running_loop().create_future()

        async def speech(line: AudioLine) -> None:
            is_whole = await self._play(call_id, line, [_LEAD_IN, *sound])
            if not is_heard.done():
                is_heard.set_result(is_whole)

        ticket = self._outgoing.expect(speech)
        try:
            await self._exchange.execute(SpeakToCaller(call_id, address, ticket))
            async with asyncio.timeout(LONGEST_SECONDS):
                return bool(await is_heard)
        except TimeoutError:
            log.warning("announcement_not_connected", call_id=str(call_id))
            return False
        finally:
            self._outgoing.forget(ticket)

    async def _play(self, call_id: UUID, line: AudioLine, sound: list[bytes]) -> bool:
        stop = asyncio.Event()
        watching = asyncio.ensure_future(self._watch(call_id, stop))
        try:
            for pcm in sound:
                if not await line.play(pcm, stop):
                    return False
            return True
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def _watch(self, call_id: UUID, stop: asyncio.Event) -> None:
        """Stop the voice once the caller waits no more: an agent answered, or a key led elsewhere."""
        while any(call.call_id == call_id and call.is_waiting for call in self._exchange.calls):
            await self._clock.sleep(_WATCH_SECONDS)
        stop.set()
