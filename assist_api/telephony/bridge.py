"""Carries what the exchange tells over to the calls: arrivals, states, ends, and the audio of the legs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Protocol
from uuid import UUID

import structlog

from assist_api.calls.events import CallStateChanged, EndReason, RunningState
from assist_api.calls.runs import Ending
from assist_api.calls.service import CallService
from assist_api.calls.sources.live import LiveSource
from assist_api.calls.states import CallState
from assist_api.telephony.agents import KnownAgent
from assist_api.transcripts.utterances import LegRole
from cti_adapter import events as told
from cti_adapter import states as cti
from cti_adapter.adapter import SubscriptionCutError
from cti_adapter.audiosocket import SAMPLE_RATE_HZ, TapChunk
from cti_adapter.call_feed import CallFeed
from cti_adapter.views import CallView, LegView
from kit.clock import Clock, SystemClock
from kit.errors import AssistError
from kit.logging import told_by
from kit.tasks import ChannelClosedError, ChannelFullError, TaskSupervisor
from speech.audio import AudioChunk

log = structlog.get_logger(__name__)

CALL_LOST = Ending(EndReason.FAILED, "call_lost", "The telephone exchange was lost; how the call ended is not known.")
_ENDINGS = {
    cti.CallState.ENDED: Ending(EndReason.COMPLETED),
    cti.CallState.ABANDONED: Ending(EndReason.ABANDONED),
    cti.CallState.INTERRUPTED: CALL_LOST,
}
_RUNNING: dict[cti.CallState, RunningState] = {
    cti.CallState.OFFERED: CallState.OFFERED,
    cti.CallState.RINGING: CallState.RINGING,
    cti.CallState.ANSWERED: CallState.ANSWERED,
    cti.CallState.HELD: CallState.HELD,
    cti.CallState.TRANSFERRED: CallState.TRANSFERRED,
}
_ROLES = {cti.LegRole.CUSTOMER: LegRole.CUSTOMER, cti.LegRole.AGENT: LegRole.AGENT}
"""Supervisors are not transcribed."""
_UNHEARD = frozenset({cti.CallState.OFFERED, cti.CallState.RINGING})
"""While a customer waits nobody is listened to."""


class Agents(Protocol):
    """Knows the agents by their telephones."""

    async def find(self, agent: str) -> KnownAgent:
        """Return the agent with a number."""
        ...


class CallBridge:
    """Follows one source of live calls for the call core; `run` until cancelled, then `aclose`.

    Args:
        adapter: The source.
        calls: Carries the calls.
        agents: Knows who an agent is.
        sector: Whose answers count first.
        clock: The system's by default.
        is_ours: Whether a call that the core carries would be known to this source if it still lived. By default every
            call is; beside a second source the calls of that one are not.
    """

    def __init__(
        self,
        adapter: CallFeed,
        calls: CallService,
        agents: Agents,
        *,
        sector: str | None = None,
        clock: Clock | None = None,
        is_ours: Callable[[UUID], bool] = lambda _call_id: True,
    ) -> None:
        self._adapter = adapter
        self._calls = calls
        self._agents = agents
        self._sector = sector
        self._clock = clock or SystemClock()
        self._is_ours = is_ours
        self._sources: dict[UUID, LiveSource] = {}
        self._taps: dict[UUID, tuple[UUID, asyncio.Task[None]]] = {}
        self._admitted: dict[UUID, set[str]] = {}
        """Agents who may read a call, by call."""
        self._tasks = TaskSupervisor("telephony")

    async def run(self) -> None:
        """Follow the exchange; a listener that was too slow begins anew with what is known."""
        while True:
            try:
                async with self._adapter.subscribe() as subscription:
                    if self._adapter.is_connected:
                        await self._catch_up(subscription.calls)
                    async for event in subscription:
                        await self._take(event)
                return
            except SubscriptionCutError:
                log.warning("telephone_events_lost")

    def carries(self, call_id: UUID) -> bool:
        """Whether a call came from this source."""
        return call_id in self._sources

    async def aclose(self) -> None:
        """Leave every tap; safe to call twice."""
        await self._tasks.aclose()

    async def _take(self, event: told.CTIEvent) -> None:
        try:
            await self._handle(event)
        except AssistError as error:  # one call that cannot be carried must not cost the others
            log.warning("telephone_event_refused", event_type=event.type, **told_by(error))

    async def _handle(self, event: told.CTIEvent) -> None:
        match event:
            case told.CallOffered():
                await self._begin(event.call_id, event.direction, event.caller_number, event.dialled_number)
            case told.CallStateChanged(call_id=call_id):
                if call_id in self._sources:
                    await self._go(call_id, event.state, event.agent)
                    self._tap_legs(call_id)
            case told.LegOpened(call_id=call_id) | told.LegStateChanged(call_id=call_id):
                await self._begin_outbound(call_id)
                await self._admit(call_id, event.agent)
                self._tap_legs(call_id)
            case told.LegMoved():
                await self._admit(event.call_id, event.agent)
                self._leave_tap(event.leg_id)
                self._tap_legs(event.call_id)
            case told.CallNoted(note="survey"):
                # The agent has hung up; the caller gives a mark, and nobody has to wait for that.
                self._end(event.call_id, Ending(EndReason.COMPLETED))
            case told.PBXConnected():
                await self._catch_up(self._adapter.calls)
            case _:
                pass

    async def _catch_up(self, calls: tuple[CallView, ...]) -> None:
        """Take in every call that the exchange has now, and end those that it no longer has."""
        for call in calls:
            try:
                await self._begin(call.call_id, call.direction, call.caller_number, call.dialled_number)
                if call.call_id in self._sources:
                    agent = next((leg.agent for leg in call.legs if leg.agent is not None), None)
                    await self._go(call.call_id, call.state, agent)
                    for leg in call.legs:
                        await self._admit(call.call_id, leg.agent)
                    self._tap_legs(call.call_id)
            except AssistError as error:
                log.warning("telephone_call_refused", call_id=str(call.call_id), **told_by(error))
        known = {call.call_id for call in calls}
        for call_id in self._calls.live_calls:
            if call_id not in known and self._is_ours(call_id):
                self._end(call_id, CALL_LOST)

    async def _begin(self, call_id: UUID, direction: cti.Direction, caller: str, dialled: str) -> None:
        if call_id in self._sources or direction is cti.Direction.INTERNAL:
            return
        is_inbound = direction is cti.Direction.INBOUND
        self._sources[call_id] = await self._calls.start_live(
            call_id,
            title=dialled if is_inbound else "",
            sector=self._sector,
            customer_number=caller if is_inbound else dialled,
        )

    async def _begin_outbound(self, call_id: UUID) -> None:
        """Carry a call of an agent's once it leaves the house; among agents it stays theirs."""
        call = self._find(call_id) if call_id not in self._sources else None
        if call is not None and call.direction is cti.Direction.OUTBOUND:
            await self._begin(call_id, call.direction, call.caller_number, call.dialled_number)

    async def _go(self, call_id: UUID, state: cti.CallState, agent: str | None) -> None:
        if state in _ENDINGS:
            self._end(call_id, _ENDINGS[state])
            return
        who = await self._agents.find(agent) if agent is not None else None
        now = (await self._calls.snapshot(call_id)).data.call.state
        # After an interruption any state may follow; otherwise events may have been missed in between.
        steps = (state,) if now is CallState.INTERRUPTED else cti.path(cti.CallState(now.value), state)
        for step in steps:
            change = CallStateChanged(
                state=_RUNNING[step],
                agent_name=who.name if who is not None else None,
                agent_account_id=who.account_id if who is not None else None,
            )
            await self._calls.change_state(call_id, change)

    async def _admit(self, call_id: UUID, agent: str | None) -> None:
        """Let an agent read a call that somebody has spoken in: who is consulted reads before he answers."""
        call = self._find(call_id)
        if agent is None or call is None or not call.was_answered or call_id not in self._sources:
            return
        admitted = self._admitted.setdefault(call_id, set())
        if agent not in admitted:
            admitted.add(agent)
            who = await self._agents.find(agent)
            if who.account_id is not None:
                await self._calls.archive.admit(call_id, who.account_id, self._clock.now())

    def _find(self, call_id: UUID) -> CallView | None:
        return next((call for call in self._adapter.calls if call.call_id == call_id), None)

    def _end(self, call_id: UUID, ending: Ending) -> None:
        self._sources.pop(call_id, None)
        self._admitted.pop(call_id, None)
        self._calls.end_live(call_id, ending)
        for leg_id, (owner, _) in list(self._taps.items()):
            if owner == call_id:
                self._leave_tap(leg_id)

    def _tap_legs(self, call_id: UUID) -> None:
        """Listen to every party of a conversation that is not listened to yet."""
        source = self._sources.get(call_id)
        call = self._find(call_id)
        if source is None or call is None or call.state in _UNHEARD:
            return
        for leg in call.legs:
            is_heard = leg.role in _ROLES and leg.state in {cti.LegState.ANSWERED, cti.LegState.HELD}
            if is_heard and leg.leg_id not in self._taps:
                self._taps[leg.leg_id] = (call_id, self._tasks.start(self._tap(leg, source), name="tap"))

    def _leave_tap(self, leg_id: UUID) -> None:
        _, task = self._taps.pop(leg_id, (None, None))
        if task is not None:
            task.cancel()

    async def _tap(self, leg: LegView, source: LiveSource) -> None:
        has_ended = asyncio.Event()
        try:
            async with self._adapter.open_tap(leg.leg_id) as chunks:
                await source.attach(leg.leg_id, _ROLES[leg.role], _audio(chunks, has_ended))
                await has_ended.wait()
        except (ChannelClosedError, ChannelFullError) as error:
            log.info("leg_not_heard", call_id=str(leg.call_id), leg_id=str(leg.leg_id), reason=type(error).__name__)
        except AssistError as error:
            log.warning("leg_not_heard", call_id=str(leg.call_id), leg_id=str(leg.leg_id), **told_by(error))
        finally:
            if self._taps.get(leg.leg_id, (None, None))[1] is asyncio.current_task():
                del self._taps[leg.leg_id]


async def _audio(chunks: AsyncIterator[TapChunk], has_ended: asyncio.Event) -> AsyncIterator[AudioChunk]:
    """Yield the audio of a tap in the words of the speech room; sets the event once nobody listens any more."""
    try:
        async for chunk in chunks:
            yield AudioChunk(chunk.pcm, SAMPLE_RATE_HZ, chunk.start_sample)
    finally:
        has_ended.set()
