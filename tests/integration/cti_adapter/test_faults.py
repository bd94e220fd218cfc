"""What breaks in the exchange, on the link and on our side; calls and states come out right."""

from __future__ import annotations

import asyncio
import os
import signal
import wave
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from cti_adapter.adapter import CTIAdapter
from cti_adapter.agi import RouteAnswer, RouteQuestion
from cti_adapter.asterisk.plan_file import demo_plan, find_plan, save_plan
from cti_adapter.asterisk.process import AsteriskProcess, free_addresses
from cti_adapter.commands import DialOut, HangUp, PauseAgent, TransferBlind
from cti_adapter.errors import PBXRejectedError, PBXSignInError, PBXTimeoutError, PBXUnreachableError
from cti_adapter.events import (
    AgentStateChanged,
    CallNoted,
    CallOffered,
    CallStateChanged,
    CallTransferred,
    LegOpened,
    PBXConnected,
    PBXLost,
    QueueJoined,
    RecordingStarted,
)
from cti_adapter.phone.sip_phone import PCMSource, SIPPhone
from cti_adapter.simulated.exchange import SimulatedExchange
from cti_adapter.states import CallState, LegRole
from kit.errors import InvalidInputError, MisconfiguredError
from tests.contract.cti_adapter.exchanges import AsteriskScript, simulated_settings
from tests.fakes.cti_events import WAIT_SECONDS, EventLog, follow
from tests.fakes.cti_tones import AGENT_HZ, COLLEAGUE_HZ, CUSTOMER_HZ, heard, tone
from tests.servers.asterisk import AGENTS, NUMBER, QUEUE, phone_secret, run_asterisk, settings_of

pytestmark = pytest.mark.integration

CALLER = "13800138000"
QUICK = {"heartbeat_interval": 0.05, "heartbeat_deadline": 0.4, "action_timeout": 0.5}


@asynccontextmanager
async def people(process: AsteriskProcess) -> AsyncIterator[AsteriskScript]:
    async with AsyncExitStack() as stack:
        script = AsteriskScript(process, stack)
        await script.open()
        yield script


async def talk(script: AsteriskScript, log: EventLog) -> CallStateChanged:
    await script.register()
    for agent in AGENTS:
        await log.wait(AgentStateChanged, lambda event, agent=agent: (event.agent, event.state) == (agent, "ready"))
    await script.call(CALLER)
    await script.ring()
    await script.answer()
    return await log.wait_state("answered")


# ---- the exchange and the link --------------------------------------------------------------------------------------


async def test_an_exchange_that_is_killed_and_comes_back_is_followed_again(tmp_path: Path):
    with run_asterisk(tmp_path) as process:
        async with people(process) as script, follow(script.settings) as (adapter, log):
            await log.wait(PBXConnected)
            talking = await talk(script, log)
            process.kill()
            await log.wait(PBXLost)
            assert [call.call_id for call in adapter.calls] == [talking.call_id]
            with pytest.raises(PBXUnreachableError):
                await adapter.execute(PauseAgent(AGENTS[0], "午休"))
            await asyncio.to_thread(process.start)
            ended = await log.wait_state("interrupted")
            assert ended.call_id == talking.call_id
            assert len(log.of(PBXLost)) == 1
            await adapter.wait_connected(WAIT_SECONDS)
            assert adapter.calls == ()
        async with people(process) as script, follow(script.settings) as (_, log):
            await log.wait(PBXConnected)
            await talk(script, log)


async def test_an_exchange_that_stands_still_is_noticed_and_its_calls_are_found_again(tmp_path: Path):
    with run_asterisk(tmp_path) as process:
        quick = settings_of(process, heartbeat_interval=0.2, heartbeat_deadline=1)
        async with people(process) as script, follow(quick) as (adapter, log):
            await log.wait(PBXConnected)
            talking = await talk(script, log)
            os.kill(process.pid, signal.SIGSTOP)
            try:
                lost = await log.wait(PBXLost)
            finally:
                os.kill(process.pid, signal.SIGCONT)
            assert "silent" in lost.reason
            await adapter.wait_connected(WAIT_SECONDS)
            (call,) = adapter.calls
            assert (call.call_id, call.state) == (talking.call_id, CallState.ANSWERED)
            await script.hang_up_customer()
            await log.wait_state("ended")


async def test_a_half_open_link_is_dropped_and_calls_that_ended_meanwhile_were_interrupted():
    async with (
        SimulatedExchange.open(AGENTS) as exchange,
        follow(simulated_settings(exchange, **QUICK)) as (adapter, log),
    ):
        await log.wait(PBXConnected)
        customer = exchange.call(NUMBER, CALLER)
        await log.wait(QueueJoined)
        exchange.is_frozen = True
        lost = await log.wait(PBXLost)
        assert "silent" in lost.reason
        exchange.hang_up(customer)
        exchange.cut_links()
        exchange.is_frozen = False
        await log.wait_state("interrupted")
        await adapter.wait_connected(WAIT_SECONDS)


async def test_a_wrong_password_is_told_once_with_the_setting_that_mends_it():
    async with SimulatedExchange.open(AGENTS) as exchange:
        settings = simulated_settings(exchange, ami_secret="wrong", refused_delay=0.05)
        async with follow(settings) as (adapter, log):
            lost = await log.wait(PBXLost)
            assert "CTI_AMI_SECRET" in lost.reason
            with pytest.raises(PBXSignInError):
                await adapter.wait_connected(0.5)
            assert len(log.of(PBXLost)) == 1
            # It goes on trying: the password may be mended over there.
            exchange.secret = "wrong"
            await log.wait(PBXConnected)


async def test_a_real_exchange_refuses_a_wrong_password_and_something_else_is_not_an_exchange(tmp_path: Path):
    with run_asterisk(tmp_path) as process:
        async with follow(settings_of(process, ami_secret="not-the-secret")) as (adapter, log):
            await log.wait(PBXLost)
            assert isinstance(adapter.problem, PBXSignInError)

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with follow(settings_of(process, ami_port=port)) as (_, log):
            assert "CTI_AMI_PORT" in (await log.wait(PBXLost)).reason


async def test_an_action_whose_answer_never_came_is_not_sent_again():
    async with (
        SimulatedExchange.open(AGENTS) as exchange,
        follow(simulated_settings(exchange, **QUICK)) as (adapter, log),
    ):
        await log.wait(PBXConnected)
        exchange.is_frozen = True
        with pytest.raises(PBXTimeoutError):
            await adapter.execute(DialOut(AGENTS[0], CALLER, uuid4()))
        await log.wait(PBXLost)
        exchange.cut_links()
        exchange.is_frozen = False
        await adapter.wait_connected(WAIT_SECONDS)
        await adapter.execute(PauseAgent(AGENTS[0], "x"))
        sent = [action.get("Action") for action in exchange.actions]
        assert sent.count("Originate") == 1


async def test_a_refusal_says_what_was_refused():
    async with SimulatedExchange.open(AGENTS) as exchange, follow(simulated_settings(exchange)) as (adapter, log):
        await log.wait(PBXConnected)
        with pytest.raises(PBXRejectedError, match="QueuePause: Interface not found"):
            await adapter.execute(PauseAgent("9999", "x"))
        with pytest.raises(InvalidInputError) as refused:
            await adapter.execute(PauseAgent(AGENTS[0], "午休\r\nAction: Originate"))
        assert refused.value.field == "Reason"
        assert "Originate" not in {action.get("Action") for action in exchange.actions}


async def test_a_flood_of_events_loses_none_and_keeps_their_order():
    async with SimulatedExchange.open(AGENTS) as exchange:
        settings = simulated_settings(exchange, event_backlog=100, action_timeout=30, heartbeat_deadline=30)
        async with follow(settings) as (adapter, log):
            await log.wait(PBXConnected)
            for number in range(20):
                exchange.flood(500)
                exchange.hang_up(exchange.call(NUMBER, f"1380013800{number}"))
            await log.wait(
                CallStateChanged, lambda event: len(log.of(CallOffered)) == 20 and event.state == "abandoned"
            )
            await log.wait(CallStateChanged, lambda _: log.states.count("abandoned") == 20)
            assert [event.seq for event in log.events] == list(range(1, len(log.events) + 1))
            assert adapter.calls == ()


# ---- audio ------------------------------------------------------------------------------------------------------


async def test_a_tap_that_breaks_is_opened_again_while_its_leg_lives():
    async with SimulatedExchange.open(AGENTS) as exchange, follow(simulated_settings(exchange)) as (adapter, log):
        await log.wait(PBXConnected)
        customer = exchange.call(NUMBER, CALLER, tone(CUSTOMER_HZ))
        leg = await log.wait(LegOpened)
        async with adapter.open_tap(leg.leg_id) as chunks:
            assert heard(b"".join([(await anext(chunks)).pcm for _ in range(30)])) == {CUSTOMER_HZ}
            for writer in list(adapter._taps._writers.values()):
                writer.transport.abort()
            position = 0
            async for chunk in chunks:
                position = chunk.start_sample + chunk.sample_count
                if chunk.is_filled:
                    break
            later = [await anext(chunks) for _ in range(60)]
            assert later[0].start_sample == position
            assert heard(b"".join(chunk.pcm for chunk in later)) == {CUSTOMER_HZ}
            adapter.gate(leg.leg_id, "card")
            async for chunk in chunks:
                if chunk.is_withheld:
                    break
            exchange.hang_up(customer)
            assert all(chunk.sample_count for chunk in [chunk async for chunk in chunks])
        taps = [action for action in exchange.actions if action.get("Action") == "Originate"]
        assert len(taps) == 2


async def test_audio_that_nobody_expects_is_refused_and_a_taken_port_is_named():
    async with SimulatedExchange.open(AGENTS) as exchange, follow(simulated_settings(exchange)) as (adapter, log):
        await log.wait(PBXConnected)
        host, _, port = adapter.tap_address.rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"\x01\x00\x10" + uuid4().bytes)
        async with asyncio.timeout(WAIT_SECONDS):
            assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()
        second = CTIAdapter(simulated_settings(exchange, tap_port=int(port)))
        with pytest.raises(MisconfiguredError, match="CTI_TAP_PORT"):
            await second.start()
        await second.aclose()


# ---- the dialplan we ship -----------------------------------------------------------------------------------------


def samples(path: Path) -> bytes:
    with wave.open(str(path)) as file:
        return file.readframes(file.getnframes())


async def test_each_party_is_recorded_by_itself_and_a_blind_transfer_loses_no_voice(tmp_path: Path):
    with run_asterisk(tmp_path) as process:
        async with people(process) as script, follow(script.settings) as (adapter, log):
            await log.wait(PBXConnected)
            talking = await talk(script, log)
            await asyncio.sleep(1)
            await adapter.execute(TransferBlind(talking.call_id, AGENTS[1]))
            ringing = await asyncio.wait_for(script.phone(AGENTS[1]).ringing.get(), WAIT_SECONDS)
            source = PCMSource(tone(COLLEAGUE_HZ), is_endless=True)
            await script.phone(AGENTS[1]).answer(ringing, source=source)
            await log.wait(CallStateChanged, lambda event: (event.state, event.agent) == ("answered", AGENTS[1]))
            await asyncio.sleep(1)
            await script.hang_up_customer()
            await log.wait_state("ended")
            assert log.of(CallTransferred)[0].to_number == AGENTS[1]
            assert log.states == ["ringing", "answered", "transferred", "ringing", "answered", "ended"]
            roles = {event.leg_id: (event.role, event.agent) for event in log.of(LegOpened)}
            said = {
                roles[event.leg_id]: heard(samples(process.folders.recordings / event.file), 300)
                for event in log.of(RecordingStarted)
            }
            assert said == {
                (LegRole.CUSTOMER, None): {CUSTOMER_HZ},
                (LegRole.AGENT, AGENTS[0]): {AGENT_HZ},
                (LegRole.AGENT, AGENTS[1]): {COLLEAGUE_HZ},
            }


async def test_a_telephone_that_is_gone_in_a_call_sends_its_caller_to_the_next_agent(tmp_path: Path):
    with run_asterisk(tmp_path) as process:
        async with people(process) as script, follow(script.settings) as (_, log):
            await log.wait(PBXConnected)
            await talk(script, log)
            registration = script.phone(AGENTS[0])._registration
            assert registration is not None
            registration.unregister()
            note = await log.wait(CallNoted, lambda event: event.note == "agent_lost")
            assert note.values["cause"] == "44"
            await asyncio.wait_for(script.phone(AGENTS[1]).ringing.get(), WAIT_SECONDS)
            await log.wait(CallStateChanged, lambda event: (event.state, event.agent) == ("ringing", AGENTS[1]))
            assert log.states == ["ringing", "answered", "offered", "ringing"]


async def test_wrap_up_holds_while_our_process_is_dead(tmp_path: Path):
    with run_asterisk(tmp_path) as process:
        async with people(process) as script:
            await script.register()
            await script.call(CALLER)
            await script.ring()
            await script.answer()
            assert script.customer is not None
            async with asyncio.timeout(WAIT_SECONDS):
                # Whoever hears the other is connected; a telephone that ends a call before is not understood.
                while script.agent is None or heard(script.agent.heard) != {CUSTOMER_HZ}:  # noqa: ASYNC110 — sound has no event
                    await asyncio.sleep(0.1)
            await script.hang_up_agent()
            await asyncio.wait_for(script.customer.ended.wait(), WAIT_SECONDS)
            await script.call(CALLER)
            # The first agent is in wrap-up: the second is rung, though the first is preferred.
            await asyncio.wait_for(script.phone(AGENTS[1]).ringing.get(), WAIT_SECONDS)
            assert script.phone(AGENTS[0]).ringing.empty()


async def test_a_notice_that_cannot_be_played_leaves_the_call_unrecorded(tmp_path: Path):
    with run_asterisk(tmp_path) as process:
        process.apply(replace(process.plan, notice=Path("/nonexistent/notice")))
        async with people(process) as script, follow(script.settings) as (_, log):
            await log.wait(PBXConnected)
            await talk(script, log)
            await log.wait(CallNoted, lambda event: event.note == "notice_failed")
            await script.hang_up_customer()
            await log.wait_state("ended")
            assert log.of(RecordingStarted) == []
            assert list(process.folders.recordings.iterdir()) == []


async def test_routing_is_ours_and_the_dialplan_goes_on_when_it_hangs(tmp_path: Path):
    asked: list[RouteQuestion] = []
    hanging = asyncio.Event()

    async def route(question: RouteQuestion) -> RouteAnswer | None:
        asked.append(question)
        if question.caller_number == "hang":
            await hanging.wait()
        return RouteAnswer(QUEUE, head_start_seconds=5)

    router = CTIAdapter(settings_of_nothing(), route=route)
    await router.start()
    try:
        with run_asterisk(tmp_path, router.routing_address) as process:
            async with people(process) as script, follow(script.settings) as (_, log):
                await log.wait(PBXConnected)
                await script.call(CALLER)
                joined = await log.wait(QueueJoined)
                assert asked[0] == RouteQuestion(joined.call_id, CALLER, NUMBER, QUEUE)
                await script.hang_up_customer()
                await log.wait_state("abandoned")
                await script.call("hang")
                await log.wait(QueueJoined, lambda event: event.call_id != joined.call_id)
                assert len(asked) == 2
    finally:
        hanging.set()
        await router.aclose()


def settings_of_nothing():
    """Settings of an adapter that only routes here: its exchange is a port where nothing listens."""
    return simulated_settings(SimulatedExchange(port=1))


async def test_an_unknown_number_is_refused_and_a_leg_ends_on_command(tmp_path: Path):
    with run_asterisk(tmp_path) as process:
        server = ("127.0.0.1", process.plan.addresses.sip_port)
        async with SIPPhone.open("caller", server) as phone, follow(settings_of(process)) as (adapter, log):
            await log.wait(PBXConnected)
            with pytest.raises(Exception, match="404"):
                await phone.call("12345", caller=CALLER)
            call = await phone.call(NUMBER, caller=CALLER)
            leg = await log.wait(LegOpened, lambda event: event.number == CALLER and bool(adapter.calls))
            live = [leg.leg_id for view in adapter.calls for leg in view.legs]
            assert leg is not None
            await adapter.execute(HangUp(live[0]))
            await asyncio.wait_for(call.ended.wait(), WAIT_SECONDS)
        async with SIPPhone.open("agent-8001", server, secret="wrong-secret") as wrong:
            with pytest.raises(Exception, match=r"401|403"):
                await wrong.register()


async def test_a_taken_port_and_a_bad_plan_are_named(tmp_path: Path):
    with run_asterisk(tmp_path / "one") as process:
        second = AsteriskProcess(process.files, process.plan, tmp_path / "two")
        with pytest.raises(MisconfiguredError, match="CTI_SIP_PORT"):
            second.start()
        running = process.ask("queue show hotline")
        with pytest.raises(InvalidInputError, match="nowhere"):
            process.apply(replace(process.plan, numbers=(replace(process.plan.numbers[0], queue="nowhere"),)))
        assert process.ask("queue show hotline").split("(")[0] == running.split("(")[0]
        plan = demo_plan(free_addresses())
        save_plan(plan, tmp_path / "three")
        assert find_plan(tmp_path / "three") == plan
        assert (tmp_path / "three" / "plan.json").stat().st_mode & 0o077 == 0
        assert phone_secret("8001") not in repr(process.plan)
