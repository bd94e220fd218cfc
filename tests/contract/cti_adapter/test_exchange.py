"""What the adapter tells about calls is the same on the simulated exchange and on a real Asterisk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import pytest

from cti_adapter.asterisk.process import AsteriskProcess
from cti_adapter.commands import HangUp, PauseAgent, ReadyAgent
from cti_adapter.errors import LegNotFoundError, PBXRejectedError
from cti_adapter.events import (
    AgentStateChanged,
    CallOffered,
    CallStateChanged,
    LegOpened,
    PBXConnected,
    PBXLost,
    QueueJoined,
    QueueLeft,
    RecordingStarted,
)
from cti_adapter.simulated.exchange import SimulatedExchange
from cti_adapter.states import AgentState, CallState, LegRole, is_legal
from tests.contract.cti_adapter.exchanges import AsteriskScript, ScriptedExchange, SimulatedScript
from tests.fakes.cti_events import EventLog, follow
from tests.fakes.cti_tones import AGENT_HZ, CUSTOMER_HZ, heard
from tests.servers.asterisk import AGENTS, NUMBER, QUEUE, run_asterisk

pytestmark = [pytest.mark.contract, pytest.mark.integration]

CALLER = "13800138000"


@pytest.fixture(scope="module")
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsteriskProcess]:
    with run_asterisk(tmp_path_factory.mktemp("asterisk")) as process:
        yield process


@pytest.fixture(params=["simulated", "asterisk"])
async def exchange(request: pytest.FixtureRequest) -> AsyncIterator[ScriptedExchange]:
    async with AsyncExitStack() as stack:
        if request.param == "simulated":
            yield SimulatedScript(await stack.enter_async_context(SimulatedExchange.open(AGENTS)))
            return
        script = AsteriskScript(request.getfixturevalue("asterisk"), stack)
        await script.open()
        yield script
    # Wrap-up of one test must not reach the next.
    async with follow(script.settings) as (adapter, log):
        await log.wait(PBXConnected)
        for agent in AGENTS:
            await adapter.execute(ReadyAgent(agent))


async def ready(exchange: ScriptedExchange, log: EventLog) -> None:
    await log.wait(PBXConnected)
    await exchange.register()
    for agent in AGENTS:
        await log.wait(AgentStateChanged, lambda event, agent=agent: (event.agent, event.state) == (agent, "ready"))


async def answered(exchange: ScriptedExchange, log: EventLog) -> CallStateChanged:
    await exchange.call(CALLER)
    await exchange.ring()
    await log.wait_state("ringing")
    await exchange.answer()
    return await log.wait_state("answered")


def assert_legal(log: EventLog) -> None:
    states: dict[object, CallState] = {}
    for event in log.of(CallStateChanged):
        assert states.get(event.call_id, CallState.OFFERED) is event.previous_state
        assert is_legal(event.previous_state, event.state)
        states[event.call_id] = event.state
    assert [event.seq for event in log.events] == list(range(1, len(log.events) + 1))


class TestExchange:
    async def test_a_call_is_told_from_its_arrival_to_its_end(self, exchange: ScriptedExchange):
        async with follow(exchange.settings) as (adapter, log):
            await ready(exchange, log)
            talking = await answered(exchange, log)
            # Both parties are recorded before anybody can say much.
            for role in (LegRole.CUSTOMER, LegRole.AGENT):
                leg = await log.wait(LegOpened, lambda event, role=role: event.role is role)
                await log.wait(RecordingStarted, lambda event, leg=leg: event.leg_id == leg.leg_id)
            await exchange.hang_up_agent()
            ended = await log.wait_state("ended")
            await log.wait(AgentStateChanged, lambda event: event.state is AgentState.WRAP_UP)

            (offered,) = log.of(CallOffered)
            assert (offered.caller_number, offered.dialled_number, offered.direction) == (CALLER, NUMBER, "inbound")
            (joined,) = log.of(QueueJoined)
            assert (joined.queue, joined.position, joined.waiting_count) == (QUEUE, 1, 1)
            (left,) = log.of(QueueLeft)
            assert (left.reason, left.waiting_count) == ("answered", 0)
            assert log.states == ["ringing", "answered", "ended"]
            assert (talking.agent, talking.queue) == (AGENTS[0], QUEUE)
            assert ended.hangup_cause == 16
            assert adapter.calls == ()
            assert_legal(log)

    async def test_a_caller_who_hangs_up_while_waiting_has_abandoned(self, exchange: ScriptedExchange):
        async with follow(exchange.settings) as (adapter, log):
            await ready(exchange, log)
            await exchange.call(CALLER)
            await exchange.ring()
            await log.wait_state("ringing")
            await exchange.hang_up_customer()
            await log.wait_state("abandoned")
            (left,) = log.of(QueueLeft)
            assert left.reason == "abandoned"
            assert adapter.calls == ()
            assert_legal(log)

    async def test_each_leg_is_heard_by_itself_and_silent_on_hold(self, exchange: ScriptedExchange):
        async with follow(exchange.settings) as (adapter, log):
            await ready(exchange, log)
            await answered(exchange, log)
            legs = {event.role: event.leg_id for event in log.of(LegOpened)}
            async with (
                adapter.open_tap(legs[LegRole.CUSTOMER]) as customer,
                adapter.open_tap(legs[LegRole.AGENT]) as agent,
            ):
                said = b"".join([(await anext(customer)).pcm for _ in range(40)])
                answer = b"".join([(await anext(agent)).pcm for _ in range(40)])
                assert heard(said) == {CUSTOMER_HZ}
                assert heard(answer) == {AGENT_HZ}
                with pytest.raises(PBXRejectedError):
                    async with adapter.open_tap(legs[LegRole.CUSTOMER]):
                        pass
                await exchange.hold()
                await log.wait_state("held")
                position = 0
                async for chunk in customer:
                    assert chunk.start_sample >= position
                    position = chunk.start_sample + chunk.sample_count
                    if chunk.is_withheld:
                        assert not any(chunk.pcm)
                        break
                await exchange.resume()
                await log.wait(
                    CallStateChanged, lambda event: (event.previous_state, event.state) == ("held", "answered")
                )
                async for chunk in customer:
                    if not chunk.is_withheld and any(chunk.pcm):
                        break
                await exchange.hang_up_customer()
                # A tap ends with its leg, by itself.
                rest = [chunk async for chunk in customer] + [chunk async for chunk in agent]
                assert all(chunk.sample_count for chunk in rest)
            await log.wait_state("ended")
            with pytest.raises(LegNotFoundError):
                async with adapter.open_tap(legs[LegRole.CUSTOMER]):
                    pass
            assert_legal(log)

    async def test_a_pause_with_a_chinese_reason_and_its_end(self, exchange: ScriptedExchange):
        async with follow(exchange.settings) as (adapter, log):
            await ready(exchange, log)
            await adapter.execute(PauseAgent(AGENTS[0], "午休"))
            paused = await log.wait(AgentStateChanged, lambda event: event.state is AgentState.PAUSED)
            assert (paused.agent, paused.reason) == (AGENTS[0], "午休")
            await adapter.execute(ReadyAgent(AGENTS[0]))
            await log.wait(
                AgentStateChanged,
                lambda event: (event.previous_state, event.state) == (AgentState.PAUSED, AgentState.READY),
            )

    async def test_a_command_ends_a_leg_and_another_on_what_is_gone_is_done_already(self, exchange: ScriptedExchange):
        async with follow(exchange.settings) as (adapter, log):
            await ready(exchange, log)
            await answered(exchange, log)
            agent = await log.wait(LegOpened, lambda event: event.role is LegRole.AGENT)
            await adapter.execute(HangUp(agent.leg_id))
            await log.wait_state("ended")
            await adapter.execute(HangUp(agent.leg_id))

    async def test_another_process_finds_the_call_under_the_same_identity(self, exchange: ScriptedExchange):
        async with follow(exchange.settings) as (_, log):
            await ready(exchange, log)
            talking = await answered(exchange, log)
        assert not log.of(PBXLost)
        async with follow(exchange.settings) as (adapter, later):
            await later.wait(PBXConnected)
            (call,) = adapter.calls
            assert (call.call_id, call.state) == (talking.call_id, CallState.ANSWERED)
            assert {leg.leg_id for leg in call.legs} == {event.leg_id for event in log.of(LegOpened)}
            assert later.states == ["answered"]
            await exchange.hang_up_customer()
            await later.wait_state("ended")
            await asyncio.sleep(0)
            assert_legal(later)
