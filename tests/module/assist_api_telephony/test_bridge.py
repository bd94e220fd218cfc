"""Calls of the simulated exchange as the call core has them; the database and the taps are real."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest

from assist_api.calls.events import CallInfo
from assist_api.calls.states import LEGAL_TRANSITIONS, CallState
from assist_api.telephony.agents import AgentAccounts
from assist_api.telephony.bridge import CallBridge
from assist_api.transcripts.utterances import LegRole
from cti_adapter import states as cti
from cti_adapter.adapter import CTIAdapter
from cti_adapter.simulated.exchange import SimulatedExchange
from kit.errors import ConflictError
from kit.tasks import Overflow, cancel_and_wait
from speech.audio import AudioChunk
from tests.contract.cti_adapter.exchanges import SimulatedScript
from tests.fakes.assist_calls_desk import Desk, add_agent, open_desk
from tests.fakes.assist_calls_speech import Line, ScriptedEngine, ScriptedLeg
from tests.fakes.cti_tones import CUSTOMER_HZ, heard
from tests.servers.asterisk import AGENTS

pytestmark = pytest.mark.module

WORDS = {LegRole.CUSTOMER: "我们家突然停电了", LegRole.AGENT: "您看一下空开"}
CALLER = "13800138000"
HEARD_SAMPLES = 4_000


class ToneLeg(ScriptedLeg):
    """Says a customer's words where it hears a customer's tone, and an agent's words where it hears an agent's."""

    _pcm = b""

    async def feed(self, chunk: AudioChunk) -> None:
        if any(chunk.pcm) and not self._waiting and len(self._pcm) < HEARD_SAMPLES * 2:
            self._pcm += chunk.pcm
            if len(self._pcm) >= HEARD_SAMPLES * 2:
                role = LegRole.CUSTOMER if heard(self._pcm) == {CUSTOMER_HZ} else LegRole.AGENT
                self._waiting.append(Line(0, chunk.start_ms, chunk.end_ms, WORDS[role]))
        await super().feed(chunk)


class ToneEngine(ScriptedEngine):
    """Opens legs that know tones."""

    def open_leg(self, leg_id: UUID, *, sample_rate_hz: int, overflow: Overflow, start_sample: int = 0) -> ScriptedLeg:
        assert overflow is Overflow.DROP_OLDEST
        leg = ToneLeg(leg_id, [], sample_rate_hz, start_sample, overflow, None)
        self.legs.append(leg)
        return leg


@asynccontextmanager
async def following(desk: Desk, script: SimulatedScript) -> AsyncIterator[CTIAdapter]:
    adapter = CTIAdapter(script.settings)
    bridge = CallBridge(adapter, desk.calls, AgentAccounts(desk.database), sector="power")
    running = asyncio.create_task(bridge.run())
    try:
        await asyncio.sleep(0)
        await adapter.start()
        await adapter.wait_connected(20)
        yield adapter
    finally:
        await cancel_and_wait(running)
        await bridge.aclose()
        await adapter.aclose()


async def reached(desk: Desk, *states: str) -> CallInfo:
    """Return the newest call once it is in one of the states."""
    viewer = await add_agent(desk.database, "watcher", sees_all=True)
    async with asyncio.timeout(30):
        while True:
            page = await desk.calls.archive.page(viewer)
            if page.items and page.items[0].state in states:
                return page.items[0]
            await asyncio.sleep(0.02)


async def words(desk: Desk, call_id: UUID) -> dict[LegRole, str]:
    """Return what each side has said, once both have."""
    async with asyncio.timeout(30):
        while True:
            utterances = (await desk.calls.snapshot(call_id)).data.utterances
            said = {item.leg_role: item.text for item in utterances if item.is_final}
            if len(said) == len(WORDS):
                return said
            await asyncio.sleep(0.02)


@asynccontextmanager
async def talking(url: str, folder: Path) -> AsyncIterator[tuple[Desk, SimulatedScript, SimulatedExchange]]:
    async with SimulatedExchange.open(AGENTS) as exchange, open_desk(url, folder, engine=ToneEngine([])) as desk:
        yield desk, SimulatedScript(exchange), exchange


async def test_a_telephone_call_appears_with_its_states_and_the_words_of_both_legs(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with talking(sqlite_url, tmp_path) as (desk, script, _), following(desk, script):
        await script.register()
        await script.call(CALLER)
        waiting = await reached(desk, "offered")
        assert (waiting.source, waiting.sector, waiting.customer_number_masked) == ("live", "power", "138****8000")
        await script.ring()
        assert (await reached(desk, "ringing")).id == waiting.id
        await script.answer()
        assert (await reached(desk, "answered")).agent_name == AGENTS[0]
        assert await words(desk, waiting.id) == WORDS
        with pytest.raises(ConflictError, match="when a party hangs up"):
            await desk.calls.stop(await add_agent(desk.database, "supervisor", sees_all=True), waiting.id)
        await script.hold()
        await reached(desk, "held")
        await script.resume()
        await reached(desk, "answered")
        await script.hang_up_customer()
        ended = await reached(desk, "ended")
        assert (ended.end_reason, ended.has_audio) == ("completed", False)
        assert desk.calls.live_calls == ()


async def test_a_customer_who_gives_up_has_abandoned_and_nobody_was_listened_to(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with talking(sqlite_url, tmp_path) as (desk, script, _), following(desk, script):
        await script.register()
        await script.call(CALLER)
        await script.ring()
        await reached(desk, "ringing")
        await script.hang_up_customer()
        assert (await reached(desk, "abandoned")).end_reason == "abandoned"
        assert desk.engine.legs == []


async def test_after_a_restart_the_legs_are_tapped_again_and_lost_calls_end(sqlite_url: str, tmp_path: Path) -> None:
    async with SimulatedExchange.open(AGENTS) as exchange:
        script = SimulatedScript(exchange)
        async with open_desk(sqlite_url, tmp_path, engine=ToneEngine([])) as desk, following(desk, script):
            await script.register()
            await script.call(CALLER)
            await script.ring()
            await script.answer()
            call = await reached(desk, "answered")
            await words(desk, call.id)
        async with open_desk(sqlite_url, tmp_path, engine=ToneEngine([])) as desk:
            await desk.calls.recover()
            assert (await reached(desk, "interrupted")).id == call.id
            async with following(desk, script):
                await reached(desk, "answered")
                async with asyncio.timeout(30):
                    while len((await desk.calls.snapshot(call.id)).data.utterances) < 2 * len(WORDS):  # noqa: ASYNC110  # rejected: a test has no event to wait for
                        await asyncio.sleep(0.02)
        exchange.cut_links()
        await exchange.stop()
        await exchange.start()
        async with open_desk(sqlite_url, tmp_path, engine=ToneEngine([])) as desk:
            await desk.calls.recover()
            async with following(desk, script):
                assert (await reached(desk, "ended")).end_code == "call_lost"


def test_every_step_of_the_exchange_is_legal_for_a_call() -> None:
    for state, following_states in cti.LEGAL_TRANSITIONS.items():
        for other in following_states - {cti.CallState.INTERRUPTED}:
            assert CallState(other.value) in LEGAL_TRANSITIONS[CallState(state.value)]
