from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from assist_api.http.permissions import Role
from tests.fakes.assist_calls_audio import wav_bytes
from tests.fakes.assist_calls_desk import OUTAGE_MS, Desk
from tests.fakes.assist_core_server import PASSWORD, Server, sign_in

pytestmark = pytest.mark.module

CALLS, CASES = "/api/v1/calls", "/api/v1/knowledge/cases"
Served = tuple[Server, Desk]


async def finished(browser: httpx.AsyncClient, desk: Desk) -> str:
    files = [("files", ("call.wav", wav_bytes(OUTAGE_MS), "audio/wav"))]
    answer = await browser.post(f"{CALLS}/replays", files=files, data={"speed": "max"})
    call_id: str = answer.json()["call_id"]
    await desk.ended(UUID(call_id))
    return call_id


async def form_of(browser: httpx.AsyncClient, call_id: str) -> dict[str, Any]:
    answer = await browser.get(f"{CALLS}/{call_id}/case")
    assert answer.status_code == 200, answer.text
    form: dict[str, Any] = answer.json()
    return form


def edit(form: dict[str, Any], **changes: object) -> dict[str, Any]:
    draft: dict[str, Any] = form["proposal"] | {"base_version": None} | changes
    return draft


async def save(browser: httpx.AsyncClient, call_id: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await browser.put(f"{CALLS}/{call_id}/case", json=body)
    assert answer.status_code == 200, answer.text
    saved: dict[str, Any] = answer.json()
    return saved


async def found(browser: httpx.AsyncClient, **wanted: object) -> list[str]:
    answer = await browser.post(f"{CASES}/search", json=wanted)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def use_card(browser: httpx.AsyncClient, call_id: str) -> dict[str, Any]:
    snapshot = (await browser.get(f"{CALLS}/{call_id}")).json()["data"]
    card: dict[str, Any] = snapshot["suggestions"]["cards"][0]
    address = f"{CALLS}/{call_id}/suggestions/{card['suggestion_id']}/feedback"
    (await browser.post(address, json={"verdict": "used"})).raise_for_status()
    return card


async def other_agent(server: Server) -> httpx.AsyncClient:
    await server.add_account("other.agent", Role.AGENT)
    browser = server.browser()
    (await sign_in(browser, "other.agent", PASSWORD)).raise_for_status()
    return browser


async def test_form_is_filled_in_with_what_was_said_and_the_used_card(served: Served) -> None:
    server, desk = served
    browser = await server.browser_of(Role.AGENT)
    call_id = await finished(browser, desk)
    card = await use_card(browser, call_id)

    form = await form_of(browser, call_id)

    proposal = form["proposal"]
    assert form["case"] is None
    assert proposal["problem"] == "我们家突然停电了\n总开关跳闸了，推不上去"
    assert (proposal["situation"], proposal["business_type"], proposal["sector"]) == (
        "power.outage.single",
        "fault",
        "power",
    )
    assert (proposal["equipment"], proposal["outcome"]) == ("总开关", "resolved")
    assert proposal["entry_ids"] == [card["entry_id"]]
    assert [entry["is_used"] for entry in form["entries"]] == [True, False]
    assert [line["text"] for line in form["lines"]][1] == "你好，我姓[姓名]。"


async def test_saved_case_is_found_from_the_next_search_with_its_evidence(served: Served) -> None:
    server, desk = served
    browser = await server.browser_of(Role.AGENT)
    call_id = await finished(browser, desk)
    card = await use_card(browser, call_id)
    form = await form_of(browser, call_id)

    saved = await save(browser, call_id, edit(form, title="总开关推不上去的老房子"))

    assert (saved["version"], saved["call_id"], saved["author"]) == (1, call_id, "a.agent")
    assert saved["id"] in await found(browser, text="老房子总开关推不上")
    typed = (await browser.post("/api/v1/search", json={"text": "老房子总开关推不上"})).json()
    assert saved["id"] in [item["case_id"] for item in typed["cases"]]
    evidence = (await browser.get(f"{CASES}/{saved['id']}/evidence")).json()
    assert (evidence["call_id"], evidence["can_hear"], evidence["is_deidentified"]) == (call_id, True, True)
    assert [note["name"] for line in evidence["lines"] for note in line["notes"] if note["kind"] == "card"] == [
        card["title"]
    ]
    identified = (await browser.get(f"{CASES}/{saved['id']}/evidence", params={"identified": True})).json()
    assert (evidence["lines"][1]["text"], identified["lines"][1]["text"]) == ("你好，我姓[姓名]。", "你好，我姓王。")


async def test_saving_twice_is_one_case_and_a_stale_save_is_told(served: Served) -> None:
    server, desk = served
    browser = await server.browser_of(Role.AGENT)
    call_id = await finished(browser, desk)
    form = await form_of(browser, call_id)
    first = await save(browser, call_id, edit(form))

    again = await save(browser, call_id, edit(form))
    changed = await save(browser, call_id, edit(form, title="改过的标题", base_version=1))
    stale = await browser.put(f"{CALLS}/{call_id}/case", json=edit(form, title="另一个标题", base_version=1))
    blind = await browser.put(f"{CALLS}/{call_id}/case", json=edit(form, title="另一个标题"))

    assert (again["id"], again["version"]) == (first["id"], 1)
    assert (changed["id"], changed["version"], changed["title"]) == (first["id"], 2, "改过的标题")
    assert [(answer.status_code, answer.json()["code"]) for answer in (stale, blind)] == [(409, "stale_case")] * 2
    kept = await form_of(browser, call_id)
    assert (kept["case"]["title"], kept["case"]["version"]) == ("改过的标题", 2)


async def test_every_mistake_is_named_and_nothing_is_half_written(served: Served) -> None:
    server, desk = served
    browser = await server.browser_of(Role.AGENT)
    call_id = await finished(browser, desk)
    form = await form_of(browser, call_id)

    wrong = await browser.put(f"{CALLS}/{call_id}/case", json=edit(form, title="", business_type="party"))
    unknown = await browser.put(f"{CALLS}/{call_id}/case", json=edit(form, entry_ids=[str(uuid4())]))
    half = await browser.put(f"{CALLS}/{call_id}/case", json={"title": "只有标题"})

    assert {item["field"] for item in wrong.json()["errors"]} == {"title", "business_type"}
    assert (unknown.status_code, unknown.json()["code"]) == (422, "entry_unknown")
    assert half.status_code == 422
    assert (await form_of(browser, call_id))["case"] is None


async def test_another_agents_call_has_no_case_form(served: Served) -> None:
    server, desk = served
    browser = await server.browser_of(Role.AGENT)
    call_id = await finished(browser, desk)
    stranger = await other_agent(server)
    body = edit(await form_of(browser, call_id))

    assert (await stranger.get(f"{CALLS}/{call_id}/case")).json()["code"] == "call_not_found"
    assert (await stranger.put(f"{CALLS}/{call_id}/case", json=body)).json()["code"] == "call_not_found"


async def test_running_call_becomes_no_case(served: Served) -> None:
    server, desk = served
    browser = await server.browser_of(Role.AGENT)
    files = [("files", ("call.wav", wav_bytes(60_000), "audio/wav"))]
    call_id = (await browser.post(f"{CALLS}/replays", files=files, data={"speed": "1"})).json()["call_id"]
    answer = await browser.get(f"{CALLS}/{call_id}/case")
    await browser.post(f"{CALLS}/{call_id}/stop")
    await desk.ended(UUID(call_id))
    assert (answer.status_code, answer.json()["code"]) == (409, "call_not_ended")


async def test_names_are_seen_by_who_wrote_them_and_by_permission_only(served: Served) -> None:
    server, desk = served
    browser = await server.browser_of(Role.AGENT)
    call_id = await finished(browser, desk)
    body = edit(
        await form_of(browser, call_id), problem="王女士说家里没电，电话13800138000", facts={"地址": "幸福路16号"}
    )
    case = await save(browser, call_id, body)
    address = f"{CASES}/{case['id']}"

    async def seen(reader: httpx.AsyncClient, **query: bool) -> str:
        answer = (await reader.get(address, params=query)).json()
        return str(answer.get("problem", answer.get("code")))

    masked = "[姓名]女士说家里没电，电话[电话]"
    trainer, chief = await server.browser_of(Role.TRAINER), await server.browser_of(Role.SUPERVISOR)
    assert [await seen(reader) for reader in (browser, trainer, chief)] == [masked] * 3
    assert await seen(browser, identified=True) == body["problem"]
    assert await seen(chief, identified=True) == body["problem"]
    assert await seen(trainer, identified=True) == "not_allowed"
    assert (await trainer.get(f"{CALLS}/{call_id}/case")).json()["case"]["problem"] == masked
    overwrite = await trainer.put(f"{CALLS}/{call_id}/case", json=body | {"base_version": 1})
    assert (overwrite.status_code, overwrite.json()["code"]) == (403, "not_allowed")
    hits = (await trainer.post(f"{CASES}/search", json={"text": "家里没电"})).json()["items"]
    assert [item["problem"] for item in hits if item["id"] == case["id"]] == [masked]
    # What is searched is what is shown: a number leads to no case.
    assert case["id"] not in await found(chief, text="13800138000")


async def test_two_people_saving_the_first_case_at_once_make_one(served: Served) -> None:
    server, desk = served
    browser = await server.browser_of(Role.AGENT)
    call_id = await finished(browser, desk)
    form = await form_of(browser, call_id)
    chief = await server.browser_of(Role.SUPERVISOR)
    first = await save(chief, call_id, edit(form))
    late = await browser.put(f"{CALLS}/{call_id}/case", json=edit(form, title="坐席的标题"))
    assert late.status_code == 403
    assert await found(browser, entry_id=form["entries"][0]["entry_id"]) == []
    assert (await form_of(chief, call_id))["case"]["id"] == first["id"]
