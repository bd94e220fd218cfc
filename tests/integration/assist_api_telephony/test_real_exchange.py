"""A call through a real Asterisk as the call core has it: states, both voices, and the agent's wrap-up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from assist_api.accounts.models import Account
from assist_api.calls.events import CallInfo
from assist_api.calls.viewer import CallViewer
from assist_api.recordings.service import RecordingFolder
from assist_api.telephony.agents import AgentAccounts
from assist_api.telephony.bridge import CallBridge
from assist_api.telephony.desk import TelephoneDesk
from assist_api.telephony.schemas import TelephoneCall
from cti_adapter.adapter import CTIAdapter
from cti_adapter.phone.sip_phone import PCMSource, PhoneCall, SIPPhone
from cti_adapter.states import AgentState
from kit.errors import ConflictError, NotFoundError
from kit.tasks import cancel_and_wait
from tests.contract.cti_adapter.exchanges import AsteriskScript
from tests.fakes.assist_calls_desk import Desk, add_agent, open_desk
from tests.fakes.cti_tones import AGENT_HZ, COLLEAGUE_HZ, CUSTOMER_HZ, MUSIC_HZ, heard, tone
from tests.integration.cti_adapter.test_call_control import OUTSIDE, free_udp_port, hears, voice
from tests.module.assist_api_telephony.test_bridge import CALLER, WORDS, ToneEngine, reached, words
from tests.servers.asterisk import AGENTS, run_asterisk

pytestmark = pytest.mark.integration

GUEST = "02087654321"


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while True:
            if holds():
                return
            await asyncio.sleep(0.02)


@dataclass
class Hotline:
    """A real exchange, the calls that follow it, and two agents with accounts."""

    calls: Desk
    phones: TelephoneDesk
    script: AsteriskScript
    viewers: dict[str, CallViewer]
    outside: SIPPhone
    recordings: RecordingFolder

    async def answered(self) -> CallInfo:
        """Let a customer call and the first agent answer."""
        await self.script.call(CALLER)
        await self.script.ring()
        await self.script.answer()
        return await reached(self.calls, "answered")

    def call_of(self, agent: str) -> TelephoneCall:
        """Return the call of a telephone."""
        call = self.phones.view(agent).call
        assert call is not None
        return call


@asynccontextmanager
async def open_hotline(folder: Path) -> AsyncIterator[Hotline]:
    url = f"sqlite+aiosqlite:///{folder / 'calls.sqlite'}"
    outside_port = free_udp_port()
    with run_asterisk(folder / "asterisk", network=f"127.0.0.1:{outside_port}") as process:
        async with AsyncExitStack() as stack, open_desk(url, folder, engine=ToneEngine([])) as calls:
            script = AsteriskScript(process, stack)
            await script.open()
            adapter = CTIAdapter(script.settings)
            phones = TelephoneDesk(adapter, process.plan)
            viewers = {}
            for agent, name in zip(AGENTS, ("李娜", "王强"), strict=True):
                viewers[agent] = await add_agent(calls.database, name)
                async with calls.database.session() as session:
                    await session.execute(
                        update(Account).where(Account.id == viewers[agent].account_id).values(extension=agent)
                    )
            bridge = CallBridge(adapter, calls.calls, AgentAccounts(calls.database))
            running = [asyncio.create_task(part) for part in (bridge.run(), phones.follow())]
            try:
                await adapter.start()
                await adapter.wait_connected(20)
                await script.register()
                await until(lambda: all(phones.view(agent).state is AgentState.READY for agent in AGENTS))
                server = ("127.0.0.1", process.plan.addresses.sip_port)
                outside = await stack.enter_async_context(SIPPhone.open("outside", server, port=outside_port))
                recordings = RecordingFolder(process.folders.recordings, process.plan.node_name)
                yield Hotline(calls, phones, script, viewers, outside, recordings)
            finally:
                await cancel_and_wait(*running)
                await bridge.aclose()
                await adapter.aclose()


async def test_a_real_call_is_rung_answered_heard_on_both_sides_and_wrapped_up(tmp_path: Path) -> None:
    async with open_hotline(tmp_path) as hotline:
        script, phones, (first, second) = hotline.script, hotline.phones, AGENTS
        await script.call(CALLER)
        await script.ring()
        await until(lambda: phones.view(first).call is not None)
        ringing = hotline.call_of(first)
        assert (ringing.number, ringing.has_history) == (CALLER, False)
        assert phones.view(second).ringing_elsewhere == 1
        assert phones.colleagues(first) == [(second, AgentState.READY)]

        await script.answer()
        info = await reached(hotline.calls, "answered")
        assert (info.id, info.agent_name) == (ringing.call_id, "李娜")
        assert await words(hotline.calls, info.id) == WORDS

        await script.hang_up_agent()
        await until(lambda: phones.view(first).state is AgentState.WRAP_UP)
        assert phones.view(first).call is None
        await phones.set_ready(first)
        await until(lambda: phones.view(first).state is AgentState.READY)


async def test_who_is_consulted_reads_the_call_before_answering_and_joins_as_the_third(tmp_path: Path) -> None:
    async with open_hotline(tmp_path) as hotline:
        script, phones, archive, (first, second) = hotline.script, hotline.phones, hotline.calls.calls.archive, AGENTS
        info = await hotline.answered()
        with pytest.raises(NotFoundError):
            await archive.check_readable(hotline.viewers[second], info.id)
        with pytest.raises(ConflictError, match="Nobody has answered"):
            await phones.join_three(first)

        await phones.consult(first, OUTSIDE)
        asked_outside = await answer(hotline.outside, MUSIC_HZ)
        await until(lambda: hotline.call_of(first).is_consulting)
        # The next consultation is asked for at once, as an agent does who was told to ask somebody else.
        await phones.cancel_consult(first)
        await phones.consult(first, second)
        await asyncio.wait_for(asked_outside.ended.wait(), 20)
        assert script.customer is not None
        ringing = await asyncio.wait_for(script.phone(second).ringing.get(), 20)
        await until(lambda: phones.view(second).call is not None and phones.view(first).state is AgentState.ON_CALL)
        asked = hotline.call_of(second)
        assert (asked.call_id, asked.number, asked.has_history, asked.is_consulting) == (info.id, CALLER, True, False)
        assert hotline.call_of(first).is_consulting
        await until_readable(hotline, info.id, second)
        colleague = await script.phone(second).answer(ringing, source=PCMSource(tone(COLLEAGUE_HZ), is_endless=True))

        await until_joined(phones, first)
        await until(lambda: hotline.call_of(first).is_of_three and hotline.call_of(second).is_of_three)
        assert not hotline.call_of(first).is_consulting
        await script.hang_up_agent()
        await until(lambda: phones.view(first).call is None)
        async with asyncio.timeout(20):
            while heard(script.customer.heard) != {COLLEAGUE_HZ}:  # noqa: ASYNC110 — sound has no event
                await asyncio.sleep(0.1)
            while (await hotline.calls.calls.snapshot(info.id)).data.call.agent_name != "王强":  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        # Who passed the call on still reads it, and it is no longer his to change.
        assert not await archive.check_readable(hotline.viewers[first], info.id)
        assert [item.id for item in (await archive.page(hotline.viewers[first])).items] == [info.id]
        assert not colleague.ended.is_set()


async def test_a_call_that_an_agent_dials_is_heard_and_recorded_and_becomes_a_conference(tmp_path: Path) -> None:
    async with open_hotline(tmp_path) as hotline:
        script, phones, (first, second) = hotline.script, hotline.phones, AGENTS
        channel_id, call_id = phones.new_call()
        await phones.dial(first, OUTSIDE, channel_id)
        agent = await answer(script.phone(first), AGENT_HZ)
        customer = await answer(hotline.outside, CUSTOMER_HZ)
        info = await reached(hotline.calls, "answered")
        assert (info.id, info.agent_name, info.customer_number_masked) == (call_id, "李娜", "020****5678")
        assert await words(hotline.calls, call_id) == WORDS

        await phones.invite(first, second, uuid4())
        colleague = await answer(script.phone(second), COLLEAGUE_HZ)
        await hears(customer, AGENT_HZ, COLLEAGUE_HZ)
        await until(
            lambda: [member.role for member in hotline.call_of(first).members] == ["agent", "customer", "agent"]
        )
        assert [member.can_be_removed for member in hotline.call_of(first).members] == [False, False, True]
        assert hotline.call_of(second).call_id == call_id
        await until_readable(hotline, call_id, second)
        with pytest.raises(ConflictError, match="in use"):
            await phones.invite(first, second, uuid4())

        await phones.invite(first, GUEST, uuid4())
        guest = await answer(hotline.outside, MUSIC_HZ)
        await hears(agent, CUSTOMER_HZ, COLLEAGUE_HZ, MUSIC_HZ)
        await until(lambda: len(hotline.call_of(first).members) == 4)
        invited = hotline.call_of(first).members[-1]
        assert (invited.role, invited.number) == ("guest", GUEST)
        with pytest.raises(NotFoundError):
            await phones.remove(first, hotline.call_of(first).members[1].leg_id)
        await phones.remove(first, invited.leg_id)
        await asyncio.wait_for(guest.ended.wait(), 20)
        await hears(customer, AGENT_HZ, COLLEAGUE_HZ)

        # With the last agent the conference ends.
        await agent.hang_up()
        await hears(customer, COLLEAGUE_HZ)
        await colleague.hang_up()
        await asyncio.wait_for(customer.ended.wait(), 20)
        assert (await reached(hotline.calls, "ended")).id == call_id
        roles = sorted(leg.role for leg in hotline.recordings.legs_of(call_id))
        assert roles == ["agent", "agent", "customer", "customer"]


async def answer(phone: SIPPhone, hz: int) -> PhoneCall:
    """Answer what rings, and say a tone."""
    ringing = await asyncio.wait_for(phone.ringing.get(), 20)
    return await phone.answer(ringing, source=voice(hz))


async def until_readable(hotline: Hotline, call_id: UUID, agent: str) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                await hotline.calls.calls.archive.check_readable(hotline.viewers[agent], call_id)
            except NotFoundError:
                await asyncio.sleep(0.05)
            else:
                return


async def until_joined(phones: TelephoneDesk, agent: str) -> None:
    """Join as soon as the colleague's answer is known."""
    async with asyncio.timeout(20):
        while True:
            try:
                await phones.join_three(agent)
            except ConflictError:
                await asyncio.sleep(0.05)
            else:
                return
