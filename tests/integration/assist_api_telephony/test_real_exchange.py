"""A call through a real Asterisk as the call core has it: states, both voices, and the agent's wrap-up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import update

from assist_api.accounts.models import Account
from assist_api.calls.events import CallInfo
from assist_api.calls.viewer import CallViewer
from assist_api.telephony.agents import AgentAccounts
from assist_api.telephony.bridge import CallBridge
from assist_api.telephony.desk import TelephoneDesk
from assist_api.telephony.schemas import TelephoneCall
from cti_adapter.adapter import CTIAdapter
from cti_adapter.phone.sip_phone import PCMSource
from cti_adapter.states import AgentState
from kit.errors import ConflictError, NotFoundError
from kit.tasks import cancel_and_wait
from tests.contract.cti_adapter.exchanges import AsteriskScript
from tests.fakes.assist_calls_desk import Desk, add_agent, open_desk
from tests.fakes.cti_tones import COLLEAGUE_HZ, heard, tone
from tests.module.assist_api_telephony.test_bridge import CALLER, WORDS, ToneEngine, reached, words
from tests.servers.asterisk import AGENTS, run_asterisk

pytestmark = pytest.mark.integration


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
    with run_asterisk(folder / "asterisk") as process:
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
            bridge = CallBridge(adapter, calls.calls, AgentAccounts(calls.database), on_agent=phones.note)
            running = asyncio.create_task(bridge.run())
            try:
                await adapter.start()
                await adapter.wait_connected(20)
                await script.register()
                await until(lambda: all(phones.view(agent).state is AgentState.READY for agent in AGENTS))
                yield Hotline(calls, phones, script, viewers)
            finally:
                await cancel_and_wait(running)
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
        with pytest.raises(ConflictError, match="No colleague"):
            await phones.join_three(first)

        await phones.consult(first, second)
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
        assert script.customer is not None
        async with asyncio.timeout(20):
            while heard(script.customer.heard) != {COLLEAGUE_HZ}:  # noqa: ASYNC110 — sound has no event
                await asyncio.sleep(0.1)
            while (await hotline.calls.calls.snapshot(info.id)).data.call.agent_name != "王强":  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        # Who passed the call on still reads it, and it is no longer his to change.
        assert not await archive.check_readable(hotline.viewers[first], info.id)
        assert [item.id for item in (await archive.page(hotline.viewers[first])).items] == [info.id]
        assert not colleague.ended.is_set()


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
