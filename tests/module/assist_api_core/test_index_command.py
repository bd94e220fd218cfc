from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from assist_api.cli.main import run
from assist_api.migrations import runner
from assist_api.search.parts import parts_of_search
from assist_api.settings import AssistSettings
from kb.packs.importing import PackImporter
from kb.settings import KBSettings
from kit.clock import SystemClock
from kit.db import Database
from tests.module.assist_api_core.test_commands import PACK

pytestmark = pytest.mark.module


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AssistSettings:
    """A data folder with one entry and no index, named by the environment as for a command."""
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    pack = tmp_path / "power.yaml"
    pack.write_text(PACK, encoding="utf-8")
    monkeypatch.setenv("ASSIST_DATA_DIR", str(data_dir))
    monkeypatch.setenv("KB_EMBEDDER", "none")
    monkeypatch.chdir(tmp_path)
    made = AssistSettings(_env_file=None, data_dir=data_dir)
    asyncio.run(fill(made, pack))
    return made


async def fill(settings: AssistSettings, pack: Path) -> None:
    database = Database(settings.effective_database_url)
    await runner.upgrade(database)
    report = await PackImporter(database, SystemClock()).import_pack([pack])
    assert not any(file.refused for file in report.files)
    await database.aclose()


def tingzhi(*arguments: str) -> int:
    """Run a command in this process; a command of several ends by `SystemExit`."""
    try:
        return run(arguments)
    except SystemExit as end:
        return int(end.code or 0)


def status(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    capsys.readouterr()
    assert tingzhi("index", "status", "--json") == 0
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


def test_without_a_server_the_command_rebuilds_and_the_status_tells(
    settings: AssistSettings, capsys: pytest.CaptureFixture[str]
):
    assert tingzhi("index", "rebuild") == 0
    assert "in this process" in capsys.readouterr().out
    (index,) = status(capsys)
    assert (index["part"], index["store"], index["is_answering"]) == ("index", "embedded", True)
    assert (index["documents"], index["is_held_elsewhere"]) == (1, False)
    assert index["change_number"] == index["newest_change"] == 1
    assert tingzhi("index", "status") == 0
    assert "embedded" in capsys.readouterr().out


def test_a_running_server_fulfils_the_wish_and_the_command_watches(
    settings: AssistSettings, capsys: pytest.CaptureFixture[str]
):
    asyncio.run(serve_and_rebuild(settings, capsys))


async def serve_and_rebuild(settings: AssistSettings, capsys: pytest.CaptureFixture[str]) -> None:
    database = Database(settings.effective_database_url)
    chosen = KBSettings(_env_file=None, embedder="none", index_poll_seconds=0.05)
    knowledge = parts_of_search(settings, chosen, database, SystemClock())
    await knowledge.indexer.catch_up()
    before = knowledge.index.store.folder
    knowledge.indexer.start()
    (index,) = await asyncio.to_thread(status, capsys)
    assert index["is_held_elsewhere"]
    assert await asyncio.to_thread(tingzhi, "index", "rebuild") == 0
    assert "running server" in capsys.readouterr().out
    assert knowledge.index.store.folder != before
    assert knowledge.index.store.count_documents() == 1
    await knowledge.aclose()
    await database.aclose()


def test_a_search_server_that_is_away_is_said_and_the_wish_is_kept(
    settings: AssistSettings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("KB_SEARCH_STORE", "elasticsearch")
    monkeypatch.setenv("KB_ELASTICSEARCH_URL", "http://127.0.0.1:9")
    assert tingzhi("index", "rebuild") == 2
    assert "Not rebuilt: index." in capsys.readouterr().err
    index, standby = status(capsys)
    assert not index["is_answering"]
    assert "KB_ELASTICSEARCH_URL" in str(index["detail"])
    assert (standby["documents"], standby["is_answering"]) == (1, True)
    assert (settings.data_dir / "search" / "REBUILD").is_file()
