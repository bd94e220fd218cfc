from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from assist_api.http.permissions import Role
from assist_api.ivr.dialogue import Circumstances, End, Keyed, LookUp, MakeOrder, SelfService, Silence, Started
from assist_api.ivr.figures import figures_of
from assist_api.ivr.interpreter import Interpreter
from assist_api.ivr.keeping import keep_dialogue
from assist_api.ivr.live_flows import LiveFlows
from assist_api.ivr.phone_dialogue import tone
from assist_api.ivr.phone_message import PhoneMessage
from assist_api.ivr.prompts import Prompts, as_wav
from assist_api.ivr.repository import FlowRepository
from assist_api.ivr.systems import InstalledSystems, known_caller
from assist_api.ivr.voicemails import Voicemails
from assist_api.surveys.keeping import SurveyKeeper
from assist_api.surveys.texting import SurveyTexts
from assist_api.text_messages.gateways import FileGateway
from kit.clock import SystemClock
from kit.jobs import JobRunner
from speech.engine import SpeechEngine
from speech.settings import SpeechSettings
from tests.fakes.assist_core_server import Server
from tests.fakes.ivr_caller import ScriptedRecogniser
from tests.fakes.speech_recognizer import FakeRecognizer

pytestmark = pytest.mark.module
FLOWS = "/api/v1/ivr/flows"


async def ready(server: Server) -> LiveFlows:
    """Publish the shipped flows and learn the intents, as a start does."""
    live = server.application.get(LiveFlows)
    await live.start()
    await live.learn()
    return live


async def test_a_flow_is_edited_refused_with_its_flaw_mended_and_published(server: Server) -> None:
    live = await ready(server)
    editor, boss = await server.browser_of(Role.CURATOR), await server.browser_of(Role.SUPERVISOR)
    lines = (await editor.get(FLOWS)).json()["items"]
    assert {line["name"] for line in lines} >= {"power_hotline", "gas_hotline", "tv_self_service", "identify"}
    assert [line["flaw_count"] for line in lines] == [0] * len(lines)
    flow = (await editor.get(f"{FLOWS}/gas_hotline")).json()
    definition = flow["definition"]
    definition["nodes"]["goodbye"]["text"] = "祝您生活愉快，再见。"
    definition["nodes"]["lost"] = {"kind": "hang_up", "text": "再见。"}
    checked = (await editor.post("/api/v1/ivr/check", json={"definition": definition})).json()
    assert [(flaw["node"], flaw["code"]) for flaw in checked["flaws"]] == [("lost", "unreachable")]
    saved = await editor.put(f"{FLOWS}/gas_hotline", json={"definition": definition, "based_on": 1, "note": "更亲切"})
    assert (saved.json()["version"], saved.json()["live_version"]) == (2, 1)
    stale = await editor.put(f"{FLOWS}/gas_hotline", json={"definition": definition, "based_on": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "flow_changed")
    refused = await boss.post(f"{FLOWS}/gas_hotline/versions/2/publish")
    assert (refused.status_code, refused.json()["code"]) == (409, "flow_has_flaws")
    assert (await editor.post(f"{FLOWS}/gas_hotline/versions/2/publish")).status_code == 403
    del definition["nodes"]["lost"]
    await editor.put(f"{FLOWS}/gas_hotline", json={"definition": definition, "based_on": 2})
    published = await boss.post(f"{FLOWS}/gas_hotline/versions/3/publish")
    assert (published.status_code, published.json().get("live_version")) == (200, 3), published.text
    await live.refresh()
    assert live.flows["gas_hotline"].nodes["goodbye"].text == "祝您生活愉快，再见。"  # type: ignore[union-attr]
    malformed = await editor.put(f"{FLOWS}/gas_hotline", json={"text": "version: 1\nname: gas_hotline", "based_on": 3})
    assert (malformed.status_code, malformed.json()["code"]) == (422, "flow_invalid")


async def test_a_version_that_breaks_a_scenario_is_not_published(server: Server) -> None:
    await ready(server)
    boss = await server.browser_of(Role.SUPERVISOR)
    definition = (await boss.get(f"{FLOWS}/gas_hotline")).json()["definition"]
    definition["nodes"]["danger"]["text"] = "请稍候。"
    await boss.put(f"{FLOWS}/gas_hotline", json={"definition": definition, "based_on": 1})
    refused = await boss.post(f"{FLOWS}/gas_hotline/versions/2/publish")
    assert (refused.status_code, refused.json()["code"]) == (409, "scenarios_failed"), refused.text


async def test_the_page_simulator_shows_state_intents_speech_and_data(server: Server) -> None:
    await ready(server)
    editor = await server.browser_of(Role.CURATOR)
    scenario = {
        "caller": "13800138000",
        "account": "3205819001",
        "world": {"accounts": {"3205819001": {"phones": ["13800138000"]}}},
    }
    inputs = [{"kind": "keys", "text": "1"}, {"kind": "say", "text": "对"}]
    asked = {"flow": "power_hotline", "scenario": scenario, "inputs": inputs}
    shown = (await editor.post("/api/v1/ivr/simulations", json=asked)).json()
    assert [turn["kind"] for turn in shown["turns"]] == ["started", "keyed", "heard"]
    assert "您10月的电费是236.50元。" in shown["turns"][-1]["said"]
    assert any("bill(3205819001)" in used for used in shown["turns"][-1]["used"])
    assert (shown["node"], shown["phase"], shown["slots"]["account"]) == ("more", "asking", "3205819001")
    gas = {"flow": "power_hotline", "inputs": [{"kind": "say", "text": "我家煤气漏了"}]}
    danger = (await editor.post("/api/v1/ivr/simulations", json=gas)).json()
    assert (danger["end"], danger["intent"]) == ("agent", "emergency")
    assert danger["turns"][-1]["intents"][0]["intent"] == "emergency"
    wrong = await editor.post("/api/v1/ivr/simulations", json={"flow": "power_hotline", "scenario": {"waiting": "x"}})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "scenario_invalid")


async def test_numbers_choose_the_flow_by_time_and_a_dialogue_reaches_the_figures(server: Server) -> None:
    live = await ready(server)
    boss = await server.browser_of(Role.SUPERVISOR)
    table = {
        "rules": [
            {"number": "95598", "hours": "any", "flow": "power_hotline"},
            {"number": "96777", "hours": "working", "flow": "gas_hotline"},
        ]
    }
    assert (await boss.put("/api/v1/ivr/numbers", json=table)).status_code == 200
    part = {"rules": [{"number": "", "hours": "any", "flow": "identify"}]}
    assert (await boss.put("/api/v1/ivr/numbers", json=part)).json()["code"] == "flow_not_live"
    await live.refresh()
    now = server.clock.now()
    chosen = live.choose("95598", now)
    assert chosen is not None
    assert (chosen.flow.name, chosen.version) == ("power_hotline", 1)
    assert live.choose("12345", now) is None
    talker = Interpreter(live.flows)
    state = talker.begin("power_hotline", Circumstances(caller_number="13800138000"))
    for happened in (Started(), Keyed("7"), Silence()):
        state = talker.step(state, happened).state
    call_id = uuid4()
    for _ in range(2):
        await keep_dialogue(
            server.application.core, call_id, call_id, 1, now - timedelta(seconds=9), state, "power_hotline", "power"
        )
    figures = (await boss.get(f"{FLOWS}/power_hotline/figures")).json()
    assert (figures["dialogues"], figures["ends"], figures["containment"]) == (1, {"agent": 1}, 0.0)
    welcome = next(node for node in figures["nodes"] if node["node"] == "welcome")
    assert (welcome["silences"], welcome["no_matches"], welcome["gave_up"]) == (1, 2, 1)
    for number in ("13800138000", "13800138000", "13900139000"):
        alone = replace(state, end=End.GOODBYE, circumstances=Circumstances(caller_number=number))
        now = server.clock.now()
        await keep_dialogue(
            server.application.core, uuid4(), None, 1, now, alone, "power_hotline", "power", responses_ms=[700]
        )
        server.clock.advance(timedelta(hours=1))
    server.clock.advance(timedelta(hours=25))
    async with server.application.database.session() as session:
        later = await figures_of(FlowRepository(session), "power_hotline", server.clock.now())
    assert later.called_again == pytest.approx(1 / 3)
    assert (later.response_p50_ms, later.response_p95_ms) == (700, 700)


async def test_systems_read_out_an_account_only_to_its_owner_and_make_orders(server: Server) -> None:
    admin = await server.browser_of(Role.ADMIN)
    await add_customer(admin)
    systems = server.application.get(InstalledSystems)
    stranger = await systems.look_up(LookUp("bill", "3205819001", "13999999999", ""))
    proven = await systems.look_up(LookUp("bill", "3205819001", "13999999999", "8000"))
    owner = await systems.look_up(LookUp("bill", "3205819001", "13800138000", ""))
    assert [item.status.value for item in (stranger, proven, owner)] == ["unverified", "found", "found"]
    assert (dict(stranger.values), set(owner.values)) == ({}, {"amount", "month", "as_of"})
    order = MakeOrder("fault", "power", "语音报修：没电", "3205819001", "13800138000", "人民路1号")
    made = await systems.make_order(order)
    progress = await systems.look_up(LookUp("progress", "13800138000", "13800138000", ""))
    assert progress.values["number"] == made.number
    other = await systems.look_up(LookUp("progress", str(made.number), "13999999999", ""))
    assert other.status.value == "unverified"


async def add_customer(admin: httpx.AsyncClient) -> None:
    """Import one customer."""
    head = "account_number,name,sector,phones,address,area,area_class,meter_numbers"
    text = f"{head}\n3205819001,王建国,power,13800138000,人民路1号,城东,urban,M1001\n"
    answer = await admin.post("/api/v1/customers/import", files={"file": ("c.csv", text.encode(), "text/csv")})
    assert answer.status_code == 200, answer.text


async def test_a_caller_is_told_the_outage_of_the_own_street_and_the_chosen_texts(server: Server) -> None:
    admin = await server.browser_of(Role.ADMIN)
    await add_customer(admin)
    notice = {"area": "人民路", "sector": "power", "text": "线路检修停电"}
    assert (await admin.post("/api/v1/notices", json=notice)).status_code < 300
    chosen = {"texts": [{"kind": "greeting", "text": "欢迎来电。"}], "based_on": 0}
    assert (await admin.put("/api/v1/ivr/push", json=chosen)).status_code == 200
    stale = await admin.put("/api/v1/ivr/push", json=chosen)
    assert (stale.status_code, stale.json()["code"]) == (409, "policy_changed")
    nobody = {"texts": [{"kind": "notice", "text": "抄表。"}], "based_on": 1}
    assert (await admin.put("/api/v1/ivr/push", json=nobody)).status_code == 422
    systems = server.application.get(InstalledSystems)
    known = await known_caller(server.application.core, "13800138000")
    told = await systems.pushed_to(known, "power", "working")
    assert told == ("您所在的人民路有停电停供通知：线路检修停电。", "欢迎来电。")
    assert await systems.pushed_to(known, "gas", "working") == ("欢迎来电。",)
    outage = await systems.look_up(LookUp("outage", "我家停电了", "13800138000", "", "power"))
    assert outage.values["area"] == "人民路"


async def test_a_subscription_changes_once_and_only_for_its_owner(server: Server) -> None:
    await add_customer(await server.browser_of(Role.ADMIN))
    systems = server.application.get(InstalledSystems)
    order = SelfService("order_channel", "3205819001", "体育频道包", "13800138000", "")
    stranger = await systems.serve(replace(order, caller_number="13999999999"))
    first, again = await systems.serve(order), await systems.serve(order)
    unknown = await systems.serve(replace(order, item="没有的频道"))
    assert [item.status.value for item in (stranger, first, again, unknown)] == [
        "unverified", "done", "refused", "refused",
    ]  # fmt: skip
    assert (first.amount, bool(first.receipt), stranger.receipt) == ("15.00", True, "")


async def test_a_recorded_prompt_is_played_until_its_text_changes(server: Server) -> None:
    editor = await server.browser_of(Role.CURATOR)
    sound = {"file": ("a.wav", as_wav(tone()), "audio/wav")}
    kept = await editor.post("/api/v1/ivr/recordings", data={"text": "您好。"}, files=sound)
    assert (kept.status_code, kept.json()["seconds"]) == (200, 0.3), kept.text
    prompts = server.application.get(Prompts)
    assert b"".join([piece async for piece in prompts.pieces("您好。")]) == tone()
    broken = {"file": ("a.wav", b"no sound", "audio/wav")}
    refused = await editor.post("/api/v1/ivr/recordings", data={"text": "您好。"}, files=broken)
    assert refused.status_code == 422, refused.text
    assert (await editor.post("/api/v1/ivr/recordings/remove", json={"text": "您好。"})).status_code == 204
    assert (await editor.get("/api/v1/ivr/recordings")).json()["items"] == []


async def test_a_text_that_no_voice_reads_is_refused_with_its_field(server: Server) -> None:
    editor = await server.browser_of(Role.CURATOR)
    refused = await editor.post("/api/v1/ivr/speech", json={"text": "Good morning."})
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (422, "voice_missing", "text")


async def test_a_sound_is_refused_and_not_waited_for_while_the_recogniser_loads(server: Server) -> None:
    editor = await server.browser_of(Role.CURATOR)
    sound = {"file": ("a.wav", as_wav(tone()), "audio/wav")}
    refused = await editor.post("/api/v1/ivr/hearing", files=sound)
    assert (refused.status_code, refused.json()["code"]) == (503, "speech_not_ready")


async def test_a_caller_without_a_mark_is_asked_by_text_and_the_reply_is_the_mark(server: Server) -> None:
    admin = await server.browser_of(Role.ADMIN)
    live = await ready(server)
    core = server.application.core
    state = Interpreter(live.flows).begin("after_call", Circumstances(caller_number="13800138000"))
    for happened in (Started(), Silence(), Silence()):
        state = Interpreter(live.flows).step(state, happened).state
    await keep_dialogue(
        core, uuid4(), None, 1, server.clock.now(), state, "after_call", "power",
        surveys=server.application.get(SurveyKeeper), flows=live.flows, is_texted=True,
    )  # fmt: skip
    reply = {"number": "13800138000", "text": "4"}
    early = await admin.post("/api/v1/surveys/replies", json=reply)
    file = core.settings.data_dir / "texts.jsonl"
    await SurveyTexts(core.database, server.clock, FileGateway(file)).send()
    taken = [await admin.post("/api/v1/surveys/replies", json=reply) for _ in range(2)]
    assert [answer.json()["is_taken"] for answer in (early, *taken)] == [False, True, False]
    assert "13800138000" in file.read_text("utf-8")
    report = (await admin.get("/api/v1/surveys/report")).json()["whole"]
    assert (report["asked"], report["answered"], report["mean"]) == (1, 1, 4.0)


async def test_words_of_a_message_that_came_too_late_are_recognised_from_its_sound(server: Server) -> None:
    live, core = await ready(server), server.application.core
    speech = SpeechEngine(
        SpeechSettings(vad="energy", has_own_processes=False),
        SystemClock(),
        recognizer_factory=lambda _settings: FakeRecognizer(lambda _request: "我家没有电了"),
    )
    voicemails = Voicemails(core, live, server.application.get(InstalledSystems), speech)
    message = PhoneMessage(ScriptedRecogniser([], None))
    await message.take(tone() * 4, is_voice=True)
    await message.aclose()
    await voicemails.keep(message, uuid4(), "power", Circumstances(caller_number="13800138000"))
    agent = await server.browser_of(Role.AGENT)
    waiting = (await agent.get("/api/v1/voicemails")).json()["items"][0]
    assert (waiting["text"], waiting["has_sound"], waiting["order_number"]) == ("", True, None)
    runner = JobRunner(core.database, core.clock, core.jobs, [voicemails.handler])
    # The models are still loading: the job waits for its next attempt.
    await runner.run_due()
    await speech.warm_up()
    server.clock.advance(timedelta(minutes=5))
    await runner.run_due()
    found = (await agent.get("/api/v1/voicemails")).json()["items"][0]
    assert (found["text"], found["intent"]) == ("我家没有电了", "outage_query")
    assert found["order_number"] is not None
    # A server killed between the order and the words: the next attempt finds the order that it made.
    systems = server.application.get(InstalledSystems)
    told = {"sector": "power", "intent": found["intent"], "text": found["text"], "number": "13800138000"}
    assert (await systems.draft_of_message(UUID(found["id"]), **told))[1] == found["order_number"]
    await speech.aclose()
