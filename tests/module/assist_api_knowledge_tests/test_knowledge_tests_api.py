from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from assist_api.http.permissions import Role
from assist_api.knowledge_tests.job import FullRunJob
from assist_api.search.parts import Knowledge
from kb.packs.importing import PackImporter
from tests.fakes.assist_core_server import Server
from tests.fakes.kb_core_drafts import entry_draft

pytestmark = pytest.mark.module

KNOWLEDGE = "/api/v1/knowledge"
ENTRIES = f"{KNOWLEDGE}/entries"
RUNS = f"{KNOWLEDGE}/tests/runs"
SINGLE = {"title": "只有我家没电怎么办", "variants": ["就我家没电了"]}
AREA = {"title": "整个小区停电怎么报修", "variants": ["小区全黑了"], "situation": "power.outage.area"}
QUESTION = "就我一家没电了"
WRECKED: dict[str, Any] = {"title": "节约能源常识", "variants": [], "script": "谢谢。", "answer": "随手关灯。"}


def body(**changes: Any) -> dict[str, Any]:  # noqa: ANN401  # rejected: any field of the draft
    return entry_draft(**changes).model_dump(mode="json")


async def made(curator: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    answer = await curator.post(ENTRIES, json=body(**changes))
    assert answer.status_code == 201, answer.text
    entry: dict[str, Any] = answer.json()
    return entry


async def asked(curator: httpx.AsyncClient, entry: dict[str, Any], text: str) -> dict[str, Any]:
    answer = await curator.post(f"{ENTRIES}/{entry['id']}/gold-questions", json={"text": text})
    assert answer.status_code == 201, answer.text
    question: dict[str, Any] = answer.json()
    return question


async def revised(curator: httpx.AsyncClient, entry: dict[str, Any], **changes: Any) -> httpx.Response:  # noqa: ANN401
    consent = {key: changes.pop(key) for key in ("ask_before_drop", "override_reason") if key in changes}
    revision = body(**changes) | {"base_revision_id": entry["current"]["id"]} | consent
    return await curator.post(f"{ENTRIES}/{entry['id']}/revisions", json=revision)


@pytest.fixture
async def curator(server: Server) -> httpx.AsyncClient:
    return await server.browser_of(Role.CURATOR)


@pytest.fixture
async def single(curator: httpx.AsyncClient) -> dict[str, Any]:
    """An entry with a gold question, and another that takes its place once it says something else."""
    entry = await made(curator, **SINGLE)
    await made(curator, **AREA)
    await asked(curator, entry, QUESTION)
    return entry


async def test_gold_questions_are_added_listed_and_removed(curator: httpx.AsyncClient) -> None:
    entry = await made(curator)
    address = f"{ENTRIES}/{entry['id']}/gold-questions"
    question = await asked(curator, entry, "  屋里灯都不亮了  ")
    assert (question["text"], question["author"], question["origin"]) == ("屋里灯都不亮了", "a.curator", "written")
    again = await curator.post(address, json={"text": "屋里灯都不亮了!"})
    assert (again.status_code, again.json()["code"]) == (422, "gold_question_duplicate")
    assert (await curator.post(address, json={"text": " "})).json()["code"] == "text_empty"
    assert (await curator.delete(f"{KNOWLEDGE}/gold-questions/{question['id']}")).status_code == 204
    assert (await curator.get(address)).json()["items"] == []
    assert (await curator.delete(f"{KNOWLEDGE}/gold-questions/{question['id']}")).status_code == 404
    assert (await asked(curator, entry, "屋里灯都不亮了"))["id"] == question["id"]


async def test_agents_neither_see_nor_start_tests(server: Server) -> None:
    agent = await server.browser_of(Role.AGENT)
    assert (await agent.get(RUNS)).status_code == 403
    assert (await agent.post(RUNS)).status_code == 403
    assert (await agent.post(f"{KNOWLEDGE}/hit-test", json={"text": "没电"})).status_code == 403


async def test_a_drop_asks_first_and_names_the_question(curator: httpx.AsyncClient, single: dict[str, Any]) -> None:
    refused = await revised(curator, single, **WRECKED, ask_before_drop=True)
    assert (refused.status_code, refused.json()["code"]) == (409, "knowledge_test_drop")
    report = refused.json()["details"]["report"]
    (change,) = report["changes"]
    assert (change["text"], change["movement"], change["is_drop"]) == (QUESTION, "worse", True)
    assert (change["before"]["rank"], change["displaced_by"]["title"]) == (1, AREA["title"])
    assert QUESTION in refused.json()["detail"]
    assert (await curator.get(f"{ENTRIES}/{single['id']}")).json()["current"]["number"] == 1
    assert (await curator.get(RUNS)).json()["items"] == []

    confirmed = await revised(curator, single, **WRECKED)
    assert confirmed.status_code == 201
    (run,) = (await curator.get(RUNS)).json()["items"]
    assert (run["entry_id"], run["revision_number"], run["drops"], run["policy"]) == (single["id"], 2, 1, "warn")
    assert (run["before"]["power"]["hit_at_1"], run["after"]["power"]["hit_at_1"]) == (1.0, 0.0)
    kept = (await curator.get(f"{RUNS}/{run['id']}")).json()
    assert [item["text"] for item in kept["changes"]] == [QUESTION]


async def test_a_block_wants_a_reason_and_keeps_it(curator: httpx.AsyncClient, single: dict[str, Any]) -> None:
    policy = f"{KNOWLEDGE}/tests/policy"
    assert (await curator.get(policy)).json() == {"policy": "warn", "chosen_by": None, "chosen_at": None}
    assert (await curator.put(policy, json={"policy": "block"})).json()["chosen_by"] == "a.curator"
    refused = await revised(curator, single, **WRECKED)
    assert (refused.status_code, refused.json()["code"]) == (409, "knowledge_test_blocked")
    assert (await revised(curator, single, **WRECKED, override_reason=" ")).status_code == 409
    assert (await revised(curator, single, **WRECKED, override_reason="业务已取消")).status_code == 201
    (run,) = (await curator.get(RUNS)).json()["items"]
    assert (run["override_reason"], run["policy"]) == ("业务已取消", "block")


async def test_better_questions_and_new_entries_are_recorded_too(
    server: Server, curator: httpx.AsyncClient, single: dict[str, Any]
) -> None:
    await asked(curator, single, "电闸推不上去")
    first = await revised(curator, single, **SINGLE | {"variants": ["就我家没电了", "电闸推不上去怎么回事"]})
    assert first.status_code == 201
    server.clock.advance(timedelta(seconds=1))
    await made(curator, title="电闸推不上去怎么办", variants=["电闸推不上去"], situation="power.outage.single")
    newest, older = (await curator.get(RUNS)).json()["items"]
    assert (older["better"], older["drops"]) == (1, 0)
    assert (newest["title"], newest["revision_number"], newest["drops"]) == ("电闸推不上去怎么办", 1, 1)


async def test_what_search_cannot_see_runs_nothing(curator: httpx.AsyncClient, single: dict[str, Any]) -> None:
    assert (await revised(curator, single, **SINGLE, owner="新负责人", ask_before_drop=True)).status_code == 201
    assert (await curator.get(RUNS)).json()["items"] == []


async def test_a_mistake_is_named_before_anything_is_tested(curator: httpx.AsyncClient, single: dict[str, Any]) -> None:
    answer = await revised(curator, single, **WRECKED | {"title": ""}, ask_before_drop=True)
    assert (answer.status_code, answer.json()["field"]) == (422, "title")


async def test_a_draft_is_tried_without_publishing(curator: httpx.AsyncClient, single: dict[str, Any]) -> None:
    tried = await curator.post(f"{KNOWLEDGE}/tests/draft", json={"entry_id": single["id"], "draft": body(**WRECKED)})
    assert (tried.status_code, tried.json()["drops"]) == (200, 1)
    same = await curator.post(f"{KNOWLEDGE}/tests/draft", json={"entry_id": single["id"], "draft": body(**SINGLE)})
    assert same.json() is None
    assert (await curator.get(f"{ENTRIES}/{single['id']}")).json()["current"]["number"] == 1


async def test_publishing_goes_on_when_the_tests_cannot_run(
    server: Server, curator: httpx.AsyncClient, single: dict[str, Any]
) -> None:
    await server.application.get(Knowledge).tester.aclose()
    refused = await revised(curator, single, **WRECKED, ask_before_drop=True)
    assert (refused.status_code, refused.json()["code"]) == (409, "knowledge_test_unavailable")
    assert (await revised(curator, single, **WRECKED)).status_code == 201
    assert (await curator.get(RUNS)).json()["items"] == []


async def finished(server: Server, curator: httpx.AsyncClient) -> dict[str, Any]:
    assert await server.application.run_due_jobs() == 1
    result: dict[str, Any] = (await curator.get(f"{KNOWLEDGE}/tests/state")).json()
    assert not result["is_running"]
    return result


async def test_all_questions_run_in_the_background_and_compare_with_the_time_before(
    server: Server, curator: httpx.AsyncClient, single: dict[str, Any]
) -> None:
    # At the same moment, for one question is run faster than a second request arrives.
    answers = await asyncio.gather(curator.post(RUNS), curator.post(RUNS))
    started, refused = sorted(answers, key=lambda answer: answer.status_code)
    assert (started.status_code, started.json()["is_running"]) == (202, True)
    assert (refused.status_code, refused.json()["code"]) == (409, "knowledge_test_running")
    first = await finished(server, curator)
    assert (first["failed_code"], first["done"], first["total"]) == (None, 1, 1)
    await revised(curator, single, **WRECKED)
    await curator.post(RUNS)
    second = await finished(server, curator)
    run = (await curator.get(f"{RUNS}/{second['finished_run_id']}")).json()
    assert (run["trigger"], run["worse"], run["before"]["all"]["hit_at_1"]) == ("all", 1, 1.0)
    assert [change["text"] for change in run["changes"]] == [QUESTION]
    assert (await server.application.get(FullRunJob).state()).latest_at is not None


async def test_questions_travel_as_files(curator: httpx.AsyncClient, single: dict[str, Any]) -> None:
    address = f"{KNOWLEDGE}/gold-questions/file"
    exported = await curator.get(address, params={"format": "csv"})
    assert exported.headers["content-type"].startswith("text/csv")
    assert QUESTION in exported.text
    taken_back = await curator.post(address, json={"format": "csv", "content": exported.text})
    assert taken_back.json() == {"added": 0, "unchanged": 1}
    lines = [{"entry": single["id"], "question": "新的一句"}, {"entry": "nobody", "question": "没有人答"}]
    content = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    refused = await curator.post(address, json={"format": "jsonl", "content": content})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "lines.2.entry")
    assert len((await curator.get(f"{KNOWLEDGE}/gold-questions")).json()["items"]) == 1


async def test_hit_test_shows_what_the_edit_moves(curator: httpx.AsyncClient, single: dict[str, Any]) -> None:
    request = {
        "text": QUESTION,
        "sector": "power",
        "edit": {"entry_id": single["id"], "draft": body(**WRECKED)},
    }
    answer = (await curator.post(f"{KNOWLEDGE}/hit-test", json=request)).json()
    before, after = answer["before"]["hits"], answer["after"]["hits"]
    assert (before[0]["title"], after[0]["title"]) == (SINGLE["title"], AREA["title"])
    assert 0 < answer["answer_threshold"] < 1
    best = before[0]
    assert set(best["score_parts"]) >= {"words", "bigrams", "pinyin"}
    texts = {(text["field"], text["field_index"]): text["text"] for text in best["texts"]}
    assert best["matches"]
    for match in best["matches"]:
        span = match["field_span"]
        assert texts[match["field"], match["field_index"]][span["start"] : span["end"]]
    moved = [hit for hit in after if hit["is_edit"]]
    assert all(hit["title"] == WRECKED["title"] for hit in moved)
    alone = (await curator.post(f"{KNOWLEDGE}/hit-test", json={"text": "mei dian", "is_typed": True})).json()
    assert alone["after"] is None
    assert {match["kind"] for hit in alone["before"]["hits"] for match in hit["matches"]} == {"pinyin"}


async def test_hit_test_filters_by_day_and_sector(curator: httpx.AsyncClient) -> None:
    await made(curator, **SINGLE, valid_until="2026-01-31")
    question = {"text": QUESTION, "on": "2026-02-01"}
    assert (await curator.post(f"{KNOWLEDGE}/hit-test", json=question)).json()["before"]["hits"] == []
    question["on"] = "2026-01-31"
    assert len((await curator.post(f"{KNOWLEDGE}/hit-test", json=question)).json()["before"]["hits"]) == 1
    elsewhere = await curator.post(f"{KNOWLEDGE}/hit-test", json=question | {"sector": "gas"})
    assert elsewhere.json()["before"]["hits"] == []


PACK = """
entries:
  - key: outage
    title: 只有我家没电怎么办
    sector: power
    situation: power.outage.single
    business_type: fault
    script: 请您先看总开关。
    answer: 看总开关。
gold_questions:
  - entry: outage
    questions:
      - 就我一家没电
      - 屋里灯都不亮
"""


async def test_a_pack_does_not_bring_back_what_a_person_removed(
    server: Server, curator: httpx.AsyncClient, tmp_path: Path
) -> None:
    file = tmp_path / "pack.yaml"
    file.write_text(PACK, "utf-8")
    importer = PackImporter(server.application.database, server.clock)
    assert not (await importer.import_pack([file])).has_refusals
    rows = (await curator.get(f"{KNOWLEDGE}/gold-questions")).json()["items"]
    assert {row["origin"] for row in rows} == {"pack"}
    await curator.delete(f"{KNOWLEDGE}/gold-questions/{rows[0]['id']}")
    await importer.import_pack([file])
    left = (await curator.get(f"{KNOWLEDGE}/gold-questions")).json()["items"]
    assert [row["text"] for row in left] == [rows[1]["text"]]


async def test_a_pack_names_the_line_of_a_bad_question(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "pack.yaml"
    file.write_text("gold_questions:\n  - entry: nobody\n    questions: ['没电了']\n", "utf-8")
    (report,) = (await PackImporter(server.application.database, server.clock).import_pack([file])).files
    assert [(item.line, item.field, item.code) for item in report.refused] == [(2, "entry", "entry_key_unknown")]


async def test_a_text_that_answers_for_another_sector_is_named_before_it_is_published(
    curator: httpx.AsyncClient,
) -> None:
    question = "机顶盒坏了怎么换"
    television = {
        "title": "机顶盒故障更换",
        "variants": ["机顶盒坏了怎么更换", "机顶盒坏了换一个"],
        "sector": "tv",
        "situation": "tv.box.fault",
    }
    owner = await made(curator, **television)
    await asked(curator, owner, question)
    intruder = body(title="停水了怎么办", variants=[question], sector="water", situation="water.supply.outage")
    tried = await curator.post(f"{KNOWLEDGE}/tests/draft", json={"entry_id": None, "draft": intruder})
    assert tried.status_code == 200, tried.text
    (change,) = tried.json()["changes"]
    assert (change["text"], change["is_drop"], change["is_sector_known"]) == (question, True, False)
    assert [(near["text"], near["entry_title"], near["sector"]) for near in tried.json()["near"]] == [
        (question, television["title"], "tv")
    ]
    harmless = body(title="停水了怎么办", variants=["家里没水了"], sector="water", situation="water.supply.outage")
    assert (await curator.post(f"{KNOWLEDGE}/tests/draft", json={"entry_id": None, "draft": harmless})).json() is None


async def test_a_question_is_asked_once_when_an_entry_changes_its_sector(curator: httpx.AsyncClient) -> None:
    moving = await made(curator, title="缴费渠道有哪些", variants=["在哪里交费"])
    await asked(curator, moving, "在哪里交费")
    moved = body(title="缴费渠道有哪些", variants=["在哪里交费"], sector="water", situation="water.supply.outage")
    tried = await curator.post(f"{KNOWLEDGE}/tests/draft", json={"entry_id": moving["id"], "draft": moved})
    assert tried.status_code == 200, tried.text
    assert (tried.json()["question_count"], tried.json()["available_count"]) == (1, 1)


async def test_a_text_that_only_comes_near_another_leaves_no_run(curator: httpx.AsyncClient) -> None:
    await made(curator, **SINGLE)
    await made(curator, **AREA | {"variants": ["就我家没电了"]})
    assert (await curator.get(RUNS)).json()["items"] == []
