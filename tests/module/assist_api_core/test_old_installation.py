"""The data folder of the version before modules, jobs and audit opens with everything that is in it.

Its power was cut while it published an import. `scripts/make_old_installation.py` made the archive.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from assist_api.imports.service import DocumentImports
from kb.entries.models import Revision
from kit.jobs import JobState
from tests.fakes.assist_core_server import ADMIN_PASSWORD, PASSWORD, Server, run_server, settings_for, sign_in

pytestmark = pytest.mark.module

ARCHIVE = Path(__file__).parents[2] / "fixtures" / "old_installation.tar.xz"
API = "/api/v1"
ARTICLES = 40
"""Of each regulation that was imported; see `scripts/old_installation_story.py`."""
REGULATIONS = 6


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(tmp_path, filter="data")
    async with run_server(settings_for(f"sqlite+aiosqlite:///{tmp_path / 'tingzhi.sqlite'}", tmp_path)) as running:
        yield running


@pytest.fixture
def known(server: Server) -> dict[str, str]:
    ids: dict[str, str] = json.loads((server.application.settings.data_dir / "known.json").read_text(encoding="utf-8"))
    return ids


async def open_browser(server: Server, username: str, password: str = PASSWORD) -> httpx.AsyncClient:
    browser = server.browser()
    (await sign_in(browser, username, password)).raise_for_status()
    return browser


async def get(browser: httpx.AsyncClient, path: str) -> Any:  # noqa: ANN401  # rejected: JSON
    answer = await browser.get(API + path)
    assert answer.status_code == 200, (path, answer.text)
    return answer.json()


async def test_people_sign_in_with_their_passwords_and_roles(server: Server) -> None:
    admin = await open_browser(server, "admin", ADMIN_PASSWORD)
    accounts = {item["username"]: item["role"] for item in (await get(admin, "/accounts"))["items"]}
    roles = {f"old.{role}": role for role in ("agent", "curator", "supervisor", "trainer")}
    assert roles.items() <= accounts.items()
    assert accounts["admin"] == "admin"
    for username, role in roles.items():
        browser = await open_browser(server, username)
        assert (await get(browser, "/session"))["account"]["role"] == role


async def test_knowledge_is_there_with_its_history(server: Server, known: dict[str, str]) -> None:
    curator = await open_browser(server, "old.curator")
    entry = await get(curator, f"/knowledge/entries/{known['entry']}")
    assert (entry["current"]["title"], entry["current"]["number"]) == ("水表不走字怎么办", 2)
    revisions = (await get(curator, f"/knowledge/entries/{known['entry']}/revisions"))["items"]
    assert [revision["change_note"] for revision in revisions] == ["补报修", ""]
    words = (await get(curator, "/knowledge/words"))["items"]
    assert ["水表", "走字表"] in [group["words"] for group in words]
    taxonomy = await get(curator, "/taxonomy/water")
    names = {item["code"]: item["name_zh"] for group in taxonomy["groups"] for item in group["situations"]}
    assert (taxonomy["number"], names["water.metering.fault"]) == (1, "水表不走")
    questions = (await get(curator, f"/knowledge/entries/{known['entry']}/gold-questions"))["items"]
    assert [question["text"] for question in questions] == ["水表为什么不走"]


async def test_policy_that_was_chosen_holds(server: Server) -> None:
    curator = await open_browser(server, "old.curator")
    assert (await get(curator, "/knowledge/tests/policy"))["policy"] == "off"


async def test_call_is_there_with_verdict_category_case_and_recording(server: Server, known: dict[str, str]) -> None:
    agent = await open_browser(server, "old.agent")
    snapshot = (await get(agent, f"/calls/{known['call']}"))["data"]
    assert (snapshot["call"]["title"], snapshot["call"]["state"]) == ("旧电话", "ended")
    assert [line["text"] for line in snapshot["utterances"]][-1] == "总开关跳闸了，推不上去"
    assert snapshot["chosen_category"]["category_id"] == "fault/power.outage.single"
    assert "used" in json.dumps(snapshot)
    case = (await get(agent, f"/calls/{known['call']}/case"))["case"]
    assert (case["title"], case["solution"]) == ("旧工单", "合上总开关后恢复。")
    audio = await agent.get(f"{API}/calls/{known['call']}/audio")
    assert (audio.status_code, audio.content[:4]) == (200, b"fLaC")


async def test_import_that_was_cut_off_goes_on_as_a_job_and_nothing_is_there_twice(
    server: Server, known: dict[str, str]
) -> None:
    admin = await open_browser(server, "admin", ADMIN_PASSWORD)
    cut_off = await get(admin, f"/imports/{known['unfinished']}")
    assert (await get(admin, f"/imports/{known['finished']}"))["state"] == "finished"
    assert (cut_off["state"], 0 < cut_off["done_count"] < REGULATIONS) == ("publishing", True)
    # What the start of the module does.
    await server.application.get(DocumentImports).recover()
    (job,) = (await get(admin, "/jobs"))["items"]
    assert (job["kind"], job["state"]) == ("documents.import", JobState.WAITING)
    assert await server.application.run_due_jobs() == 1
    assert (await get(admin, f"/imports/{known['unfinished']}"))["state"] == "finished"
    async with server.application.database.session() as session:
        is_ours = Revision.title.like("供水规定%")
        statement = select(Revision.state, func.count(), func.count(Revision.title.distinct())).where(is_ours)
        states = {tuple(row) for row in await session.execute(statement.group_by(Revision.state))}
    # The first of the six regulations takes the place of the one that was imported before.
    articles = REGULATIONS * ARTICLES
    assert states == {("published", articles, articles), ("retired", ARTICLES, ARTICLES)}
