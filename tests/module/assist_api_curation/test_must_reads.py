"""A changed text is must-read: its audience is told, acknowledges it, and is followed and reminded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from assist_api.audit.models import AuditEntry
from assist_api.http.permissions import Role
from tests.fakes.assist_core_server import Server
from tests.fakes.kb_core_drafts import entry_draft

pytestmark = pytest.mark.module
API = "/api/v1"
ENTRIES = f"{API}/knowledge/entries"


async def revised(curator: httpx.AsyncClient, *, before: str, now: str) -> dict[str, Any]:
    """Publish an entry and its second text; return the second revision."""
    text = entry_draft(title="抄表后几天交费", answer=before, script=before).model_dump(mode="json")
    entry = (await curator.post(ENTRIES, json=text)).raise_for_status().json()
    changed = text | {"answer": now, "script": now, "base_revision_id": entry["current"]["id"]}
    revision: dict[str, Any] = (await curator.post(f"{ENTRIES}/{entry['id']}/revisions", json=changed)).json()
    return revision


async def kinds(browser: httpx.AsyncClient) -> list[str]:
    return [item["kind"] for item in (await browser.get(f"{API}/notifications")).json()["items"]]


async def test_a_must_read_change_is_told_read_acknowledged_and_followed(server: Server) -> None:
    curator, agent = await server.browser_of(Role.CURATOR), await server.browser_of(Role.AGENT)
    supervisor = await server.browser_of(Role.SUPERVISOR)
    revision = await revised(curator, before="请在10天内交费，滞纳金5元。", now="请在15天内交费，滞纳金5元。")
    order = {"entry_id": revision["entry_id"], "revision_id": revision["id"], "note": "期限变了"}
    made = await curator.post(f"{API}/must-reads", json=order)
    assert (made.status_code, made.json()["asked"], made.json()["acknowledged"]) == (201, 1, 0)
    assert (await curator.post(f"{API}/must-reads", json=order)).json()["code"] == "must_read_exists"

    changes = (await agent.get(f"{API}/knowledge/changes")).json()
    assert (changes["due"], changes["items"][0]["note"]) == (1, "期限变了")
    change = (await agent.get(f"{API}/knowledge/changes/{revision['id']}")).json()
    assert [(fact["before"], fact["now"]) for fact in change["facts"]] == [("10天", "15天")]
    assert [field["field"] for field in change["fields"]] == ["script", "answer"]
    assert "must_read.published" in await kinds(agent)

    address = f"{API}/must-reads/{made.json()['id']}"
    readers = (await supervisor.get(f"{address}/readers")).json()["items"]
    assert [reader["acknowledged_at"] for reader in readers] == [None]
    assert [(await supervisor.post(f"{address}/remind")).json()["people"] for _ in range(2)] == [1, 0]
    assert (await agent.get(f"{address}/readers")).status_code == 403
    # Whoever is not asked cannot confirm either; a second confirmation changes nothing.
    assert (await curator.post(f"{address}/acknowledge")).status_code == 404
    assert [(await agent.post(f"{address}/acknowledge")).json()["due"] for _ in range(2)] == [0, 0]
    assert (await supervisor.get(f"{address}/readers")).json()["must_read"]["acknowledged"] == 1
    assert (await curator.post(f"{address}/close")).json()["closed_at"] is not None
    async with server.application.database.session() as session:
        written = list(await session.scalars(select(AuditEntry.action).where(AuditEntry.object_kind == "must_read")))
    assert sorted(written) == [f"must_read.{done}" for done in ("acknowledged", "closed", "created", *["reminded"] * 2)]


async def test_comments_name_people_and_tell_those_who_follow(server: Server) -> None:
    curator, agent = await server.browser_of(Role.CURATOR), await server.browser_of(Role.AGENT)
    revision = await revised(curator, before="请在10天内交费。", now="请在15天内交费。")
    entry = f"{ENTRIES}/{revision['entry_id']}"
    name = (await agent.get(f"{API}/session")).json()["account"]["display_name"]
    written = await curator.post(f"{entry}/comments", json={"text": f"@{name}请看一下，电话13800138000"})
    assert (written.status_code, "13800138000" in written.json()["text"]) == (201, False)
    assert await kinds(agent) == ["entry.mentioned"]
    server.clock.advance(timedelta(minutes=1))
    await agent.post(f"{entry}/comments", json={"text": "看过了"})
    assert await kinds(curator) == ["entry.commented"]
    talk = (await agent.get(f"{entry}/comments")).json()
    assert ([item["is_mine"] for item in talk["items"]], talk["is_subscribed"], talk["subscribers"]) == (
        [False, True],
        True,
        2,
    )
    third = entry_draft(title="抄表后几天交费", answer="20天。", script="20天内。").model_dump(mode="json")
    await curator.post(f"{entry}/revisions", json=third | {"base_revision_id": revision["id"]})
    assert "entry.revised" in await kinds(agent)
    left = await agent.put(f"{entry}/subscription", json={"is_subscribed": False})
    assert (left.json()["is_subscribed"], left.json()["subscribers"]) == (False, 1)


async def test_many_entries_are_changed_at_once_and_refusals_are_named(server: Server) -> None:
    curator = await server.browser_of(Role.CURATOR)
    second = await server.browser_of_other(Role.CURATOR)
    ids = []
    for title, kind in (("停电怎么办", "fault"), ("新装收费", "application")):
        text = entry_draft(title=title, business_type=kind).model_dump(mode="json")
        waiting = (await curator.post(f"{API}/knowledge/drafts", json=text)).json()
        await second.post(f"{ENTRIES}/{waiting['entry_id']}/revisions/{waiting['id']}/publish", json={})
        ids.append(waiting["entry_id"])

    async def bulk(**change: object) -> list[str | None]:
        answer = (await curator.post(f"{ENTRIES}/bulk", json={"entry_ids": ids, **change})).raise_for_status()
        return [item["code"] for item in answer.json()["items"]]

    assert await bulk(owner="营销部", reviewed_on="2026-11-30") == [None, None]
    current = (await curator.get(f"{ENTRIES}/{ids[1]}")).json()["current"]
    assert (current["owner"], current["reviewed_on"]) == ("营销部", "2026-11-30")
    # Who finds a text is more than a detail: two people publish applications.
    assert await bulk(audiences=["agent", "ivr"]) == [None, "review_needed"]
    assert await bulk(retire=True) == [None, None]
    assert await bulk(retire=True) == ["already_retired"] * 2
    assert (await curator.post(f"{ENTRIES}/bulk", json={"entry_ids": ids})).status_code == 422
    worth = (await curator.get(f"{API}/curation/worth")).json()
    assert (worth["published"], worth["never_found"]["total"]) == (0, 0)
