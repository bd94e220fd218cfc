from __future__ import annotations

from typing import Any

import httpx
import pytest

from assist_api.http.permissions import Role
from tests.fakes.assist_core_server import Server
from tests.fakes.kb_core_drafts import entry_draft

pytestmark = pytest.mark.module

WORDS = "/api/v1/knowledge/words"
GROUP = {"use": "synonyms", "sector": "power", "words": ["空开", "断路器"], "note": "来电常说空开"}


async def upload(browser: httpx.AsyncClient, name: str, content: bytes) -> httpx.Response:
    return await browser.post(f"{WORDS}/import", files={"file": (name, content)})


async def test_synonym_is_understood_at_once_and_named_as_the_reason(server: Server) -> None:
    curator = await server.browser_of(Role.CURATOR)
    title = "断路器发烫怎么处理"
    for draft in (entry_draft(title=title, variants=[]), entry_draft()):
        await curator.post("/api/v1/knowledge/entries", json=draft.model_dump(mode="json"))

    async def reasons() -> list[dict[str, Any]]:
        cards = (await curator.post("/api/v1/search", json={"text": "空开", "kinds": ["entry"]})).json()["cards"]
        card = next(card for card in cards if card["title"] == title)
        return [match for match in card["matches"] if match["kind"] == "synonym" and match["field"] == "title"]

    assert await reasons() == []
    group = (await curator.post(WORDS, json=GROUP)).json()
    (reason,) = await reasons()
    assert (reason["field_span"], reason["utterance_span"]) == ({"start": 0, "end": 3}, {"start": 0, "end": 2})
    assert (await curator.delete(f"{WORDS}/{group['id']}")).status_code == 204
    assert await reasons() == []


async def test_group_is_changed_and_the_second_editor_told(server: Server) -> None:
    curator = await server.browser_of(Role.CURATOR)
    group = (await curator.post(WORDS, json=GROUP)).json()
    change = GROUP | {"words": ["空开", "空气开关"], "base_number": group["number"]}
    changed = await curator.put(f"{WORDS}/{group['id']}", json=change)
    assert (changed.status_code, changed.json()["words"]) == (200, ["空开", "空气开关"])
    late = await curator.put(f"{WORDS}/{group['id']}", json=change)
    assert (late.status_code, late.json()["code"]) == (409, "stale_words")


async def test_mistake_names_the_word(server: Server) -> None:
    curator = await server.browser_of(Role.CURATOR)
    refused = await curator.post(WORDS, json=GROUP | {"words": ["空开", "闸"]})
    assert refused.status_code == 422
    assert [(item["field"], item["code"]) for item in refused.json()["errors"]] == [("words.1", "word_length")]


async def test_agents_read_words_and_do_not_edit_them(server: Server) -> None:
    agent = await server.browser_of(Role.AGENT)
    assert (await agent.get(WORDS)).json()["items"] == []
    assert (await agent.post(WORDS, json=GROUP)).status_code == 403
    assert (await upload(agent, "words.csv", b"use,words\n")).status_code == 403


async def test_list_goes_out_as_a_file_and_comes_back(server: Server) -> None:
    curator = await server.browser_of(Role.CURATOR)
    await curator.post(WORDS, json=GROUP)
    exported = await curator.get(f"{WORDS}/export", params={"kind": "csv"})
    assert exported.headers["content-disposition"] == 'attachment; filename="words.csv"'
    edited = exported.text.replace("空开|断路器", "空开|断路器|空气开关") + "whole,gas,表后阀,,\r\n"
    report = await upload(curator, "words.csv", edited.encode("utf-8"))
    assert report.json() == {"created": 1, "updated": 1, "unchanged": 0, "kept": 0}
    listed = (await curator.get(WORDS, params={"text": "空气"})).json()
    assert [group["words"] for group in listed["items"]] == [["空开", "断路器", "空气开关"]]
    yaml = await curator.get(f"{WORDS}/export", params={"kind": "yaml"})
    assert (await upload(curator, "words.yaml", yaml.content)).json()["unchanged"] == 2


async def test_refused_file_names_line_and_field_and_changes_nothing(server: Server) -> None:
    curator = await server.browser_of(Role.CURATOR)
    content = "use,sector,words\nwhole,gas,表后阀\nsynonyms,moon,空开|断路器\n".encode()
    refused = await upload(curator, "words.csv", content)
    assert (refused.status_code, refused.json()["code"]) == (422, "words_refused")
    assert [(item["field"], item["code"]) for item in refused.json()["errors"]] == [("3.sector", "sector_unknown")]
    assert (await curator.get(WORDS)).json()["total"] == 0
    assert (await upload(curator, "words.pdf", content)).json()["code"] == "words_file_kind"
