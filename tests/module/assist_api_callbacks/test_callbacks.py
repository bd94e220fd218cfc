from __future__ import annotations

import asyncio
import wave
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from assist_api.audit.models import AuditEntry
from assist_api.callbacks.news import CallbackNews
from assist_api.callbacks.rules import RULES, DialOutcome, after_attempt
from assist_api.calls.new_call import masked
from assist_api.http.permissions import Role
from assist_api.ivr.dialogue import Circumstances, Heard, Keyed, Silence, Started
from assist_api.ivr.intents import Handling, HeardIntent, IntentRanking
from assist_api.ivr.interpreter import Interpreter
from assist_api.ivr.keeping import keep_dialogue
from assist_api.ivr.models import CallbackRequest, Voicemail
from assist_api.ivr.shipped import shipped_flows
from assist_api.surveys.keeping import SurveyKeeper
from tests.fakes.assist_core_server import Server

pytestmark = pytest.mark.module
CALLBACKS, VOICEMAILS = "/api/v1/callbacks", "/api/v1/voicemails"
NUMBER = "13800138000"
NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)


async def ask_for_callback(server: Server, minutes_ago: int, queue: str = "hotline", number: str = NUMBER) -> UUID:
    request_id = uuid4()
    async with server.application.database.session() as session:
        session.add(
            CallbackRequest(
                id=request_id, call_id=None, number=number, queue=queue, intent="bill_query",
                requested_at=server.clock.now() - timedelta(minutes=minutes_ago), reason="asked", state="open",
                attempts=0, note="",
            )
        )  # fmt: skip
    return request_id


async def listed(browser: httpx.AsyncClient, view: str = "due") -> list[tuple[str, int | None]]:
    items = (await browser.get(CALLBACKS, params={"view": view})).json()["items"]
    return [(item["id"], item["place"]) for item in items]


async def test_a_request_is_taken_by_one_tried_again_and_keeps_its_place(server: Server) -> None:
    first, second = await ask_for_callback(server, 30), await ask_for_callback(server, 20)
    mine, other = await server.browser_of(Role.AGENT), await server.browser_of_other(Role.AGENT)
    assert await listed(mine) == [(str(first), 1), (str(second), 2)]
    hidden = (await mine.get(CALLBACKS)).json()["items"][0]
    assert (hidden["number"], hidden["is_number_masked"]) == ("138****8000", True)
    assert (await mine.post(f"{CALLBACKS}/{first}/outcome", json={"outcome": "reached"})).json()["code"] == (
        "callback_not_mine"
    )
    taken = (await mine.post(f"{CALLBACKS}/{first}/take")).json()
    assert (taken["number"], taken["is_mine"], taken["state"]) == (NUMBER, True, "taken")
    refused = await other.post(f"{CALLBACKS}/{first}/take")
    assert (refused.status_code, refused.json()["code"]) == (409, "callback_taken")
    assert (await mine.post(f"{CALLBACKS}/{first}/take")).status_code == 200
    dialled = await mine.post(f"{CALLBACKS}/{first}/dial")
    assert (dialled.status_code, dialled.json()["code"]) == (409, "no_extension")
    missed = (await mine.post(f"{CALLBACKS}/{first}/outcome", json={"outcome": "no_answer"})).json()
    assert (missed["state"], missed["attempts"], missed["place"], missed["is_mine"]) == ("open", 1, 1, False)
    assert await listed(mine) == [(str(second), 2)]
    assert await listed(mine, "later") == [(str(first), 1)]
    server.clock.advance(timedelta(minutes=11))
    assert await listed(other) == [(str(first), 1), (str(second), 2)]
    await other.post(f"{CALLBACKS}/{first}/take")
    reached = {"outcome": "reached", "note": "已说明账单"}
    over = (await other.post(f"{CALLBACKS}/{first}/outcome", json=reached)).json()
    assert (over["state"], over["note"], over["done_by"], over["place"]) == ("done", "已说明账单", "an.other", None)
    assert await listed(other, "over") == [(str(first), None)]
    assert (await mine.post(f"{CALLBACKS}/{first}/take")).json()["code"] == "callback_over"
    assert (await mine.post(f"{CALLBACKS}/{uuid4()}/take")).status_code == 404
    async with server.application.database.session() as session:
        actions = [row.action for row in await session.scalars(select(AuditEntry).order_by(AuditEntry.number))]
    assert [action for action in actions if action.startswith("callback.")] == [
        "callback.taken", "callback.attempted", "callback.taken", "callback.attempted",
    ]  # fmt: skip


async def test_supervisors_hear_of_callers_who_wait_too_long_or_are_never_reached(server: Server) -> None:
    request_id = await ask_for_callback(server, 90)
    agent, boss = await server.browser_of(Role.AGENT), await server.browser_of(Role.SUPERVISOR)
    news = server.application.get(CallbackNews)
    for _ in range(2):
        await news.watch()
    rule = {"value": {"retry_minutes": [5, 5, 5], "promise_minutes": 60, "numbers": "shown"}, "note": "", "based_on": 0}
    admin = await server.browser_of(Role.ADMIN)
    assert (await admin.put("/api/v1/policies/callbacks", json=rule)).status_code == 200
    for _ in range(4):
        assert (await agent.post(f"{CALLBACKS}/{request_id}/take")).status_code == 200
        given = (await agent.post(f"{CALLBACKS}/{request_id}/outcome", json={"outcome": "busy"})).json()
        server.clock.advance(timedelta(minutes=20))
    assert (given["state"], given["attempts"]) == ("given_up", 4)
    told = (await boss.get("/api/v1/notifications")).json()["items"]
    assert sorted(item["kind"] for item in told) == ["callback.delayed", "callback.given_up"]
    assert {tuple(item["parameters"].items()) for item in told} == {(("queue", "hotline"),)}


async def test_a_message_is_heard_becomes_one_order_and_a_callback(server: Server) -> None:
    voicemail_id = await leave_message(server)
    agent, boss = await server.browser_of(Role.AGENT), await server.browser_of(Role.SUPERVISOR)
    shown = (await agent.get(VOICEMAILS)).json()
    line = shown["items"][0]
    assert (shown["waiting"], line["number"], line["has_sound"], line["order_id"]) == (1, "138****8000", True, None)
    sound = await agent.get(f"{VOICEMAILS}/{voicemail_id}/audio")
    assert (sound.status_code, sound.content[:4]) == (200, b"RIFF")
    made = (await agent.post(f"{VOICEMAILS}/{voicemail_id}/order")).json()
    again = (await agent.post(f"{VOICEMAILS}/{voicemail_id}/order")).json()
    assert made["order_id"] == again["order_id"]
    order = (await agent.get(f"/api/v1/work-orders/{made['order_id']}")).json()
    assert (order["order"]["business_type"], order["order"]["state"]) == ("fault", "draft")
    assert "家里没电了" in order["description"]
    called = (await agent.post(f"{VOICEMAILS}/{voicemail_id}/callback")).json()
    assert (called["reason"], called["is_mine"], called["number"]) == ("message", True, NUMBER)
    refused = await boss.post(f"{VOICEMAILS}/{voicemail_id}/callback")
    assert (refused.status_code, refused.json()["code"]) == (409, "voicemail_handled")
    assert (await agent.get(VOICEMAILS)).json()["items"] == []
    over = (await agent.get(VOICEMAILS, params={"is_waiting": False})).json()["items"]
    assert [item["handled_by"] for item in over] == ["a.agent"]


def write_silence(folder: Path, name: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with wave.open(str(folder / name), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(16_000))


async def leave_message(server: Server) -> UUID:
    voicemail_id = uuid4()
    folder: Path = server.application.core.settings.data_dir / "ivr" / "voicemails"
    await asyncio.to_thread(write_silence, folder, f"{voicemail_id}.wav")
    async with server.application.database.session() as session:
        session.add(
            Voicemail(
                id=voicemail_id, call_id=None, number=NUMBER, seconds=1, text="家里没电了，请派人来看看",
                intent="fault_report", received_at=server.clock.now(),
            )
        )  # fmt: skip
    return voicemail_id


async def test_marks_make_one_figure_with_its_response_rate_and_a_bad_one_reaches_the_supervisor(
    server: Server,
) -> None:
    boss = await server.browser_of(Role.SUPERVISOR)
    good, bad, silent = [Keyed("5")], [Keyed("1"), Keyed("1")], [Silence(), Silence()]
    spoken = [Heard("不满意", IntentRanking((HeardIntent("other", 0.9),), Handling.REJECT)), Keyed("2")]
    talker = Interpreter(shipped_flows())
    around = Circumstances(caller_number=NUMBER, area="城东")
    for inputs in (good, bad, silent, spoken):
        state = talker.begin("after_call", around)
        for happened in (Started(), *inputs):
            state = talker.step(state, happened).state
        dialogue_id = uuid4()
        for _ in range(2):
            await keep_dialogue(
                server.application.core, dialogue_id, uuid4(), 1, server.clock.now(), state, "after_call", "hotline",
                surveys=server.application.get(SurveyKeeper), flows=shipped_flows(),
            )  # fmt: skip
    report = (await boss.get("/api/v1/surveys/report")).json()
    whole = {"asked": 4, "answered": 3, "response_rate": 0.75, "satisfied": 0.3333, "mean": 2.67}
    assert report["whole"] == whole
    assert report["by_area"] == [whole | {"key": "城东"}]
    assert report["by_agent"] == [whole | {"key": ""}]
    assert sorted((item["mark"], item["wants_call"]) for item in report["bad_marks"]) == [(1, True), (2, False)]
    told = (await boss.get("/api/v1/notifications")).json()["items"]
    assert [(item["kind"], item["parameters"]["mark"]) for item in told] == [("survey.marked_low", 1)]
    requests = (await boss.get(CALLBACKS)).json()["items"]
    assert [(item["reason"], item["queue"]) for item in requests] == [("bad_mark", "hotline")]


def test_a_number_hides_its_middle_and_an_outcome_that_reached_somebody_ends_the_request() -> None:
    assert [masked(number) for number in (NUMBER, "5558888", "")] == ["138****8000", "*******", ""]
    rules = RULES.default_factory()
    states = {outcome: after_attempt(outcome, 1, NOW, rules).state.value for outcome in DialOutcome}
    assert states == {
        "reached": "done", "no_answer": "open", "busy": "open", "wrong_number": "done", "not_wanted": "done",
    }  # fmt: skip
