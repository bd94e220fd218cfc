from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from assist_api.http.permissions import Role
from assist_api.ivr.dialogue import Circumstances, Keyed, LookUp, MakeOrder, Silence, Started
from assist_api.ivr.interpreter import Interpreter
from assist_api.ivr.keeping import keep_dialogue
from assist_api.ivr.live_flows import LiveFlows
from assist_api.ivr.systems import InstalledSystems
from tests.fakes.assist_core_server import Server

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
