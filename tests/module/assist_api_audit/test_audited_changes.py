"""What people change is in the audit log together with the change, and a change that is refused is not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from assist_api.http.permissions import Role
from assist_api.imports.service import DocumentImports
from tests.fakes.assist_audit_entries import audit_entries, audited
from tests.fakes.assist_core_server import ADMIN_PASSWORD, UNKNOWN, Server, run_server, settings_for, sign_in
from tests.fakes.kb_core_drafts import entry_draft
from tests.fakes.kb_ingest_files import RULES

pytestmark = pytest.mark.module

API = "/api/v1"
CURATOR = "a.curator"
GROUP = {"use": "synonyms", "sector": "power", "words": ["空开", "断路器"], "note": ""}


@pytest.fixture
async def server(database_url: str, tmp_path: Path) -> AsyncIterator[Server]:
    async with run_server(settings_for(database_url, tmp_path)) as running:
        yield running


@pytest.fixture
async def curator(server: Server) -> httpx.AsyncClient:
    return await server.browser_of(Role.CURATOR)


async def actions(server: Server, prefix: str) -> list[str]:
    return [action for _name, action, _object in await audited(server.application.database, prefix)]


async def test_sign_ins_are_recorded_and_a_name_that_nobody_has_is_not_kept(server: Server) -> None:
    browser = server.browser()
    await sign_in(browser, "my-secret-instead-of-a-name", "x")
    await sign_in(browser, "admin", "wrong")
    admin_id = (await sign_in(browser, "admin", ADMIN_PASSWORD)).json()["account"]["id"]
    await browser.delete(f"{API}/session")
    await browser.delete(f"{API}/session")
    entries = await audit_entries(server.application.database, "session.")
    assert [(entry.actor_role, entry.action, entry.object_id, entry.details) for entry in entries] == [
        ("nobody", "session.refused", "unknown", {"reason": "unknown_name"}),
        ("nobody", "session.refused", admin_id, {"reason": "wrong_password"}),
        ("admin", "session.opened", admin_id, {}),
        ("admin", "session.closed", admin_id, {}),
    ]
    assert {entry.address for entry in entries} == {"192.0.2.7"}
    assert "secret" not in str([vars(entry) for entry in entries])


async def test_accounts_are_recorded_with_their_change_only(server: Server) -> None:
    admin = await server.browser_of(Role.ADMIN)
    own = (await admin.get(f"{API}/session")).json()["account"]["id"]
    form = {"username": "li.na", "display_name": "李娜", "role": "agent", "password": "granite otter plum seven"}
    made = (await admin.post(f"{API}/accounts", json=form)).json()
    assert (await admin.post(f"{API}/accounts", json=form)).status_code == 409
    await admin.patch(f"{API}/accounts/{made['id']}", json={"role": "trainer"})
    assert (await admin.patch(f"{API}/accounts/{own}", json={"role": "agent"})).status_code == 409
    change = {"current_password": ADMIN_PASSWORD, "new_password": "velvet kayak thunder nine"}
    assert (await admin.post(f"{API}/session/password", json=change)).status_code == 200
    entries = await audit_entries(server.application.database, "account.")
    assert [(entry.action, entry.object_id) for entry in entries] == [
        ("account.created", made["id"]),
        ("account.changed", made["id"]),
        ("account.password_changed", own),
    ]
    assert entries[1].details == {"role": "trainer", "is_active": True, "has_new_password": False}
    assert entries[0].after_digest == entries[1].before_digest != entries[1].after_digest


async def test_entries_and_their_questions_are_recorded(server: Server, curator: httpx.AsyncClient) -> None:
    draft = entry_draft().model_dump(mode="json")
    entry = (await curator.post(f"{API}/knowledge/entries", json=draft)).json()
    here = f"{API}/knowledge/entries/{entry['id']}"
    revision = draft | {"answer": "换一种说法。", "base_revision_id": entry["current"]["id"]}
    assert (await curator.post(f"{here}/revisions", json=revision)).status_code == 201
    assert (await curator.post(f"{here}/revisions", json=revision)).status_code == 409
    question = (await curator.post(f"{here}/gold-questions", json={"text": "家里没电"})).json()
    await curator.get(f"{API}/knowledge/gold-questions/file", params={"format": "csv"})
    assert (await curator.delete(f"{API}/knowledge/gold-questions/{question['id']}")).status_code == 204
    assert (await curator.post(f"{here}/retire")).status_code == 200
    assert (await curator.post(f"{here}/revisions/{UNKNOWN}/publish", json={})).status_code == 404
    assert await audited(server.application.database, "entry.") == [
        (CURATOR, "entry.created", entry["id"]),
        (CURATOR, "entry.revised", entry["id"]),
        (CURATOR, "entry.retired", entry["id"]),
    ]
    assert await actions(server, "gold_question.") == [
        "gold_question.added",
        "gold_question.exported",
        "gold_question.removed",
    ]


async def test_words_are_recorded(server: Server, curator: httpx.AsyncClient) -> None:
    words = f"{API}/knowledge/words"
    group = (await curator.post(words, json=GROUP)).json()
    change = GROUP | {"words": ["空开", "空气开关"], "base_number": group["number"]}
    assert (await curator.put(f"{words}/{group['id']}", json=change)).status_code == 200
    assert (await curator.put(f"{words}/{group['id']}", json=change)).status_code == 409
    exported = await curator.get(f"{words}/export")
    assert (await curator.post(f"{words}/import", files={"file": ("w.csv", exported.content)})).status_code == 200
    assert (await curator.post(f"{words}/import", files={"file": ("w.csv", b"not,words")})).status_code == 422
    assert (await curator.delete(f"{words}/{group['id']}")).status_code == 204
    entries = await audit_entries(server.application.database, "words.")
    assert [entry.action for entry in entries] == [
        "words.created",
        "words.changed",
        "words.exported",
        "words.imported",
        "words.removed",
    ]
    assert entries[2].details == {"format": "csv", "groups": 1}


async def test_taxonomy_is_recorded(server: Server, curator: httpx.AsyncClient) -> None:
    pack = f"{API}/taxonomy/power"
    number = (await curator.get(pack)).json()["number"]
    change = {"kind": "retire", "code": "power.outage.area", "is_retired": True}
    edit = {"base_number": number, "change": change}
    assert (await curator.post(f"{pack}/changes", json=edit)).status_code == 200
    assert (await curator.post(f"{pack}/changes", json=edit)).status_code == 409
    await curator.get(f"{pack}/file")
    assert (await curator.post(f"{pack}/restore", json={"base_number": number + 1, "number": 0})).status_code == 200
    entries = await audit_entries(server.application.database, "taxonomy.")
    assert [(entry.action, entry.object_id) for entry in entries] == [
        ("taxonomy.changed", "power"),
        ("taxonomy.exported", "power"),
        ("taxonomy.restored", "power"),
    ]
    assert entries[0].details == {"number": number + 1, "kind": "retire"}


async def test_import_is_recorded_and_its_owner_told_once(server: Server, curator: httpx.AsyncClient) -> None:
    imports = server.application.get(DocumentImports)
    created = (await curator.post(f"{API}/imports", json={"sector": "water"})).json()["id"]
    form = {"import_id": created, "name": "约定.md"}
    for data in (form, form | {"name": "../x.md"}):
        await curator.post(f"{API}/imports/files", data=data, files={"file": ("document", RULES.encode())})
    assert (await curator.post(f"{API}/imports/{created}/read")).status_code == 202
    await imports.work_off()
    assert (await curator.post(f"{API}/imports/{created}/publish")).status_code == 202
    assert (await curator.post(f"{API}/imports/{created}/publish")).status_code == 409
    await imports.work_off()
    assert (await curator.post(f"{API}/imports/{created}/cancel")).status_code == 409
    assert await audited(server.application.database, "import.") == [
        (CURATOR, action, created)
        for action in ("import.created", "import.file_added", "import.read", "import.published")
    ]
    assert await told(curator) == [("import.finished", "import", created, {"files": 1, "refused_files": 0})]


async def told(browser: httpx.AsyncClient) -> list[tuple[str, str, str, dict[str, object]]]:
    items = (await browser.get(f"{API}/notifications")).json()["items"]
    return [(item["kind"], item["object_kind"], item["object_id"], item["parameters"]) for item in items]


async def test_category_models_are_recorded(server: Server, curator: httpx.AsyncClient) -> None:
    assert (await curator.post(f"{API}/category-models/7/live", json={"note": ""})).status_code == 404
    assert (await curator.post(f"{API}/category-models")).status_code == 202
    assert (await curator.post(f"{API}/category-models")).status_code == 409
    assert await audited(server.application.database, "category_model.") == [
        (CURATOR, "category_model.ordered", "next")
    ]


async def test_account_without_the_right_writes_nothing(server: Server) -> None:
    agent = await server.browser_of(Role.AGENT)
    before = len(await audit_entries(server.application.database))
    assert (await agent.post(f"{API}/knowledge/words", json=GROUP)).status_code == 403
    assert (await agent.get(f"{API}/taxonomy/power/file")).status_code == 403
    assert len(await audit_entries(server.application.database)) == before
