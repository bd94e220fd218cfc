from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from assist_api.composition import build_knowledge
from assist_api.settings import AssistSettings
from kb.settings import KBSettings
from kit.clock import SystemClock
from kit.db import Database
from tests.module.assist_api_core.test_commands import PACK, tingzhi

pytestmark = pytest.mark.module


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    pack = tmp_path / "power.yaml"
    pack.write_text(PACK, encoding="utf-8")
    data_dir = tmp_path / "data"
    imported = tingzhi(data_dir, "import", str(pack))
    assert imported.returncode == 0, imported.stderr
    return data_dir


def test_without_a_server_the_command_rebuilds_and_the_status_tells(data_dir: Path):
    rebuilt = tingzhi(data_dir, "index", "rebuild")
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert "in this process" in rebuilt.stdout
    status = tingzhi(data_dir, "index", "status", "--json")
    assert status.returncode == 0, status.stderr
    (index,) = json.loads(status.stdout)
    assert (index["part"], index["store"], index["is_answering"]) == ("index", "embedded", True)
    assert index["documents"] == 1
    assert index["change_number"] == index["newest_change"] > 0
    assert not index["is_held_elsewhere"]


async def test_a_running_server_fulfils_the_wish_and_the_command_watches(data_dir: Path):
    settings = AssistSettings(_env_file=None, data_dir=data_dir)
    database = Database(settings.effective_database_url)
    chosen = KBSettings(_env_file=None, embedder="none", index_poll_seconds=0.05)
    knowledge = build_knowledge(settings, chosen, database, SystemClock())
    await knowledge.indexer.catch_up()
    before = knowledge.index.store.folder
    knowledge.indexer.start()
    status = await asyncio.to_thread(tingzhi, data_dir, "index", "status", "--json")
    assert json.loads(status.stdout)[0]["is_held_elsewhere"]
    rebuilt = await asyncio.to_thread(tingzhi, data_dir, "index", "rebuild")
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert "running server" in rebuilt.stdout
    assert knowledge.index.store.folder != before
    assert knowledge.index.store.count_documents() == 1
    await knowledge.aclose()
    await database.aclose()


def test_a_server_that_is_away_is_said_and_the_wish_is_kept(data_dir: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KB_SEARCH_STORE", "elasticsearch")
    monkeypatch.setenv("KB_ELASTICSEARCH_URL", "http://127.0.0.1:9")
    refused = tingzhi(data_dir, "index", "rebuild")
    assert refused.returncode == 2
    assert "Not rebuilt: index." in refused.stderr
    status = tingzhi(data_dir, "index", "status", "--json")
    index, standby = json.loads(status.stdout)
    assert not index["is_answering"]
    assert "KB_ELASTICSEARCH_URL" in index["detail"]
    assert (standby["documents"], standby["is_answering"]) == (1, True)
    assert (data_dir / "search" / "REBUILD").is_file()
