"""Call control as agents use it, on a real Asterisk: what counts is who hears whom."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from uuid import uuid4

import pytest

from cti_adapter.adapter import CTIAdapter
from cti_adapter.asterisk.process import AsteriskProcess
from cti_adapter.commands import (
    CancelConsult,
    Consult,
    InviteToConference,
    JoinThree,
    MuteLeg,
    ReadyAgent,
    StartConference,
    TransferBlind,
)
from cti_adapter.events import AgentStateChanged, CallStateChanged, LegOpened, PBXConnected
from cti_adapter.phone.sip_phone import PCMSource, PhoneCall, SIPPhone
from cti_adapter.recording_files import list_recordings
from cti_adapter.states import CallState, LegRole
from tests.fakes.cti_events import WAIT_SECONDS, EventLog, follow
from tests.fakes.cti_lossy_line import open_remote_phone
from tests.fakes.cti_recordings import share_with_tone
from tests.fakes.cti_tones import AGENT_HZ, COLLEAGUE_HZ, CUSTOMER_HZ, MUSIC_HZ, heard, tone
from tests.servers.asterisk import NUMBER, phone_secret, run_asterisk, settings_of

pytestmark = pytest.mark.integration

AGENT, COLLEAGUE = "8001", "8002"
PACKETS = 600
"""Of voice, both ways: six seconds."""
CALLER, OUTSIDE = "13800138000", "02012345678"
TONES = {AGENT: AGENT_HZ, COLLEAGUE: COLLEAGUE_HZ}


def free_udp_port() -> int:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[AsteriskProcess, int]]:
    """The exchange, and the port that calls to other numbers go to."""
    port = free_udp_port()
    folder = tmp_path_factory.mktemp("asterisk")
    with run_asterisk(folder, agents=(AGENT, COLLEAGUE), network=f"127.0.0.1:{port}") as process:
        yield process, port


@dataclass
class Floor:
    """Two agents with their telephones, somebody outside who can be called, and a customer."""

    adapter: CTIAdapter
    log: EventLog
    phones: dict[str, SIPPhone]

    async def answer(self, who: str, hz: int) -> PhoneCall:
        """Let somebody answer the call that rings, and say a tone."""
        ringing = await asyncio.wait_for(self.phones[who].ringing.get(), WAIT_SECONDS)
        return await self.phones[who].answer(ringing, source=voice(hz))

    async def talk(self) -> tuple[PhoneCall, PhoneCall, CallStateChanged]:
        """Let the customer call and the first agent answer."""
        customer = await self.phones["caller"].call(NUMBER, source=voice(CUSTOMER_HZ), caller=CALLER)
        agent = await self.answer(AGENT, AGENT_HZ)
        talking = await self.log.wait_state("answered")
        await hears(customer, AGENT_HZ)
        await hears(agent, CUSTOMER_HZ)
        return customer, agent, talking


def voice(hz: int) -> PCMSource:
    return PCMSource(tone(hz), is_endless=True)


async def hears(call: PhoneCall, *tones: int) -> None:
    """Wait until a telephone hears these tones and no other; whoever is muted may send nothing at all."""
    now: set[int] = set()
    try:
        async with asyncio.timeout(10):
            while True:
                before = len(call.heard)
                await asyncio.sleep(0.45)
                now = heard(call.heard[before:])
                if now == set(tones):
                    return
    except TimeoutError:
        raise AssertionError(f"{call.number} hears {now}, not {set(tones)}") from None


@pytest.fixture
async def floor(exchange: tuple[AsteriskProcess, int]) -> AsyncIterator[Floor]:
    process, port = exchange
    server = ("127.0.0.1", process.plan.addresses.sip_port)
    async with AsyncExitStack() as stack, follow(settings_of(process)) as (adapter, log):
        phones = {
            agent: await stack.enter_async_context(SIPPhone.open(f"agent-{agent}", server, secret=phone_secret(agent)))
            for agent in (AGENT, COLLEAGUE)
        }
        phones["caller"] = await stack.enter_async_context(SIPPhone.open("caller", server))
        phones["outside"] = await stack.enter_async_context(SIPPhone.open("outside", server, port=port))
        await log.wait(PBXConnected)
        for agent in (AGENT, COLLEAGUE):
            await phones[agent].register()
            # Wrap-up of one test must not reach the next.
            await adapter.execute(ReadyAgent(agent))
            await log.wait(AgentStateChanged, lambda event, who=agent: (event.agent, event.state) == (who, "ready"))
        yield Floor(adapter, log, phones)


async def left_and_consulted_again(
    floor: Floor, number: str, telephone: str
) -> tuple[PhoneCall, PhoneCall, CallStateChanged]:
    """Consult somebody, go back to the customer, consult again and hang up; return customer, consulted and the call."""
    customer, agent, talking = await floor.talk()
    await floor.adapter.execute(Consult(talking.call_id, number))
    consulted = await floor.answer(telephone, COLLEAGUE_HZ)
    await hears(agent, COLLEAGUE_HZ)
    await hears(consulted, AGENT_HZ)
    await hears(customer, MUSIC_HZ)
    await floor.adapter.execute(CancelConsult(talking.call_id, AGENT))
    await hears(customer, AGENT_HZ)
    await asyncio.wait_for(consulted.ended.wait(), WAIT_SECONDS)
    await floor.adapter.execute(Consult(talking.call_id, number))
    consulted = await floor.answer(telephone, COLLEAGUE_HZ)
    await hears(agent, COLLEAGUE_HZ)
    await agent.hang_up()
    return customer, consulted, talking


class TestCallControl:
    async def test_hold_brings_music_and_mute_silence(self, floor: Floor):
        customer, agent, _ = await floor.talk()
        await agent.hold()
        await floor.log.wait_state("held")
        await hears(customer, MUSIC_HZ)
        await agent.resume()
        await hears(customer, AGENT_HZ)
        await hears(agent, CUSTOMER_HZ)
        leg = await floor.log.wait(LegOpened, lambda event: event.role is LegRole.AGENT)
        await floor.adapter.execute(MuteLeg(leg.leg_id, is_muted=True))
        await hears(customer)
        await hears(agent, CUSTOMER_HZ)
        await floor.adapter.execute(MuteLeg(leg.leg_id, is_muted=False))
        await hears(customer, AGENT_HZ)

    async def test_keys_reach_the_number_that_was_dialled_outside(self, floor: Floor):
        dialling = asyncio.create_task(floor.phones[AGENT].call(OUTSIDE, source=voice(AGENT_HZ)))
        outside = await floor.answer("outside", CUSTOMER_HZ)
        agent = await dialling
        await hears(outside, AGENT_HZ)
        await hears(agent, CUSTOMER_HZ)
        await agent.press("15#")
        async with asyncio.timeout(WAIT_SECONDS):
            while outside.keys != ["1", "5", "#"]:  # noqa: ASYNC110 — keys have no event
                await asyncio.sleep(0.05)
        (call,) = floor.adapter.calls
        assert (call.direction, call.dialled_number) == ("outbound", OUTSIDE)

    async def test_a_colleague_is_called_by_extension(self, floor: Floor):
        dialling = asyncio.create_task(floor.phones[AGENT].call(COLLEAGUE, source=voice(AGENT_HZ)))
        colleague = await floor.answer(COLLEAGUE, COLLEAGUE_HZ)
        await hears(await dialling, COLLEAGUE_HZ)
        await hears(colleague, AGENT_HZ)
        (call,) = floor.adapter.calls
        assert call.direction == "internal"

    async def test_a_call_that_rings_elsewhere_is_picked_up(self, floor: Floor):
        customer = await floor.phones["caller"].call(NUMBER, source=voice(CUSTOMER_HZ), caller=CALLER)
        await asyncio.wait_for(floor.phones[AGENT].ringing.get(), WAIT_SECONDS)
        colleague = await floor.phones[COLLEAGUE].call("*8", source=voice(COLLEAGUE_HZ))
        await hears(customer, COLLEAGUE_HZ)
        await hears(colleague, CUSTOMER_HZ)
        answered = await floor.log.wait_state("answered")
        assert answered.agent == COLLEAGUE

    async def test_a_blind_transfer_brings_the_customer_to_the_colleague(self, floor: Floor):
        customer, agent, talking = await floor.talk()
        await floor.adapter.execute(TransferBlind(talking.call_id, COLLEAGUE))
        colleague = await floor.answer(COLLEAGUE, COLLEAGUE_HZ)
        await hears(customer, COLLEAGUE_HZ)
        await hears(colleague, CUSTOMER_HZ)
        assert agent.ended.is_set()

    async def test_a_consultation_is_left_and_another_passes_the_customer_on(self, floor: Floor):
        customer, colleague, _ = await left_and_consulted_again(floor, COLLEAGUE, COLLEAGUE)
        await hears(customer, COLLEAGUE_HZ)
        await hears(colleague, CUSTOMER_HZ)
        await floor.log.wait(CallStateChanged, lambda event: (event.state, event.agent) == ("answered", COLLEAGUE))

    async def test_a_blind_transfer_brings_the_customer_to_somebody_outside(self, floor: Floor):
        customer, agent, talking = await floor.talk()
        await floor.adapter.execute(TransferBlind(talking.call_id, OUTSIDE))
        outside = await floor.answer("outside", COLLEAGUE_HZ)
        await hears(customer, COLLEAGUE_HZ)
        await hears(outside, CUSTOMER_HZ)
        assert agent.ended.is_set()
        (call,) = floor.adapter.calls
        assert (call.call_id, call.state) == (talking.call_id, CallState.ANSWERED)
        await outside.hang_up()
        await floor.log.wait(CallStateChanged, lambda event: (event.call_id, event.state) == (talking.call_id, "ended"))
        await asyncio.wait_for(customer.ended.wait(), WAIT_SECONDS)

    async def test_somebody_outside_is_consulted_left_and_takes_the_customer_over(self, floor: Floor):
        customer, outside, talking = await left_and_consulted_again(floor, OUTSIDE, "outside")
        await hears(customer, COLLEAGUE_HZ)
        await hears(outside, CUSTOMER_HZ)
        (call,) = floor.adapter.calls
        assert (call.call_id, call.state) == (talking.call_id, CallState.ANSWERED)
        await customer.hang_up()
        await asyncio.wait_for(outside.ended.wait(), WAIT_SECONDS)

    async def test_a_consultation_becomes_a_conversation_of_three_which_the_first_agent_leaves(self, floor: Floor):
        customer, agent, talking = await floor.talk()
        await floor.adapter.execute(Consult(talking.call_id, COLLEAGUE))
        colleague = await floor.answer(COLLEAGUE, COLLEAGUE_HZ)
        await hears(agent, COLLEAGUE_HZ)
        await floor.adapter.execute(JoinThree(talking.call_id, AGENT))
        await hears(customer, AGENT_HZ, COLLEAGUE_HZ)
        await hears(agent, CUSTOMER_HZ, COLLEAGUE_HZ)
        await hears(colleague, CUSTOMER_HZ, AGENT_HZ)
        await agent.hang_up()
        await hears(customer, COLLEAGUE_HZ)
        await hears(colleague, CUSTOMER_HZ)

    async def test_a_conference_room_holds_whoever_is_invited(self, floor: Floor):
        customer, agent, talking = await floor.talk()
        await floor.adapter.execute(StartConference(talking.call_id))
        await hears(customer, AGENT_HZ)
        await floor.adapter.execute(InviteToConference(talking.call_id, COLLEAGUE, uuid4()))
        colleague = await floor.answer(COLLEAGUE, COLLEAGUE_HZ)
        await hears(customer, AGENT_HZ, COLLEAGUE_HZ)
        await hears(agent, CUSTOMER_HZ, COLLEAGUE_HZ)
        await hears(colleague, CUSTOMER_HZ, AGENT_HZ)
        assert [call.call_id for call in floor.adapter.calls] == [talking.call_id]


class TestABadLine:
    async def test_an_agent_whose_line_loses_packets_is_heard_and_the_customer_is_recorded_whole(
        self, floor: Floor, exchange: tuple[AsteriskProcess, int]
    ):
        process, _ = exchange
        server = ("127.0.0.1", process.plan.addresses.sip_port)
        async with open_remote_phone(f"agent-{AGENT}", server, phone_secret(AGENT)) as remote:
            # Its contact replaces that of the telephone on the good line.
            await remote.register()
            floor.phones[AGENT] = remote
            customer, agent, talking = await floor.talk()
            async with asyncio.timeout(WAIT_SECONDS):
                while remote.line.carried < PACKETS:  # noqa: ASYNC110 — packets have no event
                    await asyncio.sleep(0.1)
            await hears(customer, AGENT_HZ)
            await hears(agent, CUSTOMER_HZ)
            assert remote.line.lost > 0
            (call,) = floor.adapter.calls
            assert (call.call_id, call.state) == (talking.call_id, CallState.ANSWERED)
            await customer.hang_up()
            await floor.log.wait_state("ended")
        recorded = list_recordings(process.folders.recordings, process.plan.node_name)
        legs = {leg.role: leg for leg in recorded if leg.call_id == talking.call_id}
        shares = {
            role: share_with_tone(legs[role], hz)
            for role, hz in ((LegRole.CUSTOMER, CUSTOMER_HZ), (LegRole.AGENT, AGENT_HZ))
        }
        print(f"recorded with 5 % loss and 200 ms jitter: {shares}")  # noqa: T201
        assert shares[LegRole.CUSTOMER] > 0.9
        assert shares[LegRole.AGENT] > 0
