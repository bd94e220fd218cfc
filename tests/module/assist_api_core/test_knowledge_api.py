from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from assist_api.http.permissions import Role
from assist_api.search.parts import Knowledge
from kb.cases.service import CaseService
from tests.fakes.assist_core_server import Server
from tests.fakes.kb_core_drafts import case_draft, entry_draft

pytestmark = pytest.mark.module

ENTRIES = "/api/v1/knowledge/entries"
WATER = {
    "title": "井盖被偷了怎么上报",
    "variants": ["路上窨井盖没了"],
    "script": "请您先在井口放个醒目的东西。",
    "sector": "water",
    "situation": "water.leak.cover",
    "business_type": "fault",
}


def body(**changes: object) -> dict[str, Any]:
    return entry_draft(**changes).model_dump(mode="json")


async def found(browser: httpx.AsyncClient, text: str, **changes: object) -> dict[str, Any]:
    answer = await browser.post("/api/v1/search", json={"text": text} | changes)
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    return result


def titles(answer: dict[str, Any]) -> list[str]:
    return [card["title"] for card in answer["cards"]]


async def test_new_entry_is_found_at_once_with_its_reasons(server: Server) -> None:
    curator = await server.browser_of(Role.CURATOR)
    await curator.post(ENTRIES, json=body(**WATER))
    created = (await curator.post(ENTRIES, json=body())).json()
    answer = await found(curator, "我家没电了")
    card = answer["cards"][0]
    assert (card["entry_id"], card["revision_id"]) == (created["id"], created["current"]["id"])
    assert card["category_path"][-1] == "检查总开关后报修"
    assert answer["state"] == "lexical_only"
    assert card["matches"]
    for match in card["matches"]:
        assert match["segment_id"] is None
        assert 0 <= match["utterance_span"]["start"] < match["utterance_span"]["end"] <= len("我家没电了")


async def test_edit_is_found_at_once_and_the_old_text_no_more(server: Server) -> None:
    curator = await server.browser_of(Role.CURATOR)
    entry = (await curator.post(ENTRIES, json=body(**WATER))).json()
    await curator.post(ENTRIES, json=body())
    changed = body(**WATER | {"variants": ["消防栓被车撞倒在喷水"]}) | {"base_revision_id": entry["current"]["id"]}
    revision = await curator.post(f"{ENTRIES}/{entry['id']}/revisions", json=changed)
    assert (revision.status_code, revision.json()["number"]) == (201, 2)
    card = (await found(curator, "消防栓被撞倒了"))["cards"][0]
    assert (card["entry_id"], card["revision_number"]) == (entry["id"], 2)
    numbers = [item["number"] for item in (await curator.get(f"{ENTRIES}/{entry['id']}/revisions")).json()["items"]]
    assert numbers == [2, 1]


async def test_retired_entry_is_found_no_more_and_stays_readable(server: Server) -> None:
    curator = await server.browser_of(Role.CURATOR)
    entry = (await curator.post(ENTRIES, json=body(**WATER))).json()
    assert "井盖被偷了怎么上报" in titles(await found(curator, "井盖被偷"))
    retired = await curator.post(f"{ENTRIES}/{entry['id']}/retire")
    assert (retired.status_code, retired.json()["current"]["state"]) == (200, "retired")
    assert titles(await found(curator, "井盖被偷")) == []
    assert (await curator.get(f"{ENTRIES}/{entry['id']}")).status_code == 200
    assert (await curator.post(f"{ENTRIES}/{entry['id']}/retire")).json()["code"] == "already_retired"


async def test_second_editor_of_the_same_text_is_told(server: Server) -> None:
    curator = await server.browser_of(Role.CURATOR)
    entry = (await curator.post(ENTRIES, json=body())).json()
    base = {"base_revision_id": entry["current"]["id"]}
    first = await curator.post(f"{ENTRIES}/{entry['id']}/revisions", json=body(script="先看总闸。") | base)
    second = await curator.post(f"{ENTRIES}/{entry['id']}/revisions", json=body(script="先问邻居。") | base)
    assert first.status_code == 201
    assert (second.status_code, second.json()["code"]) == (409, "stale_revision")
    assert second.json()["details"]["current_number"] == 2


async def test_edit_names_who_made_it(server: Server) -> None:
    curator = await server.browser_of(Role.CURATOR)
    entry = (await curator.post(ENTRIES, json=body())).json()
    assert entry["current"]["author"] == "a.curator"


async def test_every_mistake_of_a_form_is_named(server: Server) -> None:
    curator = await server.browser_of(Role.CURATOR)
    answer = await curator.post(ENTRIES, json=body(title="", business_type="party", sector="water"))
    assert answer.status_code == 422
    assert {item["field"] for item in answer.json()["errors"]} == {"title", "situation", "business_type"}


async def test_sector_narrows_the_search(server: Server) -> None:
    curator = await server.browser_of(Role.CURATOR)
    await curator.post(ENTRIES, json=body(**WATER))
    await curator.post(ENTRIES, json=body())
    assert "家里突然没电怎么办" not in titles(await found(curator, "没电", sector="water"))
    assert titles(await found(curator, "没电", sector="power")) == ["家里突然没电怎么办"]


@pytest.mark.parametrize("audience", ["agent", "ivr", "public"])
async def test_entry_that_is_not_for_agents_is_found_by_curators_only(server: Server, audience: str) -> None:
    curator, agent = await server.browser_of(Role.CURATOR), await server.browser_of(Role.AGENT)
    await curator.post(ENTRIES, json=body(audiences=["ivr", "public"]))
    assert titles(await found(agent, "家里突然没电怎么办", audience=audience)) == []
    by_curator = titles(await found(curator, "家里突然没电怎么办", audience=audience))
    assert by_curator == ([] if audience == "agent" else ["家里突然没电怎么办"])


async def test_empty_question_finds_nothing(server: Server) -> None:
    answer = await found(await server.browser_of(Role.AGENT), "  ")
    assert (answer["cards"], answer["cases"], answer["has_answer"]) == ([], [], False)


async def test_similar_cases_stand_beside_the_entries(server: Server) -> None:
    curator = await server.browser_of(Role.CURATOR)
    await curator.post(ENTRIES, json=body())
    async with server.application.database.session() as session:
        case = await CaseService(session, server.clock).add_case(case_draft())
    await server.application.get(Knowledge).indexer.catch_up()
    answer = await found(curator, "漏电保护器跳闸 没电")
    assert [item["case_id"] for item in answer["cases"]] == [str(case.id)]
    assert (await found(curator, "漏电保护器跳闸", kinds=["entry"]))["cases"] == []
    assert (await curator.get(f"/api/v1/knowledge/cases/{case.id}")).json()["solution"] == case.solution
    listed = (await curator.post("/api/v1/knowledge/cases/search", json={"text": "漏电"})).json()
    assert [item["id"] for item in listed["items"]] == [str(case.id)]
    assert (await curator.get(f"/api/v1/knowledge/cases/{uuid4()}")).json()["code"] == "case_not_found"


async def test_browser_pages_through_entries(server: Server) -> None:
    curator = await server.browser_of(Role.CURATOR)
    for number in range(3):
        assert (await curator.post(ENTRIES, json=body(title=f"第{number}条"))).status_code == 201
        server.clock.advance(timedelta(seconds=1))
    first = (await curator.get(ENTRIES, params={"limit": 2, "sector": "power"})).json()
    rest = (await curator.get(ENTRIES, params={"limit": 2, "sector": "power", "cursor": first["next_cursor"]})).json()
    assert [item["title"] for item in first["items"] + rest["items"]] == ["第2条", "第1条", "第0条"]
    assert rest["next_cursor"] is None
    assert (await curator.get(ENTRIES, params={"sector": "gas"})).json()["items"] == []


async def test_category_tree_counts_published_entries(server: Server) -> None:
    curator = await server.browser_of(Role.CURATOR)
    await curator.post(ENTRIES, json=body())
    tree = (await curator.get("/api/v1/knowledge/categories")).json()
    situations = {
        situation["code"]: situation
        for sector in tree["sectors"]
        for group in sector["groups"]
        for situation in group["situations"]
    }
    assert situations["power.outage.single"]["entry_count"] == 1
    assert situations["power.outage.single"]["ideas"][0]["name_zh"] == "先分清户内还是户外故障"
    assert {item["code"] for item in tree["business_types"]} >= {"fault", "complaint"}


async def test_slow_index_delays_finding_and_never_the_edit(server: Server) -> None:
    curator = await server.browser_of(Role.CURATOR)
    await server.application.get(Knowledge).indexer.aclose()
    created = await curator.post(ENTRIES, json=body())
    assert created.status_code == 201
    assert (await curator.get(f"{ENTRIES}/{created.json()['id']}")).status_code == 200


async def test_entry_that_is_not_for_agents_exists_for_editors_only(server: Server) -> None:
    editor, agent = await server.browser_of(Role.CURATOR), await server.browser_of(Role.AGENT)
    made = await editor.post(ENTRIES, json=body(audiences=["ivr"]))
    assert made.status_code == 201, made.text
    path = f"{ENTRIES}/{made.json()['id']}"
    for address in (path, f"{path}/revisions"):
        assert (await editor.get(address)).status_code == 200
        refused = await agent.get(address)
        assert (refused.status_code, refused.json()["code"]) == (404, "entry_not_found")
    listed = {
        role: [item["id"] for item in (await browser.get(ENTRIES)).json()["items"]]
        for role, browser in (("editor", editor), ("agent", agent))
    }
    assert made.json()["id"] in listed["editor"]
    assert made.json()["id"] not in listed["agent"]
