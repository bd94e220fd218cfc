"""A text that waits for review takes the way through the gold questions that an edit takes."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from assist_api.http.permissions import Role
from assist_api.imports.service import DocumentImports
from assist_api.search.parts import Knowledge
from tests.fakes.assist_core_server import Server
from tests.fakes.kb_ingest_files import RULES

pytestmark = pytest.mark.module
KNOWLEDGE = "/api/v1/knowledge"
QUESTION = "水表多久抄一次"
EDITION = RULES.replace("水表每月抄一次。", "院里种树归物业管。")


async def import_rules(server: Server, curator: httpx.AsyncClient, text: str, mode: str) -> None:
    created = await curator.post("/api/v1/imports", json={"sector": "water", "mode": mode})
    import_id: str = created.raise_for_status().json()["id"]
    form = {"import_id": import_id, "name": "约定.md"}
    sent = await curator.post("/api/v1/imports/files", data=form, files={"file": ("document", text.encode())})
    assert sent.status_code == 201
    for step in ("read", "publish"):
        assert (await curator.post(f"/api/v1/imports/{import_id}/{step}")).status_code == 202
        await server.application.get(DocumentImports).work_off()
    await server.application.get(Knowledge).indexer.catch_up()


async def waiting_text(server: Server, curator: httpx.AsyncClient) -> tuple[dict[str, Any], str]:
    """A published article with a gold question, and the address of a new edition that says something else."""
    await import_rules(server, curator, RULES, "publish")
    found = (await curator.post("/api/v1/search", json={"text": QUESTION})).json()["cards"][0]
    entry = f"{KNOWLEDGE}/entries/{found['entry_id']}"
    assert (await curator.post(f"{entry}/gold-questions", json={"text": QUESTION})).status_code == 201
    await import_rules(server, curator, EDITION, "review")
    revisions = (await curator.get(f"{entry}/revisions")).json()["items"]
    (waiting,) = [revision for revision in revisions if revision["state"] == "in_review"]
    return (await curator.get(entry)).json(), f"{entry}/revisions/{waiting['id']}/publish"


async def test_a_reviewer_is_asked_before_a_question_loses_its_place(server: Server) -> None:
    curator = await server.browser_of(Role.CURATOR)
    entry, address = await waiting_text(server, curator)
    refused = await curator.post(address, json={"ask_before_drop": True})
    assert (refused.status_code, refused.json()["code"]) == (409, "knowledge_test_drop")
    assert [change["text"] for change in refused.json()["details"]["report"]["changes"]] == [QUESTION]
    assert (await curator.get(f"{KNOWLEDGE}/entries/{entry['id']}")).json()["current"] == entry["current"]

    published = await curator.post(address, json={})
    assert (published.status_code, published.json()["current"]["answer"]) == (200, "院里种树归物业管。")
    (run,) = (await curator.get(f"{KNOWLEDGE}/tests/runs")).json()["items"]
    assert (run["entry_id"], run["revision_number"], run["drops"]) == (entry["id"], 2, 1)
    again = await curator.post(address, json={})
    assert (again.status_code, again.json()["code"]) == (409, "not_in_review")


async def test_a_block_holds_for_reviewers_too(server: Server) -> None:
    curator = await server.browser_of(Role.CURATOR)
    entry, address = await waiting_text(server, curator)
    await curator.put(f"{KNOWLEDGE}/tests/policy", json={"policy": "block"})
    refused = await curator.post(address, json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "knowledge_test_blocked")
    assert (await curator.get(f"{KNOWLEDGE}/entries/{entry['id']}")).json()["current"]["number"] == 1
    assert (await curator.post(address, json={"override_reason": "归物业管了"})).status_code == 200
    (run,) = (await curator.get(f"{KNOWLEDGE}/tests/runs")).json()["items"]
    assert run["override_reason"] == "归物业管了"
    assert (await curator.post(address, json={"override_reason": "\x00"})).json()["code"] == "invalid_request"
