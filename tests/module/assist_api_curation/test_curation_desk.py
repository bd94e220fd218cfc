"""From a question that nothing fits to a published entry, through the API on real databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from assist_api.accounts.models import Account
from assist_api.calls.models import CallEventRow, CallRow, CallSuggestionRow
from assist_api.curation.look import CurationLook
from assist_api.http.actor import program
from assist_api.http.permissions import Role
from kit.jobs import JobRunner
from tests.fakes.assist_core_server import PASSWORD, Server, sign_in
from tests.fakes.kb_core_drafts import entry_draft

pytestmark = pytest.mark.module
AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
QUESTION = "充电桩怎么报装，我电话是13800138000"
ITEMS = "/api/v1/curation/items"


async def ended_call(server: Server, username: str, *sentences: str) -> UUID:
    """Store a call of an agent in which nothing fitted what the customer asked."""
    call_id = uuid4()
    async with server.application.database.session() as session:
        agent_id = await session.scalar(select(Account.id).where(Account.username == username))
        session.add(
            CallRow(
                id=call_id, source="demo", state="ended", title="来电", sector="power", customer_number_masked="",
                agent_account_id=agent_id, agent_name=username, created_at=AT, ended_at=AT, end_reason="completed",
                end_code="", end_message="", duration_ms=60_000, heard_ms=60_000, speed="1",
                leg_roles=["customer", "agent"], last_seq=2 * len(sentences), recording_files=[], playable_file=None,
                runner_id=uuid4(),
            )
        )  # fmt: skip
        await session.flush()
        for place, text in enumerate(sentences):
            segment_id = str(uuid4())
            said = {
                "segment_id": segment_id, "leg_role": "customer", "start_ms": 4000 * place,
                "end_ms": 4000 * place + 3000, "text": text, "is_final": True, "partial_index": -1,
                "confidence": 0.9, "language": "zh",
            }  # fmt: skip
            withheld = {"reason": "nothing_fits", "trigger_segment_id": segment_id, "search_state": "complete"}
            for seq, (kind, data) in enumerate((("transcript.final", said), ("suggestion.withheld", withheld)), 1):
                session.add(CallEventRow(call_id=call_id, seq=2 * place + seq, type=kind, at=AT, data=data))
    return call_id


async def look(server: Server) -> None:
    """Let the durable job look through calls and knowledge."""
    looker = server.application.get(CurationLook)
    await looker.order(program("test"))
    core = server.application.core
    runner = JobRunner(core.database, core.clock, core.jobs, (looker.handler,))
    await runner.run_due()


async def one_item(browser: httpx.AsyncClient, kind: str) -> dict[str, Any]:
    (item,) = (await browser.get(ITEMS, params={"kind": kind})).raise_for_status().json()["items"]
    return (await browser.get(f"{ITEMS}/{item['id']}")).raise_for_status().json()


async def second_curator(server: Server) -> httpx.AsyncClient:
    await server.add_account("b.curator", Role.CURATOR)
    browser = server.browser()
    (await sign_in(browser, "b.curator", PASSWORD)).raise_for_status()
    return browser


async def test_a_question_in_vain_becomes_an_entry_by_two_people(server: Server) -> None:
    agent, curator = await server.browser_of(Role.AGENT), await server.browser_of(Role.CURATOR)
    await ended_call(server, "a.agent", QUESTION)
    await ended_call(server, "a.agent", "充电桩怎么报装呢")
    await look(server)
    view = await one_item(curator, "unanswered")
    item = view["item"]
    assert (item["weight"], view["calls"], len(view["moments"])) == (2, 2, 2)
    assert "1380013" not in str(view)

    draft = entry_draft(title="充电桩报装流程", variants=["充电桩怎么报装"]).model_dump(mode="json")
    submission = draft | {"version": item["version"], "questions": ["充电桩怎么报装呢"]}
    before = (await agent.post("/api/v1/search", json={"text": "充电桩报装流程"})).json()
    sent = await curator.post(f"{ITEMS}/{item['id']}/draft", json=submission)
    assert (sent.status_code, sent.json()["item"]["state"]) == (201, "in_review")
    assert (await agent.post("/api/v1/search", json={"text": "充电桩报装流程"})).json()["cards"] == before["cards"]

    publication = {"version": sent.json()["item"]["version"]}
    own = await curator.post(f"{ITEMS}/{item['id']}/publish", json=publication)
    assert (own.status_code, own.json()["code"]) == (403, "four_eyes")
    second = await second_curator(server)
    done = await second.post(f"{ITEMS}/{item['id']}/publish", json=publication)
    assert (done.status_code, done.json()["item"]["state"]) == (200, "done")
    again = await second.post(f"{ITEMS}/{item['id']}/publish", json=publication)
    assert (again.status_code, again.json()["code"]) == (409, "item_state")

    entry_id = sent.json()["draft"]["entry_id"]
    found = (await agent.post("/api/v1/search", json={"text": "充电桩报装流程"})).json()["cards"]
    assert found[0]["entry_id"] == entry_id
    questions = (await curator.get(f"/api/v1/knowledge/entries/{entry_id}/gold-questions")).json()["items"]
    assert [question["text"] for question in questions] == ["充电桩怎么报装呢"]
    told = (await agent.get("/api/v1/notifications")).json()["items"]
    assert [note["kind"] for note in told] == ["moment.answered"]


async def test_a_flag_on_a_card_is_decided_once_and_its_giver_is_told(server: Server) -> None:
    agent, curator = await server.browser_of(Role.AGENT), await server.browser_of(Role.CURATOR)
    entry = (await curator.post("/api/v1/knowledge/entries", json=entry_draft().model_dump(mode="json"))).json()
    call_id = await ended_call(server, "a.agent", "这个说得不对")
    suggestion_id = uuid4()
    async with server.application.database.session() as session:
        session.add(
            CallSuggestionRow(
                suggestion_id=suggestion_id, call_id=call_id, shown_seq=1, shown_at=AT, kind="entry",
                document_id=UUID(entry["id"]), revision_id=UUID(entry["current"]["id"]), rank=1, probability=0.9,
            )
        )  # fmt: skip
    flag = {"reason": "outdated", "suggestion_id": str(suggestion_id)}
    for _ in range(2):
        assert (await agent.post(f"/api/v1/calls/{call_id}/flags", json=flag)).status_code == 201
    view = await one_item(curator, "flag")
    item, address = view["item"], f"{ITEMS}/{view['item']['id']}/actions"
    assert (item["weight"], view["entry"]["id"], len(view["moments"])) == (1, entry["current"]["id"], 1)
    use = (await agent.get(f"/api/v1/knowledge/entries/{entry['id']}/use")).json()
    assert (use["shown"], use["calls"], use["flags"]) == (1, 1, 1)

    # Somebody replaces the text meanwhile: a draft on the old one is refused, one that names the new one is taken.
    other = entry_draft(owner="营业部").model_dump(mode="json") | {"base_revision_id": entry["current"]["id"]}
    theirs = (await curator.post(f"/api/v1/knowledge/entries/{entry['id']}/revisions", json=other)).json()
    mine = entry_draft(owner="营业部", answer="现行规定不同。").model_dump(mode="json") | {"version": item["version"]}
    on_old = await curator.post(f"{ITEMS}/{item['id']}/draft", json=mine)
    assert (on_old.status_code, on_old.json()["code"]) == (409, "stale_revision")
    drafted = (await curator.post(f"{ITEMS}/{item['id']}/draft", json=mine | {"base_revision_id": theirs["id"]})).json()
    assert (drafted["entry"]["id"], drafted["draft"]["number"]) == (theirs["id"], 3)
    back = {"version": drafted["item"]["version"], "reason": "不改"}
    item = (await curator.post(f"{ITEMS}/{item['id']}/send-back", json=back)).json()["item"]

    nameless = await curator.post(address, json={"action": "reject", "version": item["version"]})
    assert (nameless.status_code, nameless.json()["code"]) == (422, "required")
    rejected = {"action": "reject", "version": item["version"], "reason": "文本与现行规定一致"}
    assert (await curator.post(address, json=rejected)).json()["item"]["state"] == "rejected"
    late = await curator.post(address, json={"action": "take", "version": item["version"]})
    assert (late.status_code, late.json()["code"]) == (409, "item_state")
    (told,) = (await agent.get("/api/v1/notifications")).json()["items"]
    assert (told["kind"], told["parameters"]["reason"]) == ("moment.declined", "文本与现行规定一致")


async def test_contradictions_stay_decided_until_a_text_changes(server: Server) -> None:
    curator = await server.browser_of(Role.CURATOR)
    texts = (("居民停电抢修多久到", "城区 45 分钟内到达现场。"), ("居民停电抢修多久到场", "城区 90 分钟内到达现场。"))
    for title, answer in texts:
        draft = entry_draft(title=title, answer=answer, variants=[]).model_dump(mode="json")
        (await curator.post("/api/v1/knowledge/entries", json=draft)).raise_for_status()
    await look(server)
    view = await one_item(curator, "contradiction")
    assert {part["side"] for part in view["difference"]} == {"both", "left", "right"}
    decided = {"action": "reject", "version": view["item"]["version"], "reason": "两者都对：第二条是农村"}
    (await curator.post(f"{ITEMS}/{view['item']['id']}/actions", json=decided)).raise_for_status()
    await look(server)
    assert (await curator.get(ITEMS)).json()["counts"].get("contradiction") is None


async def test_an_owner_is_reminded_once_of_an_overdue_review(server: Server) -> None:
    curator = await server.browser_of(Role.CURATOR)
    draft = entry_draft(owner="a.curator", reviewed_on="2020-01-01").model_dump(mode="json")
    made = (await curator.post("/api/v1/knowledge/entries", json=draft)).raise_for_status().json()
    for _ in range(2):
        await look(server)
    told = [
        (item["kind"], item["object_id"])
        for item in (await curator.get("/api/v1/notifications")).json()["items"]
        if item["kind"] == "entry.review_due"
    ]
    assert told == [("entry.review_due", made["id"])]
