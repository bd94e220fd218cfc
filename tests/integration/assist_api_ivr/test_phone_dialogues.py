"""A caller at a real Asterisk talks with a flow: danger, keys, and our end of the line dying."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from assist_api.composition import compose
from assist_api.http.actor import program
from assist_api.http.application import Application
from assist_api.ivr.flow import flow_as_yaml, parse_flow
from assist_api.ivr.flow_service import FlowService
from assist_api.ivr.live_flows import LiveFlows
from assist_api.ivr.models import Dialogue
from assist_api.ivr.phone_calls import PhoneCalls
from assist_api.ivr.prompt_store import PromptStore
from assist_api.ivr.prompts import Prompts
from assist_api.ivr.repository import FlowRepository
from assist_api.ivr.schemas import FlowSaving, NumberRuleView, NumberTable
from assist_api.ivr.settings import IVRSettings
from assist_api.ivr.systems import InstalledSystems
from assist_api.settings import AssistSettings
from assist_api.surveys.keeping import SurveyKeeper
from cti_adapter.asterisk.process import AsteriskProcess
from cti_adapter.phone.sip_phone import PCMSource, SIPPhone
from speech.engine import SpeechEngine
from speech.tts.voices import VoiceSettings, chosen_voices
from tests.servers.asterisk import AGENTS, NUMBER, phone_secret, run_asterisk

pytestmark = pytest.mark.integration

CALLER = "13800138000"
PATIENCE_SECONDS = 60.0
SILENCE = PCMSource(bytes(320), is_endless=True)
SHORT = """
version: 1
name: power_hotline
title: 短流程
sector: power
start: welcome
agent: person
emergency: danger
intents: {emergency: {title: 危险, go: danger}, agent: {title: 人工, go: person}}
nodes:
  welcome: {kind: menu, text: 您好请讲。, again: 请再讲。, keys: {"1": person, "9": goodbye}, give_up: person}
  goodbye: {kind: hang_up, text: 再见。}
  person: {kind: queue}
  danger: {kind: queue, text: 请马上离开。, priority: 50}
"""


@asynccontextmanager
async def answering(folder: Path, migrated: Path) -> AsyncIterator[tuple[Application, PhoneCalls]]:
    """The parts that answer calls, on a database with the short flow behind the number of the hotline."""
    shutil.copy(migrated, folder / "test.sqlite")
    settings = AssistSettings(
        _env_file=None, database_url=f"sqlite+aiosqlite:///{folder / 'test.sqlite'}", data_dir=folder
    )
    application = compose(settings)
    live, engine = application.get(LiveFlows), application.get(SpeechEngine)
    await live.start()
    async with application.database.session() as session:
        flows = FlowService(session, application.clock, application.core.audit, live)
        saving = FlowSaving(text=flow_as_yaml(parse_flow(SHORT)), based_on=1)
        await flows.save(program("test"), "power_hotline", saving)
        row = await FlowRepository(session).find("power_hotline", 2)
        assert row is not None
        row.published_at, row.published_by = application.clock.now(), "test"
        rule = NumberRuleView(number=NUMBER, hours="any", flow="power_hotline")
        await flows.choose_numbers(program("test"), NumberTable(rules=[rule]))
    await live.refresh()
    await asyncio.gather(live.learn(), engine.warm_up())
    calls = PhoneCalls(
        application.core,
        live,
        application.get(InstalledSystems),
        application.get(Prompts),
        engine,
        IVRSettings(_env_file=None, enabled=True, audio_port=0, agi_port=0),
        application.get(SurveyKeeper),
    )
    for text in ("您好请讲。", "请再讲。", "再见。", "请马上离开。"):
        await application.get(Prompts).prepare(text)
    await calls.start()
    try:
        yield application, calls
    finally:
        await calls.aclose()
        await application.aclose()


@asynccontextmanager
async def phones(process: AsteriskProcess) -> AsyncIterator[tuple[SIPPhone, SIPPhone]]:
    """A caller's telephone and that of the first agent, registered."""
    server = ("127.0.0.1", process.plan.addresses.sip_port)
    async with AsyncExitStack() as stack:
        agent = await stack.enter_async_context(
            SIPPhone.open(f"agent-{AGENTS[0]}", server, secret=phone_secret(AGENTS[0]))
        )
        await agent.register()
        caller = await stack.enter_async_context(SIPPhone.open("caller", server))
        yield caller, agent


async def spoken(text: str, folder: Path) -> bytes:
    """Return what a caller says, and silence behind it."""
    voice = Prompts(chosen_voices(VoiceSettings()), PromptStore(folder / "caller"))
    pcm = b"".join([piece async for piece in voice.pieces(text)])
    await voice.aclose()
    return pcm + bytes(16_000 * 30)


async def test_a_caller_reaches_an_agent_by_voice_by_keys_and_when_we_die(
    tmp_path: Path, migrated_sqlite: Path
) -> None:
    danger = await spoken("我闻到厨房里有很大的煤气味，煤气漏气了，快来人。", tmp_path)
    async with answering(tmp_path, migrated_sqlite) as (application, calls):
        agi, audio = calls.addresses
        with run_asterisk(tmp_path / "pbx", ivr=(agi, audio)) as process:
            async with phones(process) as (caller, agent):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    call = await caller.call(NUMBER, source=SILENCE, caller=CALLER)
                    await asyncio.sleep(4)
                    call.say(PCMSource(danger))
                    ringing = await agent.ringing.get()
                    agent.reject(ringing)
                    await call.hang_up()
                dialogue = await newest(application)
                reached = (dialogue.intent, dialogue.end, dialogue.node)
                assert reached == ("emergency", "agent", "danger"), dialogue.context
                kinds = [step["kind"] for step in dialogue.context["steps"]]
                assert kinds[-2:] == ["danger", "said"]
                async with asyncio.timeout(PATIENCE_SECONDS):
                    call = await caller.call(NUMBER, source=SILENCE, caller=CALLER)
                    await asyncio.sleep(2)
                    await call.press("9")
                    await call.ended.wait()
                assert (await newest(application)).end == "goodbye"
                async with asyncio.timeout(PATIENCE_SECONDS):
                    call = await caller.call(NUMBER, source=SILENCE, caller=CALLER)
                    await asyncio.sleep(2)
                    await calls.aclose()
                    await agent.ringing.get()
                    await call.hang_up()


async def newest(application: Application) -> Dialogue:
    """Return the newest dialogue that was kept."""
    async with application.database.session() as session:
        found = await session.scalar(select(Dialogue).order_by(Dialogue.ended_at.desc()).limit(1))
    assert found is not None
    return found
