"""An agent's own telephone on the simulated exchange: its state, its call, and who is given its password."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from assist_api.http.sockets import SESSION_ENDED, Closing
from assist_api.telephony.desk import TelephoneDesk
from assist_api.telephony.schemas import TelephoneChanged
from assist_api.telephony.stream import TelephoneStream
from cti_adapter.adapter import CTIAdapter
from cti_adapter.asterisk.plan import AgentPhone, PBXPlan
from cti_adapter.asterisk.plan_file import BROWSER_AGENTS, demo_plan, with_browser_phones
from cti_adapter.asterisk.process import free_addresses
from cti_adapter.settings import CTISettings
from cti_adapter.simulated.exchange import SimulatedExchange
from cti_adapter.states import AgentState
from kit.clock import SystemClock
from kit.errors import ConflictError, NotFoundError
from kit.tasks import cancel_and_wait
from tests.contract.cti_adapter.exchanges import SimulatedScript
from tests.servers.asterisk import AGENTS

pytestmark = pytest.mark.module

CALLER = "13800138000"
PLAN = PBXPlan(
    ami_secret="a-secret-of-eight",
    agents=(AgentPhone(AGENTS[0], "of-the-page-only", is_browser=True), AgentPhone(AGENTS[1], "of-a-desk-phone")),
)


@asynccontextmanager
async def following() -> AsyncIterator[tuple[TelephoneDesk, SimulatedScript]]:
    async with SimulatedExchange.open(AGENTS) as exchange:
        script = SimulatedScript(exchange)
        adapter = CTIAdapter(script.settings)
        await adapter.start()
        try:
            await adapter.wait_connected(20)
            await script.register()
            yield TelephoneDesk(adapter, PLAN), script
        finally:
            await adapter.aclose()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while True:
            if holds():
                return
            await asyncio.sleep(0.01)


async def test_an_agent_pauses_for_a_reason_and_is_ready_again() -> None:
    async with following() as (desk, _):
        await until(lambda: desk.view(AGENTS[0]).state is AgentState.READY)
        await desk.set_not_ready(AGENTS[0], "meal")
        await until(lambda: desk.view(AGENTS[0]).state is AgentState.PAUSED)
        assert (desk.view(AGENTS[0]).reason, desk.view(AGENTS[1]).state) == ("meal", AgentState.READY)
        await desk.set_ready(AGENTS[0])
        await until(lambda: desk.view(AGENTS[0]).state is AgentState.READY)


async def test_the_agent_who_is_rung_sees_who_calls_and_nobody_else_does() -> None:
    async with following() as (desk, script):
        with pytest.raises(ConflictError, match="no call"):
            await desk.transfer(AGENTS[0], AGENTS[1])
        await script.call(CALLER)
        await script.ring()
        await until(lambda: desk.view(AGENTS[0]).call is not None)
        call = desk.view(AGENTS[0]).call
        assert call is not None
        assert (call.number, call.state, call.is_inbound) == (CALLER, "ringing", True)
        assert desk.view(AGENTS[1]).call is None
        assert desk.view(None).call is None


class Page:
    """A socket whose page only listens."""

    def __init__(self) -> None:
        self.heard: list[TelephoneChanged] = []
        self.leaves = asyncio.Event()

    async def receive(self) -> dict[str, str]:
        await self.leaves.wait()
        return {"type": "websocket.disconnect"}

    async def send_text(self, data: str) -> None:
        self.heard.append(TelephoneChanged.model_validate_json(data))


async def test_a_page_is_told_of_each_change_and_each_second_until_its_right_ends() -> None:
    async with following() as (desk, _):
        page, changed = Page(), asyncio.Event()
        found: list[str | Closing] = [AGENTS[0]]

        async def find_extension() -> str | Closing:
            return found[-1]

        stream = TelephoneStream(page, clock=SystemClock(), desk=desk, find_extension=find_extension, changed=changed)
        running = [asyncio.create_task(part) for part in (desk.follow(), stream.run())]
        await until(lambda: bool(page.heard) and page.heard[-1].data.state is AgentState.READY)
        await desk.set_not_ready(AGENTS[0], "meal")
        await until(lambda: page.heard[-1].data.state is AgentState.PAUSED)
        told = len(page.heard)
        await until(lambda: len(page.heard) > told)
        found.append(SESSION_ENDED)
        changed.set()
        assert await running[1] is SESSION_ENDED
        await cancel_and_wait(running[0])


def test_only_a_telephone_in_the_page_gets_its_password() -> None:
    adapter = CTIAdapter(CTISettings(_env_file=None))  # type: ignore[call-arg]
    desk = TelephoneDesk(adapter, PLAN)
    assert desk.access(AGENTS[0]).secret == "of-the-page-only"
    for agent in (AGENTS[1], "9999", None):
        with pytest.raises(NotFoundError):
            desk.access(agent)
    with pytest.raises(NotFoundError):
        TelephoneDesk(None, PLAN).access(AGENTS[0])


def test_a_plan_without_telephones_in_the_page_gets_them_once() -> None:
    plan = demo_plan(free_addresses())
    browsers = [phone.agent for phone in plan.agents if phone.is_browser]
    assert browsers == list(BROWSER_AGENTS)
    assert set(browsers) < {member.agent for member in plan.queues[0].members}
    assert with_browser_phones(plan) is plan
