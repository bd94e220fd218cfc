from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import av
import httpx
import numpy as np
import pytest
from sqlalchemy import select, update

from assist_api.accounts.models import Account
from assist_api.accounts.schemas import AccountChange
from assist_api.accounts.service import AccountService
from assist_api.audit.models import AuditEntry
from assist_api.call_search.indexing import CallIndex
from assist_api.calls.masked_audio import TONE_HZ
from assist_api.calls.observers import CallObservers
from assist_api.hints.service import HintBooks
from assist_api.http.actor import program
from assist_api.http.permissions import Role
from assist_api.new_hires.service import NewHires
from assist_api.routing.book import Queue, RoutingBook, Service
from assist_api.routing.service import RoutingBooks
from cti_adapter.asterisk.applying import LocalExchange
from cti_adapter.asterisk.plan import PBXAddresses
from cti_adapter.asterisk.plan_file import demo_plan, find_plan, save_plan
from kit.outbox import OutboxRunner
from tests.fakes.assist_calls_audio import wav_bytes
from tests.fakes.assist_calls_desk import Desk
from tests.fakes.assist_calls_server import open_socket, run_desk_server
from tests.fakes.assist_calls_speech import Line
from tests.fakes.assist_core_server import Server

pytestmark = pytest.mark.module

API = "/api/v1"
NAME, PHONE, HOUSE = "王建国", "13800138000", "幸福路16号"
CALL = (
    Line(1, 200, 1_200, "您好，请问有什么可以帮您？"),
    Line(0, 2_000, 4_000, "我们家突然停电了，隔壁有电。"),
    Line(1, 4_600, 6_600, "请问您贵姓？联系电话是多少？"),
    Line(0, 8_000, 14_000, f"我叫{NAME}，电话{PHONE}。"),
    Line(1, 15_000, 16_500, f"好的，{NAME}先生，地址在哪里？"),
    Line(0, 17_000, 19_000, f"住在{HOUSE}。"),
    Line(1, 19_500, 20_500, "马上为您派单。"),
)
LENGTH_MS = 22_000
SECRETS = (NAME, PHONE, HOUSE)


@pytest.fixture
async def served(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Server, Desk]]:
    monkeypatch.setenv("CTI_DATA_DIR", str(tmp_path))
    async with run_desk_server(database_url, tmp_path, CALL, observe=CallObservers()) as running:
        yield running


async def finished(server: Server, desk: Desk) -> tuple[httpx.AsyncClient, str]:
    """Return an agent and a call of theirs that is over and in the index."""
    agent = await server.browser_of(Role.AGENT)
    file = ("files", (f"来电 {PHONE}.wav", wav_bytes(LENGTH_MS), "audio/wav"))
    answer = await agent.post(f"{API}/calls/replays", files=[file], data={"speed": "max", "sector": "power"})
    call_id: str = answer.json()["call_id"]
    await desk.ended(UUID(call_id))
    assert await server.application.get(CallIndex).follow() == 1
    return agent, call_id


def heard(content: bytes, at_ms: int, channel: int) -> int:
    """Return the loudest frequency of half a second of a file."""
    with av.open(io.BytesIO(content)) as file:
        rate = file.streams.audio[0].rate
        samples = np.concatenate([frame.to_ndarray() for frame in file.decode(audio=0)], axis=1).reshape(-1, 2)
    first = at_ms * rate // 1_000
    piece = samples[first : first + rate // 2, channel]
    return int(np.argmax(np.abs(np.fft.rfft(piece))) * rate / len(piece))


async def actions(server: Server) -> list[str]:
    async with server.application.database.session() as session:
        return list(await session.scalars(select(AuditEntry.action).order_by(AuditEntry.number)))


@pytest.mark.parametrize("role", [Role.TRAINER, Role.CURATOR])
async def test_nothing_identifying_reaches_who_may_not_see_identities(served: tuple[Server, Desk], role: Role) -> None:
    server, desk = served
    agent, call_id = await finished(server, desk)
    reader = await server.browser_of(role)
    own = (await agent.get(f"{API}/calls/{call_id}")).text
    assert all(secret in own for secret in SECRETS)

    answers = [
        await reader.get(f"{API}/calls"),
        await reader.get(f"{API}/calls/{call_id}"),
        await reader.get(f"{API}/calls/{call_id}/events"),
        await reader.get(f"{API}/calls/{call_id}/summary"),
        await reader.get(f"{API}/calls/{call_id}/case"),
        await reader.post(f"{API}/call-search", json={"text": "停电"}),
        await reader.post(f"{API}/call-search", json={}),
    ]
    assert [answer.status_code for answer in answers] == [200] * len(answers)
    cookie = "; ".join(f"{name}={value}" for name, value in reader.cookies.items())
    async with open_socket(server.app, UUID(call_id), cookie) as socket:
        snapshot = json.dumps(await socket.hear(), ensure_ascii=False)
    for text in (*(answer.text for answer in answers), snapshot):
        assert not [secret for secret in SECRETS if secret in text], text
    said = answers[1].json()["data"]["utterances"]
    assert any("●●●" in utterance["text"] for utterance in said)
    # Places in the text stay true, and whoever may not read a name cannot search for it.
    assert [len(utterance["text"]) for utterance in said] == [
        len(line.text) for line in sorted(CALL, key=lambda line: line.start_ms)
    ]
    for secret in (NAME, PHONE):
        assert (await reader.post(f"{API}/call-search", json={"text": secret})).json()["total"] == 0
        assert (await agent.post(f"{API}/call-search", json={"text": secret})).json()["total"] == 1


async def test_audio_holds_a_tone_where_words_are_masked(served: tuple[Server, Desk]) -> None:
    server, desk = served
    agent, call_id = await finished(server, desk)
    trainer = await server.browser_of(Role.TRAINER)
    masked = await trainer.get(f"{API}/calls/{call_id}/audio")
    again = await trainer.get(f"{API}/calls/{call_id}/audio", headers={"Range": "bytes=0-99"})
    plain = await agent.get(f"{API}/calls/{call_id}/audio")
    assert (masked.status_code, again.status_code, plain.status_code) == (200, 206, 200)
    for channel, own in ((0, 220), (1, 330)):
        # The telephone number is the second half of the sentence from 8 to 14 s.
        assert abs(heard(masked.content, 11_500, channel) - TONE_HZ) < 5
        assert abs(heard(masked.content, 2_500, channel) - own) < 5
        assert abs(heard(plain.content, 11_500, channel) - own) < 5
    assert len(list((desk.data_dir / "recordings" / call_id).glob("masked-*.flac"))) == 1


async def test_calls_are_found_by_words_and_by_what_happened(served: tuple[Server, Desk]) -> None:
    server, desk = served
    agent, call_id = await finished(server, desk)
    trainer = await server.browser_of(Role.TRAINER)

    async def found(**query: object) -> list[dict[str, Any]]:
        answer = await trainer.post(f"{API}/call-search", json=query)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    (hit,) = await found(text="突然停电 派单")
    assert [(item["start_ms"], item["text"]) for item in hit["sentences"]] == [
        (2_000, "我们家突然停电了，隔壁有电。"),
        (19_500, "马上为您派单。"),
    ]
    assert hit["sentences"][0]["marks"] == [{"start": 3, "end": 7}]
    assert len(await found(text='"停电了，隔壁"')) == 1
    assert await found(text="停电", speaker="agent") == []
    assert await found(text="100%") == []
    assert await found(sector="gas") == []
    assert await found(moments=["alert"]) == []
    for query in ({"sector": "power"}, {"category": "fault/power"}, {"moments": ["card_shown"]}, {"order": "hardest"}):
        assert [item["call"]["id"] for item in await found(**query)] == [call_id], query
    refused = await trainer.post(f"{API}/call-search", json={"text": "一 二 三 四 五 六 七 八 九"})
    assert (refused.status_code, refused.json()["code"]) == (422, "too_many_words")

    measures = (await trainer.get(f"{API}/calls/{call_id}/measures")).json()
    assert (measures["duration_ms"], measures["over_talk_ms"]) == (LENGTH_MS, 0)
    assert 0.3 < measures["agent_share"] < 0.5
    for kind, mark in (("csv", "start_ms"), ("srt", "00:00:02,000 --> 00:00:04,000"), ("json", '"sentences"')):
        request = {"query": {"text": "停电"}, "format": kind}
        file = await trainer.post(f"{API}/call-search/export", json=request)
        assert mark in file.text
        assert "停电" in file.text
        assert PHONE not in file.text
    assert (await agent.post(f"{API}/call-search/export", json=request)).status_code == 403
    assert (await actions(server)).count("call_search.exported") == 3

    # What is added to a call afterwards is followed, and a job reads everything anew.
    await agent.put(f"{API}/calls/{call_id}/category", json={"category_id": "fault/power.outage.partial"})
    assert await server.application.get(CallIndex).follow() == 1
    assert len(await found(category="fault/power.outage.partial")) == 1
    admin = await server.browser_of_other(Role.ADMIN)
    assert (await admin.post(f"{API}/call-search/rebuild")).status_code == 202
    await server.application.run_due_jobs()
    assert len(await found(text="停电")) == 1


async def routing_of(server: Server, folder: Path) -> RoutingBooks:
    """Return routing on the plan of an exchange that is not running; the learner has the telephone 8001."""
    core = server.application.core
    async with core.database.session() as session:
        await session.execute(update(Account).where(Account.username == "an.other").values(extension="8001"))
    save_plan(demo_plan(PBXAddresses()), folder)
    return RoutingBooks(core.database, core.clock, core.audit, LocalExchange(folder), ZoneInfo("Asia/Shanghai"))


async def exchange_follows_the_telephone(server: Server, book: RoutingBook, folder: Path) -> None:
    """The learner's telephone is changed and taken away: queues that ask for the skill follow at once."""
    core = server.application.core
    await server.application.get(RoutingBooks).put(program("test"), book, note="", based_on=0)
    outbox = OutboxRunner(core.database, core.clock, core.outbox)
    await outbox.prepare()

    async def members(**change: str) -> list[str]:
        async with core.database.session() as session:
            learner = await session.scalar(select(Account.id).where(Account.username == "an.other"))
            assert learner is not None
            await AccountService(session, core.clock).change(learner, AccountChange.model_validate(change))
        await outbox.deliver_due()
        plan = find_plan(folder)
        assert plan is not None
        return [member.agent for queue in plan.queues for member in queue.members]

    assert await members(extension="8002") == ["8002"]
    assert await members(extension="") == []
    assert await members(display_name="安") == []
    assert (await actions(server)).count("routing.members_applied") == 2
    await outbox.aclose()


async def new_hire_sees_more_help(server: Server, trainer: httpx.AsyncClient, learner: httpx.AsyncClient) -> None:
    """The mode shows what was reached, widens the budget of hints, and is fixed, ended and audited."""
    account = (await trainer.get(f"{API}/training/new-hires")).json()["agents"][-1]["account_id"]
    address, mine = f"{API}/training/new-hires/{account}", f"{API}/training/new-hires/mine"
    hints, new_hires = server.application.get(HintBooks), server.application.get(NewHires)

    async def budget() -> int:
        await new_hires.refresh()
        return hints.coaching("power", UUID(account))[1].hints_per_minute

    assert (await learner.get(mine)).json()["new_hire"] is None
    assert (await learner.put(address, json={"since": "2026-01-01"})).status_code == 403
    future = await trainer.put(address, json={"since": "2999-01-01"})
    assert (future.status_code, future.json()["code"]) == (422, "since_in_future")
    assert await budget() == 3
    made = (await trainer.put(address, json={"since": "2020-01-01"})).json()
    assert made["level"] == 3
    assert [(each["measure"], each["count"], each["percent"]) for each in made["measures"]] == [
        ("lessons", 1, 100.0),
        ("categories", 2, 100.0),
        ("cards", 0, 0.0),
    ]
    assert await budget() == 9
    fixed = {"since": "2020-01-01", "fixed_level": 1}
    assert (await trainer.put(address, json=fixed)).json()["level"] == 1
    assert (await learner.get(mine)).json()["new_hire"]["fixed_level"] == 1
    assert await budget() == 5
    assert [item["level"] for item in (await trainer.get(f"{API}/training/new-hires")).json()["items"]] == [1]
    assert [(await trainer.delete(address)).status_code for _ in range(2)] == [204, 404]
    assert await budget() == 3
    audited = [action for action in await actions(server) if action.startswith("new_hire")]
    assert audited == ["new_hire.set", "new_hire.set", "new_hire.ended"]


async def test_lesson_goes_from_a_clip_to_a_passed_exam(served: tuple[Server, Desk], tmp_path: Path) -> None:
    server, desk = served
    _agent, call_id = await finished(server, desk)
    trainer, learner = await server.browser_of(Role.TRAINER), await server.browser_of_other(Role.AGENT)
    clip = {"call_id": call_id, "title": "报名字", "note": "听", "start_ms": 7_000, "end_ms": 15_000}
    made = (await trainer.post(f"{API}/training/clips", json=clip)).json()
    assert PHONE not in made["lines"][0]["text"]
    backwards = await trainer.post(f"{API}/training/clips", json=clip | {"end_ms": 7_000})
    assert backwards.status_code == 422
    sound = await trainer.get(f"{API}/training/clips/{made['id']}/audio")
    assert abs(heard(sound.content, 4_500, 0) - TONE_HZ) < 5

    practice = (await trainer.get(f"{API}/training/calls/{call_id}")).json()
    assert [turn["gold_fields"] for turn in practice["turns"]][1:] == [["name", "phone"], ["address"]]
    asks = ["card", "category", "fields", "next_question"]
    items = [
        {"kind": "clip", "id": "a", "clip_id": made["id"], "note": ""},
        {"kind": "question", "id": "b", "text": "先问什么？", "choices": ["姓名", "天气"], "right": 0},
        {"kind": "exercise", "id": "c", "call_id": call_id, "turn": 0, "asks": asks},
        {"kind": "role_play", "id": "d", "call_id": call_id},
    ]
    draft = {"title": "停电来电", "is_exam": True, "skill": "停电", "pass_mark": 60, "max_attempts": 2, "items": items}
    lesson = (await trainer.post(f"{API}/training/lessons", json=draft)).json()["lesson"]
    lesson_id = lesson["id"]
    assert (await learner.get(f"{API}/training/lessons")).json()["items"] == []
    assert (await learner.post(f"{API}/training/lessons/{lesson_id}/attempts")).status_code == 404
    stale = await trainer.put(f"{API}/training/lessons/{lesson_id}", json=draft | {"base_version": 7})
    assert (stale.status_code, stale.json()["code"]) == (409, "lesson_changed")
    assert (await trainer.post(f"{API}/training/lessons/{lesson_id}/publish")).status_code == 200
    assert (await trainer.delete(f"{API}/training/clips/{made['id']}")).json()["code"] == "clip_in_use"

    attempt = (await learner.post(f"{API}/training/lessons/{lesson_id}/attempts")).json()
    at = f"{API}/training/attempts/{attempt['id']}"
    text = json.dumps(attempt, ensure_ascii=False)
    assert not [secret for secret in SECRETS if secret in text]
    exercise = attempt["items"][2]
    card = exercise["cards"][0]
    for item in ("a", "c", "d"):
        assert (await learner.get(f"{at}/items/{item}/audio")).status_code == 200

    async def answer(**given: object) -> dict[str, Any]:
        reply = await learner.post(f"{at}/answers", json=given)
        assert reply.status_code == 200, reply.text
        graded: dict[str, Any] = reply.json()
        return graded

    first = await answer(item_id="b", choice=0)
    assert (first["score"], first["parts"]) == (None, [])
    again = await learner.post(f"{at}/answers", json={"item_id": "b", "choice": 1})
    assert (again.status_code, again.json()["code"]) == (409, "already_answered")
    await answer(
        item_id="c",
        card=card["entry_id"],
        category="fault/power.outage.single",
        fields=practice["turns"][0]["gold_fields"],
        next_question="请问您贵姓？电话多少？",
    )
    step = await answer(item_id="d", turn=0, reply=f"{card['script']}请问您贵姓？联系电话是多少？")
    assert (step["is_done"], step["next_turn"]["number"]) == (False, 1)
    late = await learner.post(f"{at}/answers", json={"item_id": "d", "turn": 0, "reply": "好"})
    assert (late.status_code, late.json()["code"]) == (409, "turn_answered")
    await answer(item_id="d", turn=1, reply="地址在哪里？")
    hung_up = await answer(item_id="d", turn=2, reply="马上派单")
    assert (hung_up["is_done"], hung_up["asks_category"], hung_up["next_turn"]) == (False, True, None)
    filed = await answer(item_id="d", turn=-1, category="fault/power.outage.single")
    assert (filed["is_done"], filed["asks_category"]) == (True, False)

    done = (await learner.post(f"{at}/finish")).json()
    assert (done["has_passed"], done["score"]) == (True, 100.0), done["answers"]
    await new_hire_sees_more_help(server, trainer, learner)
    supervisor = await server.browser_of(Role.SUPERVISOR)
    proposal = (await supervisor.get(f"{API}/training/skills")).json()["items"][0]
    assert (proposal["skill"], proposal["account_name"], proposal["state"]) == ("停电", "an.other", "open")
    decision = f"{API}/training/skills/{proposal['id']}/decision"
    books, cuts = await routing_of(server, tmp_path), Queue(name="cuts", title="停电", skill="停电")
    book = RoutingBook(queues=(cuts,), service=Service(rings_assigned_agent=False))
    assert "agent-8001" not in (await books.preview(book))["queues.conf"]
    answers = [await supervisor.post(decision, json={"is_confirmed": True}) for _ in range(2)]
    assert [reply.status_code for reply in answers] == [200, 409]
    # The confirmed skill is all that the exchange's configuration asks for, until it is taken back.
    assert "agent-8001" in (await books.preview(book))["queues.conf"]
    await exchange_follows_the_telephone(server, book, tmp_path)
    assert (await learner.get(f"{API}/training/skills/mine")).json()["items"][0]["state"] == "confirmed"
    assert {part["part"] for part in done["answers"][1]["parts"]} == set(asks)
    results = (await trainer.get(f"{API}/training/lessons/{lesson_id}/results")).json()["items"]
    assert [(line["account_name"], line["has_passed"]) for line in results] == [("an.other", True)]
    assert (await learner.get(f"{API}/training/lessons/{lesson_id}/results")).status_code == 403
    assert (await supervisor.post(decision, json={"is_confirmed": False})).json()["state"] == "declined"
    assert "agent-8001" not in (await books.preview(book))["queues.conf"]
    await learner.post(f"{API}/training/lessons/{lesson_id}/attempts")
    second = (await learner.post(f"{API}/training/lessons/{lesson_id}/attempts")).json()
    await learner.post(f"{API}/training/attempts/{second['id']}/finish")
    refused = await learner.post(f"{API}/training/lessons/{lesson_id}/attempts")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_attempts_left")
