from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from assist_api.hints.service import HintBooks
from assist_api.http.permissions import Role
from assist_api.policies.service import Policies
from assist_api.transcripts.utterances import LegRole, Utterance
from tests.fakes.assist_core_server import Server, run_server, settings_for

pytestmark = pytest.mark.module

BOOKS = "/api/v1/hints/books"


@pytest.fixture
async def server(database_url: str, tmp_path: Path) -> AsyncIterator[Server]:
    async with run_server(settings_for(database_url, tmp_path)) as running:
        yield running


async def test_a_saved_book_is_in_force_at_once_and_after_a_restart_and_nobody_overwrites_another(
    server: Server,
) -> None:
    browser = await server.browser_of(Role.CURATOR)
    (view,) = [book for book in (await browser.get(BOOKS)).json() if book["sector"] == "power"]
    assert (view["number"], view["is_shipped"]) == (0, True)
    book: dict[str, Any] = view["book"]
    book["forbidden"][0]["heard"].append("木得办法")

    lines = [{"role": "agent", "text": "这个木得办法。"}]
    tried = await browser.post(f"{BOOKS}/power/test", json={"book": book, "lines": lines})
    assert [found["kind"] for found in tried.json()["lines"][0]["found"]] == ["forbidden"]
    assert (await browser.post(f"{BOOKS}/power/test", json={"lines": lines})).json()["lines"][0]["found"] == []

    saved = await browser.put(f"{BOOKS}/power", json={"book": book, "note": "方言", "based_on": 0})
    assert (saved.status_code, saved.json()["number"], saved.json()["is_shipped"]) == (200, 1, False)
    late = await browser.put(f"{BOOKS}/power", json={"book": book, "based_on": 0})
    assert (late.status_code, late.json()["code"]) == (409, "hint_book_changed")

    core = server.application.core
    again = HintBooks(core.database, core.clock, core.audit, server.application.get(Policies))
    await again.refresh()
    listener, policy = again.coaching("power")
    assert [broken.rule.id for broken in listener.forbidden("木得办法")] == [book["forbidden"][0]["id"]]
    assert policy.hints_per_minute == 3
    of_any_sector, _ = again.coaching(None)
    said = Utterance(
        segment_id=uuid4(), leg_role=LegRole.CUSTOMER, start_ms=0, end_ms=900, text="我家暖气不热啊", is_final=True,
        partial_index=-1, confidence=0.9, language="zh",
    )  # fmt: skip
    proposed = of_any_sector.diagnosis.propose([said])
    assert proposed is not None
    assert proposed.situation.zh == "暖气不热"


async def test_a_book_that_cannot_be_read_is_refused_with_the_place(server: Server) -> None:
    browser = await server.browser_of(Role.CURATOR)
    book = (await browser.get(f"{BOOKS}/gas/shipped")).json()
    book["anger"][0]["heard"] = ["(曝光"]
    refused = await browser.put(f"{BOOKS}/gas", json={"book": book, "based_on": 0})
    assert refused.status_code == 422
    assert "anger" in refused.text
    book["anger"][0]["heard"] = ["曝光"]
    book["tracks"]["fault"] = ["no_such_step"]
    refused = await browser.put(f"{BOOKS}/gas", json={"book": book, "based_on": 0})
    assert refused.status_code == 422
    assert (await browser.get(BOOKS)).json()[0]["number"] == 0
