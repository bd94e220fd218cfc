"""A server goes on while the ranking is fitted beside it: it answers by the model that went live, without a restart."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assist_api.cli.main import run
from assist_api.migrations import runner
from assist_api.search.parts import Knowledge, parts_of_search
from assist_api.settings import AssistSettings
from kb.packs.importing import PackImporter
from kb.search.query import SearchQuery
from kb.search.ranking.model import shipped_model
from kb.search.ranking.versions import LOOK_EVERY_SECONDS
from kb.settings import KBSettings
from kit.clock import SystemClock
from kit.db import Database

pytestmark = pytest.mark.module

THINGS = ("电表", "水表", "燃气表", "暖气片", "机顶盒", "变压器", "热水器", "遥控器", "阀门", "路灯")
FAULTS = ("不亮了", "漏水了", "有异响", "要更换", "被人偷走", "读数不对", "冒烟发烫", "想移个位置")
PAIRS = [(thing, fault) for thing in THINGS for fault in FAULTS]


def pack_rows() -> list[dict[str, Any]]:
    common = {"kind": "entry", "variants": [], "script": "好的。", "sector": "power"}
    place = {"situation": "power.outage.single", "business_type": "fault"}
    return [
        {
            "key": f"thing-{number}",
            "title": f"{thing}{fault}怎么办",
            "answer": "先登记，再派人上门。" * (1 + number % 7),
            **common,
            **place,
        }
        for number, (thing, fault) in enumerate(PAIRS)
    ]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AssistSettings:
    monkeypatch.setenv("ASSIST_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("KB_EMBEDDER", "none")
    monkeypatch.setenv("COLUMNS", "200")
    return AssistSettings.load()


@pytest.fixture
async def server(settings: AssistSettings, tmp_path: Path) -> AsyncIterator[Knowledge]:
    """The search of a running server: it holds the index for writing while commands run beside it."""
    settings.data_dir.mkdir()
    pack = tmp_path / "things.jsonl"
    pack.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in pack_rows()), "utf-8")
    database, clock = Database(settings.effective_database_url), SystemClock()
    await runner.upgrade(database)
    report = await PackImporter(database, clock).import_pack([pack])
    assert not any(file.refused for file in report.files)
    knowledge = parts_of_search(settings, KBSettings.load(), database, clock)
    await knowledge.indexer.catch_up()
    await knowledge.search.warm_up()
    yield knowledge
    await knowledge.aclose()
    await database.aclose()


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    file = tmp_path / "gold.tsv"
    lines = [f"我家的{thing}{fault}\tthing-{number}\n" for number, (thing, fault) in enumerate(PAIRS)]
    file.write_text("".join(lines), "utf-8")
    return file


async def command(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    """Run `tingzhi ranking …` as another process would and return its one object."""

    def ran() -> None:
        with contextlib.suppress(SystemExit):
            run(["ranking", *map(str, arguments)])

    capsys.readouterr()
    await asyncio.to_thread(ran)
    out = capsys.readouterr().out
    found: dict[str, Any] = json.loads(out) if out.startswith("{") else {"said": out}
    return found


async def best(server: Knowledge, text: str) -> str:
    await asyncio.sleep(1.1 * LOOK_EVERY_SECONDS)
    return (await server.search.search(SearchQuery(text))).hits[0].title


def let_a_bad_model_go_live(server: Knowledge) -> None:
    """It likes long answers."""
    bad = replace(shipped_model(), name="bad", lexical_weights={"told_length": 9.0})
    number = server.rankings.add(bad, made_at=datetime(2026, 11, 25, tzinfo=UTC), verdict="", scores={})
    server.rankings.make_live(number)


async def test_a_fit_that_wins_answers_in_the_running_server_and_can_be_rolled_back(
    server: Knowledge, gold: Path, capsys: pytest.CaptureFixture[str]
):
    let_a_bad_model_go_live(server)
    assert await best(server, "我家的电表漏水了") != "电表漏水了怎么办"
    report = await command(capsys, "fit", gold, "--json")
    assert (report["has_gone_live"], report["live_version"], report["questions"]) == (True, 2, len(PAIRS))
    assert report["comparison"]["fitted"]["mrr_at_10"] > report["comparison"]["live"]["mrr_at_10"]
    assert await best(server, "我家的电表漏水了") == "电表漏水了怎么办"
    assert "version 1 " in (await command(capsys, "rollback"))["said"].lower()
    assert await best(server, "我家的电表漏水了") != "电表漏水了怎么办"
    listed = await command(capsys, "versions", "--json")
    assert listed["live_version"] == 1
    assert [version["number"] for version in listed["versions"]] == [0, 1, 2]


async def test_a_fit_that_does_not_win_is_kept_and_changes_nothing(
    server: Knowledge, gold: Path, capsys: pytest.CaptureFixture[str]
):
    assert await best(server, "我家的电表漏水了") == "电表漏水了怎么办"
    report = await command(capsys, "fit", gold, "--json")
    assert (report["has_gone_live"], report["version"], report["live_version"]) == (False, 1, 0)
    assert server.rankings.live_number() == 0
    assert server.rankings.load(1).scores["gain"] <= 0


async def test_gold_questions_kept_with_entries_are_learned_from(
    server: Knowledge, settings: AssistSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    pack = tmp_path / "questions.jsonl"
    rows = [
        {"kind": "gold_question", "entry": f"thing-{number}", "questions": [f"我家的{thing}{fault}"]}
        for number, (thing, fault) in enumerate(PAIRS)
    ]
    pack.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    database = Database(settings.effective_database_url)
    await PackImporter(database, SystemClock()).import_pack([pack])
    await database.aclose()
    assert (await command(capsys, "fit", "--json"))["questions"] == len(PAIRS)


@pytest.mark.parametrize(("line", "said"), [("停电了\tno-such-entry\n", "no-such-entry"), ("停电了\n", "gold.tsv:1")])
def test_a_gold_file_with_a_mistake_is_one_line(
    settings: AssistSettings, gold: Path, capsys: pytest.CaptureFixture[str], line: str, said: str
):
    gold.write_text(line, "utf-8")
    assert run(["ranking", "fit", str(gold)]) == 2
    error = capsys.readouterr().err.strip()
    assert said in error
    assert error.startswith("error: ")
    assert not (settings.data_dir / "ranking").exists()


def test_too_few_questions_are_refused(settings: AssistSettings, capsys: pytest.CaptureFixture[str]):
    assert run(["ranking", "fit"]) == 2
    assert "0 questions" in capsys.readouterr().err
