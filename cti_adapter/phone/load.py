"""A load test of an exchange with our own test telephones: callers who keep calling, agents who keep answering.

It counts what agents and callers would notice: how many calls a second get through the queue, how many voice frames
come too late, and how long it takes until a call that was answered is known here.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from cti_adapter.adapter import CTIAdapter, SubscriptionCutError
from cti_adapter.asterisk.configuration import AGENT_ENDPOINT
from cti_adapter.asterisk.plan import AgentPhone
from cti_adapter.audiosocket import SAMPLE_RATE_HZ
from cti_adapter.commands import ReadyAgent
from cti_adapter.errors import LegNotFoundError
from cti_adapter.events import AgentStateChanged, CallStateChanged
from cti_adapter.phone.sip_phone import FRAME_BYTES, PCMSource, PhoneCall, PhoneError, SIPPhone
from cti_adapter.settings import CTISettings
from cti_adapter.states import AgentState, CallState
from kit.errors import DependencyError
from kit.tasks import TaskSupervisor, cancel_and_wait

_P95 = 0.95
_TALK_SECONDS_MIN = 1.0
_REFUSED_SECONDS = 1.0
"""How long a caller whose call was refused waits before the next one."""
_RAMP_SECONDS = 0.02
"""Between the first calls of two callers: fifty set-ups a second, the most that app_queue took when it was measured."""


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """What is to be tried.

    Attributes:
        number: Number that callers dial.
        calls: Calls at the same time.
        seconds: How long callers keep calling.
        talk_seconds: How long one conversation lasts.
        pcm: What both sides say over and over; 8 kHz s16le.
        is_tapped: Whether the audio of every leg is received here as well, as the server does.
    """

    number: str
    calls: int
    seconds: float
    talk_seconds: float = 10.0
    pcm: bytes = field(default=b"", repr=False)
    is_tapped: bool = False


@dataclass(slots=True)
class LoadReport:
    """What came of it.

    Attributes:
        begun: Calls that were dialled.
        answered: Calls that an agent answered.
        failed: Calls that the exchange refused or dropped before an agent answered.
        elapsed_seconds: From the first call to the last answer.
        frames: Voice frames that callers and agents heard.
        late_frames: Of these, more than 100 ms late.
        tapped_seconds: Audio that was received of all legs.
        event_ms: For each answered call, milliseconds from the agent's answer to our event about it, sorted.
    """

    begun: int = 0
    answered: int = 0
    failed: int = 0
    elapsed_seconds: float = 0.0
    frames: int = 0
    late_frames: int = 0
    tapped_seconds: float = 0.0
    event_ms: list[float] = field(default_factory=list)

    @property
    def setups_per_second(self) -> float:
        """Calls that went through the queue to an agent, a second."""
        return self.answered / self.elapsed_seconds if self.elapsed_seconds else 0.0

    @property
    def event_p95_ms(self) -> float | None:
        """95th percentile of `event_ms`; None without a call."""
        return self.event_ms[math.ceil(_P95 * len(self.event_ms)) - 1] if self.event_ms else None


class LoadTest:
    """Runs one plan on an exchange that nobody else uses meanwhile.

    Args:
        settings: How the exchange is followed.
        agents: Telephones that answer; each takes one call at a time.
    """

    def __init__(self, settings: CTISettings, agents: Sequence[AgentPhone]) -> None:
        self._settings = settings
        self._agents = agents
        self._server = (settings.host, settings.sip_port)
        self._report = LoadReport()
        self._answered_at: dict[str, float] = {}
        self._taps = TaskSupervisor("load-taps")

    async def run(self, plan: LoadPlan) -> LoadReport:
        """Register the agents, let callers call, and count.

        Raises:
            PBXUnreachableError: The exchange is out of reach.
            PBXSignInError: It refuses us.
            PhoneError: A telephone could not register.
        """
        loop = asyncio.get_running_loop()
        async with AsyncExitStack() as stack:
            adapter = await stack.enter_async_context(_following(self._settings))
            stack.push_async_callback(self._taps.aclose)
            events = self._time_events(adapter, is_tapped=plan.is_tapped)
            await stack.enter_async_context(_running(events, name="load.events"))
            phones = [await stack.enter_async_context(self._phone(agent)) for agent in self._agents]
            for agent in self._agents:
                await adapter.execute(ReadyAgent(agent.agent))
            for agent, phone in zip(self._agents, phones, strict=True):
                await stack.enter_async_context(_running(self._answer(agent.agent, phone, plan), name="load.agent"))
            began = loop.time()
            callers = [self._call(place, plan, began + plan.seconds) for place in range(plan.calls)]
            await asyncio.gather(*callers)
        self._report.event_ms.sort()
        return self._report

    @asynccontextmanager
    async def _phone(self, agent: AgentPhone) -> AsyncIterator[SIPPhone]:
        name = AGENT_ENDPOINT.format(agent=agent.agent)
        async with SIPPhone.open(name, self._server, secret=agent.secret) as phone:
            await phone.register()
            yield phone

    async def _call(self, place: int, plan: LoadPlan, until: float) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(place * _RAMP_SECONDS)
        async with SIPPhone.open("caller", self._server) as phone:
            while loop.time() < until:
                self._report.begun += 1
                try:
                    call = await phone.call(plan.number, source=PCMSource(plan.pcm, is_endless=True))
                except PhoneError:
                    self._report.failed += 1
                    await asyncio.sleep(_REFUSED_SECONDS)
                    continue
                # The exchange answers at once for its notice; the agent ends the call.
                left = max(0.0, until - loop.time()) + plan.talk_seconds
                try:
                    await asyncio.wait_for(call.ended.wait(), left)
                except TimeoutError:
                    await call.hang_up()
                self._count(call)

    async def _answer(self, agent: str, phone: SIPPhone, plan: LoadPlan) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        while True:
            ringing = await phone.ringing.get()
            self._answered_at[agent] = loop.time()
            call = await phone.answer(ringing, source=PCMSource(plan.pcm, is_endless=True))
            self._report.answered += 1
            self._report.elapsed_seconds = loop.time() - began
            try:
                await asyncio.wait_for(call.ended.wait(), max(_TALK_SECONDS_MIN, plan.talk_seconds))
            except TimeoutError:
                await call.hang_up()
            self._count(call)

    def _count(self, call: PhoneCall) -> None:
        self._report.frames += len(call.heard) // FRAME_BYTES
        self._report.late_frames += call.late_frames

    def _tap_call(self, adapter: CTIAdapter, call_id: UUID) -> None:
        for leg in [leg for call in adapter.calls for leg in call.legs if call.call_id == call_id]:
            self._taps.start(self._tap(adapter, leg.leg_id), name="load.tap")

    async def _tap(self, adapter: CTIAdapter, leg_id: UUID) -> None:
        try:
            async with adapter.open_tap(leg_id) as chunks:
                async for chunk in chunks:
                    self._report.tapped_seconds += len(chunk.pcm) / 2 / SAMPLE_RATE_HZ
        except LegNotFoundError:
            # The call was over before it could be listened to.
            return

    async def _time_events(self, adapter: CTIAdapter, *, is_tapped: bool) -> None:
        """Note when answers are told; an agent in wrap-up is made ready at once, so that the load goes on."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                async for event in adapter.events():
                    if isinstance(event, CallStateChanged) and event.state is CallState.ANSWERED and event.agent:
                        since = self._answered_at.pop(event.agent, None)
                        if since is not None:
                            self._report.event_ms.append((loop.time() - since) * 1000)
                        if is_tapped:
                            self._tap_call(adapter, event.call_id)
                    elif isinstance(event, AgentStateChanged) and event.state is AgentState.WRAP_UP:
                        try:
                            await adapter.execute(ReadyAgent(event.agent))
                        except DependencyError:
                            self._report.failed += 1
                return
            except SubscriptionCutError:
                continue


@asynccontextmanager
async def _following(settings: CTISettings) -> AsyncIterator[CTIAdapter]:
    adapter = CTIAdapter(settings)
    await adapter.start()
    try:
        await adapter.wait_connected(settings.action_timeout.total_seconds())
        yield adapter
    finally:
        await adapter.aclose()


@asynccontextmanager
async def _running(work: Coroutine[None, None, None], *, name: str) -> AsyncIterator[None]:
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        await cancel_and_wait(task)
