"""A database without room, or away: requests are refused with the reason, nothing is half-written, and it passes."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from assist_api.accounts.permissions import Role
from tests.fakes.assist_core_server import run_server, settings_for
from tests.fakes.kb_core_drafts import entry_draft
from tests.servers.postgres import run_postgres

pytestmark = pytest.mark.module

ENTRIES = "/api/v1/knowledge/entries"


async def test_publishing_on_a_full_disk_is_refused_and_leaves_the_old_text(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "full.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        # So small that no text finds room in a page that is there.
        connection.execute("PRAGMA page_size = 512")
        connection.execute("CREATE TABLE smallest (page INTEGER)")
    pages = 1_000_000

    def leave_room(connection: Any, *_: object) -> None:  # noqa: ANN401  # rejected: the driver has no type
        # SQLite itself then says what it says on a full disk.
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        cursor.close()

    async with run_server(settings_for(f"sqlite+aiosqlite:///{file}", tmp_path)) as server:
        event.listen(server.services.database.engine.sync_engine, "checkout", leave_room)
        curator = await server.browser_of(Role.CURATOR)
        entry = (await curator.post(ENTRIES, json=entry_draft().model_dump(mode="json"))).json()
        changed = entry_draft(script="先看总闸，再看空开。" * 40).model_dump(mode="json")
        changed |= {"base_revision_id": entry["current"]["id"]}
        revisions = f"{ENTRIES}/{entry['id']}/revisions"
        pages = 1
        with caplog.at_level(logging.INFO):
            refused = await curator.post(revisions, json=changed)
        assert (refused.status_code, refused.json()["code"]) == (503, "disk_full")
        assert "总闸" not in caplog.text
        assert [item["number"] for item in (await curator.get(revisions)).json()["items"]] == [1]
        pages = 1_000_000
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
