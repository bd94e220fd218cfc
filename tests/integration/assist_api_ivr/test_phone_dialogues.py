"""Callers at a real Asterisk talk with a flow: one exchange and one set of parts for every journey and fault."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import numpy as np
import psutil
import pytest
from sqlalchemy import select

from assist_api.composition import compose
from assist_api.customers.models import Customer, CustomerPhone, Premise
from assist_api.http.actor import program
from assist_api.http.application import Application
from assist_api.ivr import phrases
from assist_api.ivr.dialogue import MakeOrder
from assist_api.ivr.flow import flow_as_yaml, parse_flow
from assist_api.ivr.flow_service import FlowService
from assist_api.ivr.live_flows import LiveFlows
from assist_api.ivr.models import CallbackRequest, Dialogue, Voicemail
from assist_api.ivr.outgoing import OutgoingSpeech
from assist_api.ivr.phone_calls import PhoneCalls
from assist_api.ivr.phone_dialogue import tone
from assist_api.ivr.prompts import Prompts
from assist_api.ivr.repository import FlowRepository
from assist_api.ivr.schemas import FlowSaving, NumberRuleView, NumberTable
from assist_api.ivr.settings import IVRSettings
from assist_api.ivr.shipped import shipped_flows
from assist_api.ivr.systems import InstalledSystems
from assist_api.ivr.voicemails import Voicemails
from assist_api.notices.schemas import NoticeDraft
from assist_api.notices.service import NoticeService
from assist_api.settings import AssistSettings
from assist_api.surveys.keeping import SurveyKeeper
from assist_api.surveys.models import SurveyAnswer
from assist_api.waiting import words
from cti_adapter.adapter import CTIAdapter
from cti_adapter.asterisk.process import AsteriskProcess
from cti_adapter.commands import DialOut, PauseAgent, ReadyAgent, SendToFlow
from cti_adapter.phone.sip_phone import PCMSource, PhoneCall, SIPPhone
from cti_adapter.states import CallState
from kit.db import Base
from speech.engine import SpeechEngine
from tests.fakes.cti_events import follow
from tests.fakes.waiting_callers import announcing, has_music, is_in
from tests.servers.asterisk import AGENTS, NUMBER, QUEUE, phone_secret, run_asterisk, settings_of

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

CALLER, ACCOUNT = "13800138000", "3205819001"
HANGING_CALLER, HANGING_ACCOUNT = "13900139000", "3205819999"
"""The business system never answers about this account."""
PATIENCE_SECONDS = 120.0
QUIET, LOUD = 20, 5
"""Frames of 20 ms without, and with, the sound of a prompt."""
LOUDNESS = 300
SILENCE = PCMSource(bytes(320), is_endless=True)
NONSENSE, AGAIN = "今天天气真不错呀", "啦啦啦啦啦"
BILL, STREET, MESSAGE = "我想查一下上个月的电费", "我住在人民路", "我家没有电了请派人来修"
DANGER = "我闻到厨房里有很大的煤气味，煤气漏气了，快来人。"
NOTICE = "建设路检修停电。"
ANNOUNCED = (
    phrases.OUTAGE_PUSHED.format(area="建设路", text=NOTICE),
    *(words.STILL_BUSY, words.NEXT, words.AHEAD.format(count=1), words.OFFER_CALLBACK),
    *(words.ABOUT.format(minutes=minutes) for minutes in (2, 5)),
    *(text for node in shipped_flows()["queue_callback"].nodes.values() for _field, text in node.prompts()),
)
SHORT = """
version: 1
name: power_hotline
title: 短流程
sector: power
start: welcome
agent: person
emergency: danger
intents:
  emergency: {title: 危险, go: danger}
  agent: {title: 人工, go: person}
  bill_query: {title: 查电费, go: bill}
nodes:
  welcome:
    kind: menu
    text: 您好请讲。
    again: 请再讲。
    keys: {"1": bill, "2": place, "3": message, "5": progress, "7": callback, "9": goodbye}
    give_up: person
  bill: {kind: look_up, what: bill, found: bill_answer, not_found: person, failed: away}
  bill_answer: {kind: answer, text: "电费{bill.amount}元。", next: more}
  progress: {kind: look_up, what: progress, slot: caller, found: progress_answer, not_found: person, failed: away}
  progress_answer: {kind: answer, text: "工单{progress.state}。", next: more}
  place: {kind: words, text: 请说街道。, again: 请再说。, slot: place, next: outage, give_up: person}
  outage: {kind: look_up, what: outage, slot: place, found: outage_answer, not_found: person, failed: away}
  outage_answer: {kind: answer, text: "{outage.text}", next: more}
  message: {kind: voicemail, text: 请留言。, next: goodbye}
  callback: {kind: callback, next: goodbye, failed: person}
  more: {kind: yes_no, text: 还有问题吗？, again: 请再说。, "yes": welcome, "no": goodbye, give_up: person}
  goodbye: {kind: hang_up, text: 再见。}
  away: {kind: queue, text: 系统没有响应。}
  person: {kind: queue}
  danger: {kind: queue, text: 请马上离开。, priority: 50}
"""

FOR_AGENTS = """
version: 1
name: agent_payment
title: 坐席转来
sector: power
is_for_agents: true
start: ask
agent: back
emergency: back
nodes:
  ask: {kind: yes_no, text: 可以吗？, again: 请再说。, "yes": back, "no": back, slot: agreed, give_up: back}
  back: {kind: queue}
"""
"""Short, since every word has to be spoken by the voice first."""


@dataclass
class Line:
    """The exchange with a caller and an agent, and the parts that answer.

    Attributes:
        application: The parts.
        calls: Answers calls.
        caller: Telephone of whoever calls.
        agent: Telephone of the first agent.
        outside: Telephone that is reached at every other number.
        second: Telephone of another caller.
        control: Gives the exchange commands.
        process: The exchange.
    """

    application: Application
    calls: PhoneCalls
    caller: SIPPhone
    agent: SIPPhone
    outside: SIPPhone
    second: SIPPhone
    control: CTIAdapter
    process: AsteriskProcess

    async def call(self, number: str = CALLER) -> PhoneCall:
        """Call the hotline and wait until the flow answers."""
        call = await self.caller.call(NUMBER, source=SILENCE, caller=number)
        await until(lambda: self.calls.running > 0)
        # The end of the notice of the recording, which is played before the flow, is still on its way.
        await asyncio.sleep(0.3)
        return call

    async def say(self, call: PhoneCall, text: str) -> None:
        """Wait for a prompt and say something into it."""
        before = len(call.heard)
        await prompted(call, before)
        call.say(PCMSource(await self.voice_of(text)))

    async def voice_of(self, text: str) -> bytes:
        """Return what a caller says."""
        return b"".join([piece async for piece in self.application.get(Prompts).pieces(text)])

    async def waits(self, phone: SIPPhone, number: str) -> PhoneCall:
        """Call, ask for a person, and wait in the queue."""
        call = await phone.call(NUMBER, source=SILENCE, caller=number)
        await until(lambda: self.calls.running > 0)
        await asyncio.sleep(0.3)
        await call.press("0")
        await until(lambda: any(known.caller_number == number and known.is_waiting for known in self.control.calls))
        return call

    async def hears(self, call: PhoneCall, text: str) -> None:
        """Wait until a caller has heard a sentence."""
        while not await self.has_heard(call, text):
            assert not call.ended.is_set(), "the call is over"
            await asyncio.sleep(0.5)

    async def has_heard(self, call: PhoneCall, text: str) -> bool:
        """Tell whether a caller has heard the first clause of a sentence, also with music beneath it."""
        clause = await anext(self.application.get(Prompts).pieces(text))
        return await asyncio.to_thread(is_in, clause, bytes(call.heard))

    async def newest(self, kind: type[Base]) -> Base:
        """Return the row that was kept last."""
        column = {Dialogue: "ended_at", CallbackRequest: "requested_at", Voicemail: "received_at"}.get(kind, "asked_at")
        async with self.application.database.session() as session:
            found = await session.scalar(select(kind).order_by(getattr(kind, column).desc()).limit(1))
        assert found is not None
        return found

    async def dialogue(self) -> Dialogue:
        """Return the dialogue that ended last."""
        found = await self.newest(Dialogue)
        assert isinstance(found, Dialogue)
        return found

    async def picks_up(self) -> PhoneCall:
        """Let the agent take the call that rings."""
        return await self.agent.answer(await self.agent.ringing.get(), source=SILENCE)


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for a condition; the patience of the journey ends it."""
    while True:
        if is_so():
            return
        await asyncio.sleep(0.05)


async def stopped(call: PhoneCall) -> None:
    """Wait until nothing more is sent to the caller: while a message is recorded, not even silence is."""
    heard = -1
    while heard != len(call.heard):
        heard = len(call.heard)
        await asyncio.sleep(0.2)


async def prompted(call: PhoneCall, start: int) -> None:
    """Wait until a prompt is heard after `start`, in bytes of what was heard."""
    while loud_frames(bytes(call.heard[start:])) < LOUD:
        assert not call.ended.is_set(), "the call is over"
        await asyncio.sleep(0.05)


async def answered(call: PhoneCall) -> None:
    """Wait until what the caller says is over and something is said to it."""
    await call.played.wait()
    await until(lambda: not loud_frames(bytes(call.heard[-QUIET * 320 :])))
    await prompted(call, len(call.heard))


def loud_frames(pcm: bytes) -> int:
    """Return how many frames of 20 ms have a sound in them."""
    samples = np.frombuffer(pcm[: len(pcm) // 320 * 320], dtype="<i2").astype(np.int32).reshape(-1, 160)
    return int((np.abs(samples).max(axis=1) > LOUDNESS).sum()) if samples.size else 0


def has_tone(pcm: bytes) -> bool:
    """Tell whether 50 ms of the tone of voicemail, 1 kHz and nothing else, sound in it."""
    samples = np.frombuffer(pcm[: len(pcm) // 800 * 800], dtype="<i2").astype(float).reshape(-1, 400)
    powers = np.abs(np.fft.rfft(samples, axis=1)) ** 2
    is_loud = np.abs(samples).max(axis=1) > LOUDNESS
    return bool(np.any((powers[:, 49:52].sum(axis=1) > 0.8 * powers.sum(axis=1)) & is_loud))


# ---- journeys -------------------------------------------------------------------------------------------------------


async def bill_by_voice(line: Line) -> None:
    call = await line.call()
    await line.say(call, BILL)
    await answered(call)
    await call.press("2")
    await call.ended.wait()
    dialogue = await line.dialogue()
    assert (dialogue.intent, dialogue.end) == ("bill_query", "goodbye"), dialogue.context
    assert dialogue.context["answered"][0].startswith("电费"), dialogue.context
    assert dialogue.responses_ms


async def progress_by_keys_ahead_of_the_prompts(line: Line) -> None:
    wanted = MakeOrder("fault", "power", "没电", "", CALLER, "解放路8号")
    await line.application.get(InstalledSystems).make_order(wanted)
    call = await line.call()
    await call.press("52")
    await call.ended.wait()
    dialogue = await line.dialogue()
    assert (dialogue.end, dialogue.context["answered"]) == ("goodbye", ["工单已受理。"]), dialogue.context


async def outage_from_the_notice_of_the_street(line: Line) -> None:
    async with line.application.database.session() as session:
        notices = NoticeService(session, line.application.clock, line.application.core.audit)
        await notices.create(program("test"), NoticeDraft(area="人民路", sector="power", text="人民路检修停电"))
    call = await line.call(HANGING_CALLER)
    await call.press("2")
    await line.say(call, STREET)
    await answered(call)
    await call.press("2")
    await call.ended.wait()
    dialogue = await line.dialogue()
    assert (dialogue.end, dialogue.context["answered"]) == ("goodbye", ["人民路检修停电。"]), dialogue.context


async def danger_goes_to_an_agent_at_once(line: Line) -> None:
    call = await line.call()
    await line.say(call, DANGER)
    line.agent.reject(await line.agent.ringing.get())
    await call.hang_up()
    dialogue = await line.dialogue()
    assert (dialogue.intent, dialogue.end, dialogue.node) == ("emergency", "agent", "danger"), dialogue.context
    assert [step["kind"] for step in dialogue.context["steps"]][-2:] == ["danger", "said"]


async def no_match_twice_reaches_an_agent_who_sees_it_all(line: Line) -> None:
    call = await line.call()
    await line.say(call, NONSENSE)
    await answered(call)
    await line.say(call, AGAIN)
    ringing = await line.agent.ringing.get()
    dialogue = await line.dialogue()
    seen = dialogue.context["steps"]
    assert dialogue.end == "agent"
    assert dialogue.failures == 2, seen
    assert [step["text"] for step in seen if step["kind"] == "said"][:2] == ["您好请讲。", "对不起，没有听明白。"]
    assert sum(step["kind"] in {"heard", "unheard", "silence"} for step in seen) == 2, seen
    line.agent.reject(ringing)
    await call.hang_up()


async def message_becomes_a_draft_order(line: Line) -> None:
    spoken = await line.voice_of(MESSAGE)
    call = await line.call()
    await call.press("3")
    await until(lambda: has_tone(bytes(call.heard[-16_000:])))
    await stopped(call)
    call.say(PCMSource(spoken))
    await call.played.wait()
    await call.press("#")
    await call.ended.wait()
    message = await line.newest(Voicemail)
    assert isinstance(message, Voicemail)
    assert message.order_number is not None
    assert "电" in message.text


async def callback_rings_back(line: Line) -> None:
    call = await line.call()
    await call.press("7")
    await call.ended.wait()
    request = await line.newest(CallbackRequest)
    assert isinstance(request, CallbackRequest)
    assert (request.number, request.reason) == (CALLER, "asked")
    await line.control.execute(DialOut(AGENTS[0], request.number, uuid4()))
    agent = await line.picks_up()
    back = await line.outside.answer(await line.outside.ringing.get(), source=SILENCE)
    await back.hang_up()
    await agent.hang_up()


async def agent_sends_the_caller_to_a_flow_and_gets_both_back(line: Line) -> None:
    call = await line.call()
    await call.press("0")
    agent = await line.picks_up()
    await until(lambda: any(known.state is CallState.ANSWERED for known in line.control.calls))
    talking = next(known for known in line.control.calls if known.state is CallState.ANSWERED)
    await line.control.execute(SendToFlow(talking.call_id, "agent_payment"))
    await until(lambda: line.calls.running > 0)
    await call.press("1")
    await until(lambda: line.calls.running == 0)
    dialogue = await line.dialogue()
    assert (dialogue.flow, dialogue.context["slots"]["agreed"]) == ("agent_payment", "yes"), dialogue.context
    call.say(PCMSource(tone(), is_endless=True))
    await until(lambda: has_tone(bytes(agent.heard[-16_000:])))
    # The mark is given before the call ends; once the agent has left, nobody is asked for a second one.
    await line.control.execute(SendToFlow(talking.call_id, "agent_survey"))
    await until(lambda: line.calls.running > 0)
    await call.press("5")
    await until(lambda: line.calls.running == 0)
    answer = await line.newest(SurveyAnswer)
    assert isinstance(answer, SurveyAnswer)
    assert (answer.mark, answer.way, answer.served_by) == (5, "keys", "agent")
    agent.say(PCMSource(tone(), is_endless=True))
    await until(lambda: has_tone(bytes(call.heard[-16_000:])))
    await agent.hang_up()
    await call.ended.wait()
    assert line.calls.running == 0


async def mark_by_keys_after_the_agent(line: Line) -> None:
    call = await line.call()
    await call.press("0")
    agent = await line.picks_up()
    # An agent who hangs up before the exchange says that he answered has served nobody.
    await until(lambda: any(known.state is CallState.ANSWERED for known in line.control.calls))
    await agent.hang_up()
    await until(lambda: line.calls.running > 0)
    await call.press("4")
    await call.ended.wait()
    answer = await line.newest(SurveyAnswer)
    assert isinstance(answer, SurveyAnswer)
    assert (answer.mark, answer.way, answer.served_by) == (4, "keys", "agent")


async def hanging_business_system_is_told_and_an_agent_takes_over(line: Line) -> None:
    call = await line.call(HANGING_CALLER)
    await call.press("1")
    line.agent.reject(await line.agent.ringing.get())
    await call.hang_up()
    dialogue = await line.dialogue()
    assert (dialogue.end, dialogue.node) == ("agent", "away"), dialogue.context


async def slow_recogniser_is_told_keys_are_asked_for_and_an_agent_takes_over(line: Line) -> None:
    with stopped_recogniser():
        call = await line.call()
        await line.say(call, NONSENSE)
        line.agent.reject(await line.agent.ringing.get())
        await call.hang_up()
    dialogue = await line.dialogue()
    steps = dialogue.context["steps"]
    assert dialogue.end == "agent", steps
    assert [step["kind"] for step in steps].count("slow") == 2, steps
    assert phrases.RECOGNISER_SLOW in [step["text"] for step in steps], steps


async def silent_caller_reaches_an_agent(line: Line) -> None:
    call = await line.call()
    line.agent.reject(await line.agent.ringing.get())
    await call.hang_up()
    dialogue = await line.dialogue()
    assert [step["kind"] for step in dialogue.context["steps"]].count("silence") == 2, dialogue.context


async def babble_reaches_an_agent(line: Line) -> None:
    voices = [await line.voice_of(text) for text in (NONSENSE, AGAIN, STREET)]
    call = await line.call()
    call.say(PCMSource(babble(voices), is_endless=True))
    line.agent.reject(await line.agent.ringing.get())
    await call.hang_up()
    assert (await line.dialogue()).end == "agent"


async def second_in_line_hears_place_and_notice_and_is_called_back(line: Line) -> None:
    await line.control.execute(PauseAgent(AGENTS[0], "break"))
    first, second = await line.waits(line.caller, CALLER), await line.waits(line.second, HANGING_CALLER)
    async with line.application.database.session() as session:
        notices = NoticeService(session, line.application.clock, line.application.core.audit)
        await notices.create(program("test"), NoticeDraft(area="建设路", sector="power", text=NOTICE))
    for text in (NOTICE, words.AHEAD.format(count=1), words.ABOUT.format(minutes=5)):
        await line.hears(second, text)
    await line.hears(first, words.NEXT)
    assert not await line.has_heard(first, NOTICE)
    await line.hears(second, words.OFFER_CALLBACK)
    await second.press("1")
    await until(lambda: line.calls.running > 0)
    await second.press("1")
    await second.ended.wait()
    assert [call.caller_number for call in line.control.calls if call.is_waiting] == [CALLER]
    request = await line.newest(CallbackRequest)
    assert isinstance(request, CallbackRequest)
    dialogue = await line.dialogue()
    assert (request.number, request.queue, dialogue.flow) == (HANGING_CALLER, QUEUE, "queue_callback")
    assert request.requested_at < dialogue.started_at, "the place counts from the moment of entry"
    # Whoever takes no callback after all has kept the place.
    await first.press("1")
    await until(lambda: line.calls.running > 0)
    await first.press("2")
    await until(lambda: any(call.is_waiting for call in line.control.calls))
    await first.hang_up()


async def killed_nobody_is_cut_off_in_the_dialogue_or_in_the_queue(line: Line) -> None:
    await line.control.execute(PauseAgent(AGENTS[0], "break"))
    waiting = await line.waits(line.second, HANGING_CALLER)
    await line.hears(waiting, words.STILL_BUSY)
    call = await line.call()
    await line.calls.aclose()
    await until(lambda: sum(known.is_waiting for known in line.control.calls) == 2)
    # Without our service a key leads back into the queue, and music goes on.
    await waiting.press("1")
    heard = len(waiting.heard)
    await until(lambda: len(waiting.heard) > heard + 16_000 and has_music(bytes(waiting.heard[-16_000:])))
    await until(lambda: sum(known.is_waiting for known in line.control.calls) == 2)
    assert not call.ended.is_set()
    await waiting.hang_up()
    await line.control.execute(ReadyAgent(AGENTS[0]))
    line.agent.reject(await line.agent.ringing.get())
    await call.hang_up()


JOURNEYS: list[Callable[[Line], Awaitable[None]]] = [
    danger_goes_to_an_agent_at_once,
    bill_by_voice,
    progress_by_keys_ahead_of_the_prompts,
    outage_from_the_notice_of_the_street,
    no_match_twice_reaches_an_agent_who_sees_it_all,
    message_becomes_a_draft_order,
    callback_rings_back,
    agent_sends_the_caller_to_a_flow_and_gets_both_back,
    mark_by_keys_after_the_agent,
    hanging_business_system_is_told_and_an_agent_takes_over,
    slow_recogniser_is_told_keys_are_asked_for_and_an_agent_takes_over,
    silent_caller_reaches_an_agent,
    babble_reaches_an_agent,
    second_in_line_hears_place_and_notice_and_is_called_back,
    killed_nobody_is_cut_off_in_the_dialogue_or_in_the_queue,
]
"""In this order; the last one ends the service."""


async def test_callers_are_answered_by_voice_and_keys_and_reach_an_agent_in_every_fault(
    tmp_path: Path, migrated_sqlite: Path
) -> None:
    failed: list[Exception] = []
    async with line_of(tmp_path, migrated_sqlite) as line:
        # Spoken beforehand: a caller who says nothing while the voice is at work counts as silent.
        for text in (NONSENSE, AGAIN, BILL, STREET, MESSAGE, DANGER, *phrases.SAID_WHEN_SLOW, *ANNOUNCED):
            await line.application.get(Prompts).prepare(text)
        for journey in JOURNEYS:
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await until(lambda: line.control.is_connected)
                    # Wrap-up after a call holds until somebody ends it.
                    await line.control.execute(ReadyAgent(AGENTS[0]))
                    await journey(line)
            except Exception as error:  # noqa: BLE001 — every journey is told, not only the first that fails
                error.add_note(journey.__name__)
                failed.append(error)
    if failed:
        raise ExceptionGroup("journeys that failed", failed)


# ---- parts ----------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def line_of(folder: Path, migrated: Path, flow: str = SHORT) -> AsyncIterator[Line]:
    """Everything on ports of its own."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        probe.bind(("127.0.0.1", 0))
        outside_port = int(probe.getsockname()[1])
    async with AsyncExitStack() as stack:
        business = await stack.enter_async_context(business_system())
        application, calls = await stack.enter_async_context(answering(folder, migrated, business, flow))
        process: AsteriskProcess = stack.enter_context(
            run_asterisk(folder / "pbx", ivr=calls.addresses, network=f"127.0.0.1:{outside_port}")
        )
        server = ("127.0.0.1", process.plan.addresses.sip_port)
        agent = await stack.enter_async_context(
            SIPPhone.open(f"agent-{AGENTS[0]}", server, secret=phone_secret(AGENTS[0]))
        )
        await agent.register()
        caller = await stack.enter_async_context(SIPPhone.open("caller", server))
        outside = await stack.enter_async_context(SIPPhone.open("outside", server, port=outside_port))
        control, _log = await stack.enter_async_context(follow(settings_of(process)))
        second = await stack.enter_async_context(SIPPhone.open("second", server))
        await stack.enter_async_context(announcing(application, control))
        yield Line(application, calls, caller, agent, outside, second, control, process)


@asynccontextmanager
async def answering(
    folder: Path, migrated: Path, business: str, flow: str
) -> AsyncIterator[tuple[Application, PhoneCalls]]:
    """The parts that answer calls, on a database with the short flow behind the number of the hotline."""
    shutil.copy(migrated, folder / "test.sqlite")
    settings = AssistSettings(
        _env_file=None,
        database_url=f"sqlite+aiosqlite:///{folder / 'test.sqlite'}",
        data_dir=folder,
        business_system_url=business,
    )
    application = compose(settings)
    live, engine = application.get(LiveFlows), application.get(SpeechEngine)
    await live.start()
    async with application.database.session() as session:
        flows = FlowService(session, application.clock, application.core.audit, live)
        for made in (parse_flow(flow), parse_flow(FOR_AGENTS)):
            await flows.save(program("test"), made.name, FlowSaving(text=flow_as_yaml(made), based_on=1))
            row = await FlowRepository(session).find(made.name, 2)
            assert row is not None
            row.published_at, row.published_by = application.clock.now(), "test"
        rule = NumberRuleView(number=NUMBER, hours="any", flow="power_hotline")
        await flows.choose_numbers(program("test"), NumberTable(rules=[rule]))
        session.add_all(customers(application))
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
        application.get(Voicemails),
        outgoing=application.get(OutgoingSpeech),
    )
    await calls.start()
    try:
        yield application, calls
    finally:
        await calls.aclose()
        await application.aclose()


def customers(application: Application) -> list[Customer]:
    """Return two customers, each with one telephone."""
    return [
        Customer(
            id=uuid4(), account_number=account, name="王建国", sector="power", customer_class="ordinary",
            class_reason="", class_until=None, agent_account_id=None, created_at=application.clock.now(),
            phones=[CustomerPhone(number=number, label="")],
            premises=[Premise(id=uuid4(), address=address, area="城东", area_class="urban", meters=[])],
        )
        for account, number, address in (
            (ACCOUNT, CALLER, "解放路8号"),
            (HANGING_ACCOUNT, HANGING_CALLER, "建设路2号"),
        )
    ]  # fmt: skip


@asynccontextmanager
async def business_system() -> AsyncIterator[str]:
    """A business system that knows one account and never answers about another."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"}")
        if HANGING_ACCOUNT.encode() in asked:
            await reader.read()
        state = {
            "account_number": ACCOUNT, "balance_yuan": "10", "arrears_yuan": "0", "last_bill_yuan": "86.5",
            "last_bill_on": "2026-10-31", "meter_reading": "100", "as_of": "2026-11-30T08:00:00Z",
        }  # fmt: skip
        body = json.dumps(state).encode()
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
        writer.write(f"{head}connection: close\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@contextmanager
def stopped_recogniser() -> Iterator[None]:
    """Let the processes of the recogniser stand still meanwhile."""
    processes = [
        child for child in psutil.Process().children(recursive=True) if "speech.stt.own_process" in child.cmdline()[-2]
    ]
    assert processes, "the recogniser has no process of its own"
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()


def babble(voices: list[bytes]) -> bytes:
    """Return several voices at once, each beginning at another place."""
    size = max(map(len, voices)) // 2
    mixed = np.zeros(size)
    for place, pcm in enumerate(voices):
        samples = np.frombuffer(pcm, dtype="<i2")
        mixed += np.roll(np.resize(samples, size), place * 4000)
    return np.clip(mixed, -32768, 32767).astype("<i2").tobytes()
