"""A database without room, or away: requests are refused with the reason, nothing is half-written, and it passes."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from assist_api.http.permissions import Role
from tests.fakes.assist_core_server import run_server, settings_for
from tests.fakes.full_sqlite import create_with_small_pages, full
from tests.fakes.kb_core_drafts import entry_draft
from tests.servers.postgres import run_postgres

pytestmark = pytest.mark.module

ENTRIES = "/api/v1/knowledge/entries"


async def test_publishing_on_a_full_disk_is_refused_and_leaves_the_old_text(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "full.sqlite"
    create_with_small_pages(file)
    async with run_server(settings_for(f"sqlite+aiosqlite:///{file}", tmp_path)) as server:
        curator = await server.browser_of(Role.CURATOR)
        entry = (await curator.post(ENTRIES, json=entry_draft().model_dump(mode="json"))).json()
        changed = entry_draft(script="先看总闸，再看空开。" * 40).model_dump(mode="json")
        changed |= {"base_revision_id": entry["current"]["id"]}
        revisions = f"{ENTRIES}/{entry['id']}/revisions"
        with full(server.application.database), caplog.at_level(logging.INFO):
            refused = await curator.post(revisions, json=changed)
            listed = await curator.get(revisions)
        assert (refused.status_code, refused.json()["code"]) == (503, "disk_full")
        assert "总闸" not in caplog.text
        assert [item["number"] for item in listed.json()["items"]] == [1]
        made = await curator.post(revisions, json=changed)
        assert (made.status_code, made.json()["number"]) == (201, 2)


async def test_a_database_that_is_away_is_told_and_asked_again(tmp_path: Path) -> None:
    with run_postgres() as postgres:
        async with run_server(settings_for(postgres.create_database(), tmp_path)) as server:
            curator = await server.browser_of(Role.CURATOR)
            await asyncio.to_thread(postgres.stop)
            refused = await curator.get(ENTRIES)
            assert (refused.status_code, refused.json()["code"]) == (503, "database_unreachable")
            await asyncio.to_thread(postgres.start)
            assert (await curator.get(ENTRIES)).status_code == 200
