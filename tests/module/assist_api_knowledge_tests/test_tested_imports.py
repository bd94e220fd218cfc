"""Documents take the way through the gold questions that an edit takes, all of them at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

import httpx
import pytest

from assist_api.http.permissions import Role
from assist_api.imports.notices import ImportNotices
from assist_api.imports.runner import IndexNotice
from assist_api.imports.service import DocumentImports
from assist_api.knowledge.publishing import Consent, PublicationGate
from assist_api.search.parts import Knowledge
from kb.gold.changes import TextChange
from kb.gold.comparison import SHOWN
from kb.ingest.models import FileState, ImportState
from kb.ingest.service import ImportService
from kb.settings import KBSettings
from tests.fakes.assist_core_server import Server
from tests.fakes.kb_ingest_desk import CURATOR, QuietIndex
from tests.fakes.kb_ingest_files import RULES

pytestmark = pytest.mark.module
KNOWLEDGE, IMPORTS = "/api/v1/knowledge", "/api/v1/imports"
QUESTION, OTHER = "水表多久抄一次", "换表收费吗"
EDITION = RULES.replace("水表每月抄一次。", "院里种树归物业管。")
ASKING = {"ask_before_drop": True}
Json = dict[str, Any]


@pytest.fixture
async def curator(server: Server) -> httpx.AsyncClient:
    return await server.browser_of(Role.CURATOR)


async def previewed(server: Server, curator: httpx.AsyncClient, files: Mapping[str, str], **settings: str) -> str:
    created = await curator.post(IMPORTS, json={"sector": "water"} | settings)
    import_id: str = created.raise_for_status().json()["id"]
    for name, text in files.items():
        form = {"import_id": import_id, "name": name}
        sent = await curator.post(f"{IMPORTS}/files", data=form, files={"file": ("document", text.encode())})
        assert sent.status_code == 201
    assert (await curator.post(f"{IMPORTS}/{import_id}/read")).status_code == 202
    await server.application.get(DocumentImports).work_off()
    return import_id


async def published(server: Server, curator: httpx.AsyncClient, import_id: str, body: Json | None = None) -> Json:
    answer = await curator.post(f"{IMPORTS}/{import_id}/publish", **({} if body is None else {"json": body}))
    assert answer.status_code == 202, answer.text
    await server.application.get(DocumentImports).work_off()
    await server.application.get(Knowledge).indexer.catch_up()
    detail: Json = (await curator.get(f"{IMPORTS}/{import_id}")).json()
    return detail


async def ask(curator: httpx.AsyncClient, text: str) -> str:
    """Add a gold question to what answers it now; return the entry's address."""
    found = (await curator.post("/api/v1/search", json={"text": text})).json()["cards"][0]
    entry = f"{KNOWLEDGE}/entries/{found['entry_id']}"
    assert (await curator.post(f"{entry}/gold-questions", json={"text": text})).status_code == 201
    return entry


async def runs(curator: httpx.AsyncClient) -> list[Json]:
    items: list[Json] = (await curator.get(f"{KNOWLEDGE}/tests/runs")).json()["items"]
    return items


@pytest.fixture
async def article(server: Server, curator: httpx.AsyncClient) -> str:
    """The address of a published article with a gold question."""
    import_id = await previewed(server, curator, {"约定.md": RULES})
    assert (await published(server, curator, import_id))["test_run_id"] is None
    return await ask(curator, QUESTION)


async def test_an_import_asks_before_a_question_loses_its_place(
    server: Server, curator: httpx.AsyncClient, article: str
) -> None:
    import_id = await previewed(server, curator, {"约定.md": EDITION})
    refused = await published(server, curator, import_id, ASKING)
    assert (refused["state"], refused["failure"], refused["done_count"]) == ("ready", "knowledge_test_drop", 1)
    assert (refused["test_refusal"]["policy"], refused["is_testing"]) == ("warn", False)
    (change,) = refused["test_refusal"]["report"]["changes"]
    assert (change["text"], change["is_drop"]) == (QUESTION, True)
    assert [file["state"] for file in refused["files"]] == ["ready"]
    assert (await curator.get(article)).json()["current"]["number"] == 1
    assert await runs(curator) == []

    done = await published(server, curator, import_id, {})
    assert (done["state"], done["failure"], done["test_refusal"]) == ("finished", None, None)
    assert (await curator.get(article)).json()["current"]["number"] == 2
    (run,) = await runs(curator)
    assert (run["id"], run["trigger"], run["title"]) == (done["test_run_id"], "import", "约定.md")
    assert (run["author"], run["entry_id"], run["drops"], run["policy"]) == ("a.curator", None, 1, "warn")
    assert (run["before"]["water"]["hit_at_3"], run["after"]["water"]["hit_at_3"]) == (1.0, 0.0)


async def test_a_block_wants_a_reason_for_an_import(server: Server, curator: httpx.AsyncClient, article: str) -> None:
    await curator.put(f"{KNOWLEDGE}/tests/policy", json={"policy": "block"})
    import_id = await previewed(server, curator, {"约定.md": EDITION})
    refused = await published(server, curator, import_id)
    assert (refused["state"], refused["failure"]) == ("ready", "knowledge_test_blocked")
    assert (await curator.get(article)).json()["current"]["number"] == 1
    bad = await curator.post(f"{IMPORTS}/{import_id}/publish", json={"override_reason": "\x00"})
    assert (bad.status_code, bad.json()["code"]) == (422, "invalid_request")
    done = await published(server, curator, import_id, {"override_reason": "归物业管了"})
    assert done["state"] == "finished"
    assert [(run["override_reason"], run["policy"]) for run in await runs(curator)] == [("归物业管了", "block")]


async def test_what_waits_for_review_is_not_tested(server: Server, curator: httpx.AsyncClient, article: str) -> None:
    await curator.put(f"{KNOWLEDGE}/tests/policy", json={"policy": "block"})
    import_id = await previewed(server, curator, {"约定.md": EDITION}, mode="review")
    done = await published(server, curator, import_id, ASKING)
    assert (done["state"], done["test_run_id"]) == ("finished", None)
    assert (await curator.get(article)).json()["current"]["number"] == 1
    assert await runs(curator) == []


async def test_an_entry_that_leaves_takes_its_questions_place(
    server: Server, curator: httpx.AsyncClient, article: str
) -> None:
    shorter = RULES.replace("第三条 水表每月抄一次。\n", "")
    refused = await published(server, curator, await previewed(server, curator, {"约定.md": shorter}), ASKING)
    assert refused["failure"] == "knowledge_test_drop"
    (change,) = refused["test_refusal"]["report"]["changes"]
    assert f"{KNOWLEDGE}/entries/{change['entry_id']}" == article
    assert (change["before"]["rank"], change["after"]["rank"]) == (1, None)


async def test_other_sectors_and_same_texts_run_nothing(
    server: Server, curator: httpx.AsyncClient, article: str
) -> None:
    same = await published(server, curator, await previewed(server, curator, {"约定.md": RULES}), ASKING)
    assert (same["state"], same["test_run_id"], same["counts"]["unchanged"]) == ("finished", None, 5)
    heating = await previewed(server, curator, {"供热.md": EDITION}, sector="heating")
    assert (await published(server, curator, heating, ASKING))["test_run_id"] is None
    assert await runs(curator) == []
    assert (await curator.get(article)).status_code == 200


async def test_a_document_that_answers_for_another_sector_is_named_before_it_is_published(
    server: Server, curator: httpx.AsyncClient, article: str
) -> None:
    intruder = f"# 供热须知\n\n## {QUESTION}\n\n供热计量表每天自动上传读数。\n"
    import_id = await previewed(server, curator, {"须知.md": intruder}, sector="heating")
    refused = await published(server, curator, import_id, ASKING)
    assert refused["failure"] == "knowledge_test_drop"
    (change,) = refused["test_refusal"]["report"]["changes"]
    assert (change["text"], change["is_drop"], change["is_sector_known"]) == (QUESTION, True, False)
    assert (await curator.get(article)).status_code == 200


async def test_without_questions_no_text_is_looked_at(server: Server) -> None:
    async def changes() -> AsyncIterator[list[TextChange]]:
        raise AssertionError("gone through for nothing")
        yield []

    assert await server.application.get(Knowledge).tester.test_batch(changes) is None


async def test_what_is_foreseen_is_what_is(server: Server, curator: httpx.AsyncClient, article: str) -> None:
    await ask(curator, OTHER)
    rivals = "\n\n".join(["# 抄表办法", *(f"第{n}条 水表抄表第{n}项，换表收费第{n}档。" for n in "一二三四五六七八九")])
    import_id = await previewed(server, curator, {"办法.md": rivals, "约定.md": EDITION})
    done = await published(server, curator, import_id)
    (run,) = await runs(curator)
    foreseen = (await curator.get(f"{KNOWLEDGE}/tests/runs/{run['id']}")).json()
    assert (done["state"], run["title"], run["question_count"]) == ("finished", "办法.md (+1)", 2)
    full = await server.application.get(Knowledge).tester.test_all()
    # Nine rivals, five of them looked at: what an agent sees is foreseen, a rank behind the cards is not.
    actual = {str(key): seen(placed.rank, has_answer=placed.has_answer) for key, placed in full.placements.items()}
    after = {change["question_id"]: change["after"] for change in foreseen["changes"]}
    assert len(after) == 2
    assert {key: seen(it["rank"], has_answer=it["has_answer"]) for key, it in after.items()} == actual
    displaced = [change["displaced_by"] for change in foreseen["changes"] if change["displaced_by"] is not None]
    for other in displaced:
        found = (await curator.get(f"{KNOWLEDGE}/entries/{other['entry_id']}")).json()
        assert found["current"]["title"] == other["title"]
    assert displaced
    assert (await curator.get(article)).json()["current"]["number"] == 2


def seen(rank: int | None, *, has_answer: bool) -> int | None:
    return rank if rank is not None and rank <= SHOWN and has_answer else None


class PulledPlug:
    """The process ends as soon as it tells the index of a file."""

    def __init__(self) -> None:
        self.process: asyncio.Task[None] | None = None

    def notify(self) -> None:
        assert self.process is not None
        self.process.cancel()


def other_process(server: Server, index: IndexNotice) -> DocumentImports:
    application = server.application
    return DocumentImports(
        application.database,
        application.clock,
        index,
        application.get(PublicationGate).admit_batch,
        jobs=application.core.jobs,
        data_dir=application.settings.data_dir,
        max_file_bytes=100_000,
        settings=KBSettings(_env_file=None, embedder="none"),
        audit=application.core.audit,
        notices=ImportNotices(),
    )


async def test_a_restart_between_two_files_neither_loses_nor_doubles_the_run(
    server: Server, curator: httpx.AsyncClient, article: str
) -> None:
    await curator.put(f"{KNOWLEDGE}/tests/policy", json={"policy": "block"})
    import_id = UUID(await previewed(server, curator, {"约定.md": EDITION, "规定.md": EDITION.replace("约定", "规定")}))
    plug = PulledPlug()
    first, second = other_process(server, plug), other_process(server, QuietIndex())
    await first.publish(import_id, CURATOR, Consent(override_reason="归物业管了"))
    plug.process = asyncio.create_task(first.work_off())
    with pytest.raises(asyncio.CancelledError):
        await plug.process
    stopped = await second.get(import_id)
    assert (stopped.state, stopped.done_count) == (ImportState.PUBLISHING, 1)
    (run,) = await runs(curator)

    await second.recover()
    await second.work_off()
    done = await second.get(import_id)
    assert (done.state, done.test_run_id) == (ImportState.FINISHED, UUID(run["id"]))
    assert {file.state for file in done.files} == {FileState.PUBLISHED}
    assert await runs(curator) == [run]


async def test_a_restart_before_the_first_file_keeps_what_the_person_said(
    server: Server, curator: httpx.AsyncClient, article: str
) -> None:
    await curator.put(f"{KNOWLEDGE}/tests/policy", json={"policy": "block"})
    import_id = UUID(await previewed(server, curator, {"约定.md": EDITION}))
    async with server.application.database.session() as session:
        # As far as a process gets that is killed while the questions run.
        service = ImportService(session, server.clock)
        await service.begin_publishing(import_id, ask_before_drop=True, override_reason="归物业管了")
    next_one = other_process(server, QuietIndex())
    assert (await next_one.get(import_id)).is_testing
    await next_one.recover()
    await next_one.work_off()
    assert (await next_one.get(import_id)).state == ImportState.FINISHED
    assert [run["override_reason"] for run in await runs(curator)] == ["归物业管了"]


async def test_questions_that_cannot_run_never_lose_an_import(
    server: Server, curator: httpx.AsyncClient, article: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = await previewed(server, curator, {"约定.md": EDITION})
    lease = server.application.get(Knowledge).index.lease

    def broken() -> None:
        raise OSError("the disk is away")

    monkeypatch.setattr(server.application.get(Knowledge).index, "lease", broken)
    refused = await curator.post(f"{IMPORTS}/{import_id}/publish", json=ASKING)
    assert refused.json()["is_testing"]
    await server.application.get(DocumentImports).work_off()
    monkeypatch.setattr(server.application.get(Knowledge).index, "lease", lease)
    detail = (await curator.get(f"{IMPORTS}/{import_id}")).json()
    assert (detail["state"], detail["failure"]) == ("ready", "knowledge_test_unavailable")
    assert detail["test_refusal"] == {"policy": "warn", "report": None}
    assert (await published(server, curator, import_id))["state"] == "finished"
