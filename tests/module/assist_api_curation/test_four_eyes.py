"""Kinds of texts that two people publish: refused to one, submitted, and published by another."""

from __future__ import annotations

import pytest

from assist_api.http.permissions import Role
from tests.fakes.assist_core_server import Server
from tests.fakes.kb_core_drafts import entry_draft

pytestmark = pytest.mark.module
ENTRIES = "/api/v1/knowledge/entries"


async def test_a_text_that_two_people_publish_cannot_be_published_directly(server: Server) -> None:
    curator = await server.browser_of(Role.CURATOR)
    text = entry_draft(title="新装用电收费标准", business_type="application").model_dump(mode="json")
    refused = await curator.post(ENTRIES, json=text)
    assert (refused.status_code, refused.json()["code"]) == (403, "review_needed")

    waiting = (await curator.post("/api/v1/knowledge/drafts", json=text)).raise_for_status().json()
    entry = f"{ENTRIES}/{waiting['entry_id']}"
    assert waiting["state"] == "in_review"
    publication = f"{entry}/revisions/{waiting['id']}/publish"
    own = await curator.post(publication, json={})
    assert (own.status_code, own.json()["code"]) == (403, "four_eyes")
    second = await server.browser_of_other(Role.CURATOR)
    assert (await second.post(publication, json={})).status_code == 200

    # Another business type in the next text is no way around it.
    changed = text | {"business_type": "enquiry", "base_revision_id": waiting["id"]}
    again = await second.post(f"{entry}/revisions", json=changed)
    assert (again.status_code, again.json()["code"]) == (403, "review_needed")
    halved = await second.post("/api/v1/knowledge/drafts", json=changed)
    assert halved.status_code == 422
    revised = await second.post("/api/v1/knowledge/drafts", json=changed | {"entry_id": waiting["entry_id"]})
    assert (revised.status_code, revised.json()["number"]) == (201, 2)
    assert (await curator.get(entry)).json()["current"]["id"] == waiting["id"]


async def test_whoever_is_alone_publishes_alone(server: Server) -> None:
    admin = await server.browser_of(Role.ADMIN)
    text = entry_draft(title="新装用电收费标准", business_type="application").model_dump(mode="json")
    assert (await admin.post(ENTRIES, json=text)).status_code == 201
