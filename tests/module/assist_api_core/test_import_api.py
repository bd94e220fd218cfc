"""Documents over HTTP: who may import, what is refused, and that a finished import is found by search."""

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


async def send(browser: httpx.AsyncClient, import_id: str, name: str, data: bytes) -> httpx.Response:
    form = {"import_id": import_id, "name": name}
    return await browser.post("/api/v1/imports/files", data=form, files={"file": ("document", data)})


async def begin(browser: httpx.AsyncClient, **settings: Any) -> str:  # noqa: ANN401  # rejected: of `ImportSettings`
    created: str = (await browser.post("/api/v1/imports", json=settings)).raise_for_status().json()["id"]
    return created


async def test_curator_imports_and_the_article_is_found_by_its_number(server: Server) -> None:
    browser = await server.browser_of(Role.CURATOR)
    import_id = await begin(browser, sector="water")
    assert (await send(browser, import_id, "约定.md", RULES.encode())).status_code == 201
    assert (await browser.post(f"/api/v1/imports/{import_id}/read")).status_code == 202
    await server.application.get(DocumentImports).work_off()
    previewed = (await browser.get(f"/api/v1/imports/{import_id}")).json()
    assert (previewed["state"], previewed["counts"]["new"], previewed["counts"]["gone"]) == ("ready", 5, 0)
    units = (await browser.get(f"/api/v1/imports/{import_id}/files/{previewed['files'][0]['id']}/units")).json()
    assert [unit["number"] for unit in units["items"]][1:] == ["第一条", "第二条", "第三条", "第十条之一"]
    assert (await browser.post(f"/api/v1/imports/{import_id}/publish")).status_code == 202
    await server.application.get(DocumentImports).work_off()
    await server.application.get(Knowledge).indexer.catch_up()
    for question in ("小区供水约定第3条", "约定第三条", "水表多久抄一次"):
        cards = (await browser.post("/api/v1/search", json={"text": question})).json()["cards"]
        assert cards[0]["title"] == "水表每月抄一次 · 小区供水约定 第三条", question
    listed = (await browser.get("/api/v1/imports")).json()["items"]
    assert [(item["state"], item["file_count"]) for item in listed] == [("finished", 1)]


async def test_agent_may_not_import(server: Server) -> None:
    browser = await server.browser_of(Role.AGENT)
    refused = await browser.post("/api/v1/imports", json={})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")


async def test_stranger_sends_nothing(server: Server) -> None:
    async with server.browser() as stranger:
        refused = await send(stranger, "00000000-0000-0000-0000-000000000000", "a.md", b"x")
    assert refused.status_code == 401


async def test_bad_names_and_unknown_imports_are_refused(server: Server) -> None:
    browser = await server.browser_of(Role.CURATOR)
    import_id = await begin(browser)
    outside = await send(browser, import_id, "../a.md", b"x")
    assert (outside.status_code, outside.json()["code"], outside.json()["field"]) == (422, "file_path_unsafe", "name")
    unknown = await send(browser, "00000000-0000-0000-0000-000000000000", "a.md", b"x")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "import_not_found")
    bad = await browser.put(f"/api/v1/imports/{import_id}/settings", json={"situation": "nowhere"})
    assert (bad.status_code, bad.json()["code"]) == (422, "situation_unknown")
