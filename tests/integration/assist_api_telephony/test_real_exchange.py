"""A call through a real Asterisk as the call core has it: states, both voices, and the agent's wrap-up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import update

from assist_api.accounts.models import Account
from assist_api.telephony.agents import AgentAccounts
from assist_api.telephony.bridge import CallBridge
from assist_api.telephony.desk import TelephoneDesk
from cti_adapter.adapter import CTIAdapter
from cti_adapter.states import AgentState
from kit.tasks import cancel_and_wait
from tests.contract.cti_adapter.exchanges import AsteriskScript
from tests.fakes.assist_calls_desk import add_agent, open_desk
from tests.module.assist_api_telephony.test_bridge import CALLER, WORDS, ToneEngine, reached, words
from tests.servers.asterisk import AGENTS, run_asterisk

pytestmark = pytest.mark.integration


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while True:
            if holds():
                return
            await asyncio.sleep(0.02)


async def test_a_real_call_is_rung_answered_heard_on_both_sides_and_wrapped_up(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'calls.sqlite'}"
    with run_asterisk(tmp_path / "asterisk") as process:
        async with AsyncExitStack() as stack, open_desk(url, tmp_path, engine=ToneEngine([])) as calls:
            script = AsteriskScript(process, stack)
            await script.open()
            adapter = CTIAdapter(script.settings)
            desk = TelephoneDesk(adapter, process.plan)
            owner = await add_agent(calls.database, "李娜")
            async with calls.database.session() as session:
                await session.execute(
                    update(Account).where(Account.id == owner.actor.account_id).values(extension=AGENTS[0])
                )
            bridge = CallBridge(adapter, calls.calls, AgentAccounts(calls.database), on_agent=desk.note)
            running = asyncio.create_task(bridge.run())
            try:
                await adapter.start()
                await adapter.wait_connected(20)
                await script.register()
                await until(lambda: desk.view(AGENTS[0]).state is AgentState.READY)

                await script.call(CALLER)
                await script.ring()
                await until(lambda: desk.view(AGENTS[0]).call is not None)
                ringing = desk.view(AGENTS[0]).call
                assert ringing is not None
                assert ringing.number == CALLER

                await script.answer()
                info = await reached(calls, "answered")
                assert (info.id, info.agent_name) == (ringing.call_id, "李娜")
                assert await words(calls, info.id) == WORDS

                await script.hang_up_agent()
                await until(lambda: desk.view(AGENTS[0]).state is AgentState.WRAP_UP)
                assert desk.view(AGENTS[0]).call is None
                await desk.set_ready(AGENTS[0])
                await until(lambda: desk.view(AGENTS[0]).state is AgentState.READY)
            finally:
                await cancel_and_wait(running)
                await bridge.aclose()
                await adapter.aclose()
