"""What is recorded of calls that go through many hands, on a real Asterisk: whoever was heard is in a file.

`TINGZHI_RECORDED_CALLS=30` runs more calls than the one of each kind; docs/benchmarks.md has the figures.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from aiosipua import IncomingCall

from cti_adapter.adapter import CTIAdapter
from cti_adapter.asterisk.plan import AgentPhone, NumberPlan, PBXPlan, QueueMembership, QueuePlan
from cti_adapter.asterisk.process import AsteriskProcess
from cti_adapter.commands import (
    Consult,
    InviteToConference,
    PickUp,
    ReadyAgent,
    StartConference,
    Supervise,
    SuperviseMode,
    TakeOver,
    TransferBlind,
)
from cti_adapter.events import AgentStateChanged, CallOffered, CallStateChanged, LegOpened
from cti_adapter.phone.sip_phone import PhoneCall, SIPPhone
from cti_adapter.recording_files import list_recordings
from cti_adapter.states import LegRole
from kit.tasks import cancel_and_wait
from tests.fakes.cti_events import WAIT_SECONDS, EventLog, follow
from tests.fakes.cti_recordings import Ears, find_missing
from tests.fakes.cti_tones import AGENT_HZ, COLLEAGUE_HZ, CUSTOMER_HZ, MUSIC_HZ
from tests.integration.cti_adapter.test_call_control import OUTSIDE, free_udp_port, hears, voice
from tests.servers.asterisk import phone_secret, plan_of, run_plan, settings_of

pytestmark = pytest.mark.integration

TALK_SECONDS = 1.0
WANTED = int(os.environ.get("TINGZHI_RECORDED_CALLS", "0"))


@dataclass
class Place:
    """One number with one agent, a colleague of his, and a customer who calls it."""

    name: str
    number: str
    agent: str
    colleague: str
    adapter: CTIAdapter
    log: EventLog
    phones: dict[str, SIPPhone]
    ears: Ears = field(default_factory=Ears)
    ringing: IncomingCall = field(init=False)
    call_ids: set[UUID] = field(default_factory=set)

    def note_calls(self) -> None:
        """Note which calls began here."""
        self.call_ids = {
            event.call_id
            for event in self.log.of(CallOffered)
            if event.caller_number in {self.number, self.agent} or event.dialled_number == self.number
        }

    async def answer(self, who: str, hz: int) -> PhoneCall:
        ringing = await asyncio.wait_for(self.phones[who].ringing.get(), WAIT_SECONDS)
        return self.heard(await self.phones[who].answer(ringing, source=voice(hz)))

    async def ask(self) -> PhoneCall:
        """Let the customer call and the agent's telephone ring."""
        customer = await self.phones["caller"].call(self.number, source=voice(CUSTOMER_HZ), caller=self.number)
        self.ringing = await asyncio.wait_for(self.phones[self.agent].ringing.get(), WAIT_SECONDS)
        # The tone of the notice is nobody's voice.
        return self.heard(customer)

    async def talk(self) -> tuple[PhoneCall, PhoneCall, CallStateChanged]:
        """Let the customer call and the agent answer."""
        customer = await self.ask()
        agent = self.heard(await self.phones[self.agent].answer(self.ringing, source=voice(AGENT_HZ)))
        talking = await self.log.wait(
            CallStateChanged, lambda event: (event.state, event.agent) == ("answered", self.agent)
        )
        await hears(customer, AGENT_HZ)
        await asyncio.sleep(TALK_SECONDS)
        return customer, agent, talking

    def heard(self, call: PhoneCall) -> PhoneCall:
        self.ears.calls.append(call)
        return call


async def hold(place: Place) -> None:
    customer, agent, _ = await place.talk()
    await agent.hold()
    await hears(customer, MUSIC_HZ)
    await agent.resume()
    await hears(customer, AGENT_HZ)


async def blind(place: Place) -> None:
    customer, _, talking = await place.talk()
    await place.adapter.execute(TransferBlind(talking.call_id, place.colleague))
    await place.answer(place.colleague, COLLEAGUE_HZ)
    await hears(customer, COLLEAGUE_HZ)


async def attended(place: Place) -> None:
    customer, agent, talking = await place.talk()
    await place.adapter.execute(Consult(talking.call_id, place.colleague))
    await place.answer(place.colleague, COLLEAGUE_HZ)
    await hears(agent, COLLEAGUE_HZ)
    await asyncio.sleep(TALK_SECONDS)
    await agent.hang_up()
    await hears(customer, COLLEAGUE_HZ)


async def conference(place: Place) -> None:
    customer, _, talking = await place.talk()
    await place.adapter.execute(StartConference(talking.call_id))
    await hears(customer, AGENT_HZ)
    await place.adapter.execute(InviteToConference(talking.call_id, place.colleague, uuid4()))
    await place.answer(place.colleague, COLLEAGUE_HZ)
    await hears(customer, AGENT_HZ, COLLEAGUE_HZ)


async def pick_up(place: Place) -> None:
    customer = await place.ask()
    leg = await place.log.wait(LegOpened, lambda event: event.agent == place.agent)
    await place.adapter.execute(PickUp(leg.leg_id, place.colleague, uuid4()))
    await place.answer(place.colleague, COLLEAGUE_HZ)
    await hears(customer, COLLEAGUE_HZ)


async def pick_up_by_key(place: Place) -> None:
    customer = await place.ask()
    place.heard(await place.phones[place.colleague].call("*8", source=voice(COLLEAGUE_HZ)))
    await hears(customer, COLLEAGUE_HZ)


async def take_over(place: Place) -> None:
    customer, _, talking = await place.talk()
    leg = await place.log.wait(LegOpened, lambda event: event.agent == place.agent)
    await place.adapter.execute(Supervise(leg.leg_id, place.colleague, SuperviseMode.LISTEN, uuid4()))
    supervisor = await place.answer(place.colleague, COLLEAGUE_HZ)
    await hears(supervisor, CUSTOMER_HZ, AGENT_HZ)
    own = await place.log.wait(LegOpened, lambda event: event.agent == place.colleague)
    await place.adapter.execute(TakeOver(talking.call_id, own.leg_id))
    await hears(customer, COLLEAGUE_HZ)


async def outbound(place: Place) -> None:
    dialling = asyncio.create_task(place.phones[place.agent].call(OUTSIDE, source=voice(AGENT_HZ)))
    outside = await place.answer("outside", CUSTOMER_HZ)
    place.heard(await dialling)
    await hears(outside, AGENT_HZ)


SPEAKERS = {
    CUSTOMER_HZ: {LegRole.CUSTOMER},
    AGENT_HZ: {LegRole.AGENT},
    COLLEAGUE_HZ: {LegRole.AGENT, LegRole.SUPERVISOR},
}
KINDS: tuple[Callable[[Place], Awaitable[None]], ...] = (
    hold,
    blind,
    attended,
    conference,
    pick_up,
    take_over,
    outbound,
    pick_up_by_key,
)


async def test_whoever_was_heard_is_in_a_file_of_his_own(tmp_path: Path) -> None:
    port = free_udp_port()
    with run_plan(_plan(port), tmp_path / "asterisk") as process:
        places: list[Place] = []
        while len(places) < max(WANTED, len(KINDS)):
            places += await _call_side_by_side(process, port)
    legs = list(list_recordings(process.folders.recordings, process.plan.node_name))
    missing = []
    for place in places:
        own = [leg for leg in legs if leg.call_id in place.call_ids]
        missing += [(place.name, *moment) for moment in find_missing(place.ears, own, SPEAKERS)]
        assert CUSTOMER_HZ in {tone for _, tone in place.ears.heard}
    moments = sum(tone in SPEAKERS for place in places for _, tone in place.ears.heard)
    print(f"{len(places)} calls, {moments} moments heard, {len(missing)} missing")  # noqa: T201
    assert not missing


def _plan(port: int) -> PBXPlan:
    pairs = [(f"1{place:03}", f"2{place:03}") for place in range(len(KINDS))]
    return replace(
        plan_of((), network=f"127.0.0.1:{port}"),
        agents=tuple(AgentPhone(agent, phone_secret(agent)) for pair in pairs for agent in pair),
        queues=tuple(QueuePlan(f"q{place}", (QueueMembership(pairs[place][0]),)) for place in range(len(KINDS))),
        numbers=tuple(NumberPlan(f"955{place:03}", f"q{place}") for place in range(len(KINDS))),
    )


async def _call_side_by_side(process: AsteriskProcess, port: int) -> list[Place]:
    """Let one call of each kind run at the same time."""
    server = ("127.0.0.1", process.plan.addresses.sip_port)
    async with AsyncExitStack() as stack, follow(settings_of(process)) as (adapter, log):
        phones = {
            phone.agent: await stack.enter_async_context(
                SIPPhone.open(f"agent-{phone.agent}", server, secret=phone.secret)
            )
            for phone in process.plan.agents
        }
        phones["outside"] = await stack.enter_async_context(SIPPhone.open("outside", server, port=port))
        await adapter.wait_connected(WAIT_SECONDS)
        for phone in process.plan.agents:
            await phones[phone.agent].register()
        places = []
        for number, kind in enumerate(KINDS):
            agent = f"1{number:03}"
            await adapter.execute(ReadyAgent(agent))
            await log.wait(AgentStateChanged, lambda event, who=agent: (event.agent, event.state) == (who, "ready"))
            caller = await stack.enter_async_context(SIPPhone.open("caller", server))
            own = {**phones, "caller": caller}
            places.append(Place(kind.__name__, f"955{number:03}", agent, f"2{number:03}", adapter, log, own))
        listening = [asyncio.create_task(place.ears.listen()) for place in places]
        async with asyncio.TaskGroup() as calls:
            for kind, place in zip(KINDS[:-1], places, strict=False):
                calls.create_task(kind(place), name=place.name)
        # The key takes whatever rings, so nothing else may ring.
        await KINDS[-1](places[-1])
        await asyncio.sleep(TALK_SECONDS)
        await cancel_and_wait(*listening)
        for place in places:
            place.note_calls()
            for call in place.ears.calls:
                await call.hang_up()
    return places
