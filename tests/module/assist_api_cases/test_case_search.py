from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest

from assist_api.http.permissions import Role
from assist_api.search.parts import Knowledge
from kb.cases.service import CaseService
from kb.entries.models import CaseOutcome
from kb.entries.service import KnowledgeService
from tests.fakes.assist_core_server import Server
from tests.fakes.kb_core_drafts import case_draft, entry_draft

pytestmark = pytest.mark.module

CASES = "/api/v1/knowledge/cases"
TRIPPED: dict[str, Any] = {"title": "漏保跳闸推不上", "problem": "家里没电，漏电保护器推不上去。"}
LEAK: dict[str, Any] = {
    "title": "马路冒水",
    "problem": "人民路中间在冒水。",
    "sector": "water",
    "situation": "water.leak.burst",
    "equipment": "水管",
    "area": "人民路",
    "outcome": CaseOutcome.ESCALATED,
    "occurred_on": date(2026, 3, 1),
}


async def add(server: Server, *entry_ids: UUID, **changes: Any) -> str:  # noqa: ANN401  # rejected: any field of a case
    async with server.application.database.session() as session:
        case = await CaseService(session, server.clock).add_case(case_draft(**changes), entry_ids)
    await server.application.get(Knowledge).indexer.catch_up()
    return str(case.id)


async def add_entry(server: Server, title: str) -> UUID:
    async with server.application.database.session() as session:
        return (await KnowledgeService(session, server.clock).create_entry(entry_draft(title=title), "测试")).id


async def found(browser: httpx.AsyncClient, **wanted: object) -> list[str]:
    answer = await browser.post(f"{CASES}/search", json=wanted)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def test_each_filter_narrows_the_list_alone_and_with_a_text(server: Server) -> None:
    browser = await server.browser_of(Role.AGENT)
    tripped, leak = await add(server, **TRIPPED), await add(server, **LEAK)
    narrowing = (
        {"sector": "water"},
        {"situation": "water.leak"},
        {"outcome": "escalated"},
        {"equipment": "水"},
        {"area": "人民"},
        {"occurred_until": "2026-03-01"},
        {"occurred_from": "2026-02-01", "occurred_until": "2026-04-01"},
    )
    assert await found(browser) == [tripped, leak]
    for wanted in narrowing:
        assert await found(browser, **wanted) == [leak], wanted
        assert await found(browser, text="冒水", **wanted) == [leak], wanted
        assert tripped not in await found(browser, text="漏电保护器", **wanted), wanted
    assert leak not in await found(browser, text="冒水", sector="power")


async def test_text_is_understood_like_any_typed_search(server: Server) -> None:
    browser = await server.browser_of(Role.AGENT)
    tripped = await add(server, **TRIPPED)
    await add(server, **LEAK)
    assert (await found(browser, text="loudianbaohuqi"))[0] == tripped
    assert (await found(browser, text="漏电保护七推不上"))[0] == tripped


async def test_pages_run_on_and_a_bad_cursor_is_told(server: Server) -> None:
    browser = await server.browser_of(Role.AGENT)
    cases = [await add(server, occurred_on=date(2026, 7, day)) for day in (1, 2, 3)]
    first = (await browser.post(f"{CASES}/search", json={"limit": 2})).json()
    rest = await found(browser, limit=2, cursor=first["next_cursor"])
    assert [item["id"] for item in first["items"]] + rest == cases[::-1]
    bad = await browser.post(f"{CASES}/search", json={"cursor": "eHw"})
    assert (bad.status_code, bad.json()["code"]) == (422, "cursor_invalid")


async def test_outcomes_and_solutions_are_counted_from_the_cases(server: Server) -> None:
    browser = await server.browser_of(Role.AGENT)
    good, other = await add_entry(server, "拔掉电器再推"), await add_entry(server, "换漏保")
    for _ in range(3):
        await add(server, good)
    await add(server, good, outcome=CaseOutcome.UNRESOLVED)
    await add(server, other, outcome=CaseOutcome.ESCALATED)
    await add(server, other, **LEAK)

    answer = await browser.get("/api/v1/knowledge/outcomes", params={"entry_id": [str(good), str(other)]})
    counted = [(item["resolved"], item["total"]) for item in answer.json()["items"]]
    solutions = await browser.get("/api/v1/knowledge/solutions", params={"situation": "power.outage.single"})

    assert counted == [(3, 4), (0, 2)]
    assert [(item["title"], item["resolved"], item["total"]) for item in solutions.json()["items"]] == [
        ("拔掉电器再推", 3, 4),
        ("换漏保", 0, 1),
    ]


async def test_curator_changes_and_removes_a_case_and_search_follows(server: Server) -> None:
    curator = await server.browser_of(Role.CURATOR)
    case_id = await add(server, **TRIPPED)
    case = (await curator.get(f"{CASES}/{case_id}")).json()
    text = case_draft(**TRIPPED | {"title": "热水器漏电带跳漏保"}).model_dump(mode="json")

    changed = await curator.put(f"{CASES}/{case_id}", json=text | {"base_version": case["version"]})
    stale = await curator.put(f"{CASES}/{case_id}", json=text | {"base_version": case["version"]})
    assert (changed.status_code, changed.json()["version"], stale.json()["code"]) == (200, 2, "stale_case")
    assert await found(curator, text="热水器漏电") == [case_id]

    early = await curator.delete(f"{CASES}/{case_id}", params={"version": 1})
    gone = await curator.delete(f"{CASES}/{case_id}", params={"version": 2})
    assert (early.json()["code"], gone.status_code) == ("stale_case", 204)
    assert (await curator.get(f"{CASES}/{case_id}")).json()["code"] == "case_not_found"
    assert await found(curator, text="热水器漏电") == []


async def test_agent_keeps_no_cases_of_others(server: Server) -> None:
    agent = await server.browser_of(Role.AGENT)
    case_id = await add(server, **TRIPPED)
    text = case_draft(**TRIPPED).model_dump(mode="json") | {"base_version": 1}
    assert (await agent.put(f"{CASES}/{case_id}", json=text)).status_code == 403
    assert (await agent.delete(f"{CASES}/{case_id}", params={"version": 1})).status_code == 403
    assert (await agent.get(f"{CASES}/clusters")).status_code == 403


async def test_like_cases_are_grouped_around_one_that_stands_for_them(server: Server) -> None:
    curator = await server.browser_of(Role.CURATOR)
    problems = ("漏电保护器一推就跳", "漏电保护器跳了推不上去", "漏电保护器跳下来推上去又跳")
    likes = [await add(server, title="漏保反复跳闸", problem=problem) for problem in problems]
    await add(server, **LEAK)
    answer = (await curator.get(f"{CASES}/clusters")).json()
    assert [set(group["case_ids"]) for group in answer["items"]] == [set(likes)]
    group = answer["items"][0]
    assert group["representative"]["id"] == group["case_ids"][0]
    assert (group["resolved"], answer["compared"], answer["is_cut"]) == (3, 4, False)
