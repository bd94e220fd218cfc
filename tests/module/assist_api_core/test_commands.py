from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.kb_ingest_files import RULES

pytestmark = pytest.mark.module

PACK = """
entries:
  - key: power-no-light
    title: 家里突然没电怎么办
    variants: [家里停电了, 我家没电了邻居有电]
    answer: 先看总开关。
    script: 请您先看一下总开关有没有跳闸。
    sector: power
    situation: power.outage.single
    business_type: fault
"""


def tingzhi(data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    settings = {"ASSIST_DATA_DIR": str(data_dir), "KB_EMBEDDER": "none", "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-c", "from assist_api.cli.main import main; main()", *arguments],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    path = tmp_path / "power.yaml"
    path.write_text(PACK, encoding="utf-8")
    return path


def test_imported_entry_is_found_without_a_server(data_dir: Path, pack: Path) -> None:
    imported = tingzhi(data_dir, "import", str(pack))
    assert imported.returncode == 0, imported.stderr
    assert "power.yaml" in imported.stdout
    found = tingzhi(data_dir, "search", "我家没电了", "--json", "--sector", "power")
    assert found.returncode == 0, found.stderr
    answer = json.loads(found.stdout)
    assert [card["title"] for card in answer["cards"]] == ["家里突然没电怎么办"]
    assert answer["state"] == "lexical_only"
    assert "请您先看一下总开关有没有跳闸。" in tingzhi(data_dir, "search", "我家没电了").stdout


def test_pack_with_a_mistake_is_refused_with_its_place(data_dir: Path, pack: Path) -> None:
    pack.write_text(PACK.replace("power.outage.single", "power.outage.nowhere"), encoding="utf-8")
    refused = tingzhi(data_dir, "import", str(pack))
    assert refused.returncode == 1
    assert "power-no-light situation:" in refused.stderr
    assert json.loads(tingzhi(data_dir, "search", "我家没电了", "--json").stdout)["cards"] == []


def test_missing_pack_is_one_line_and_no_traceback(data_dir: Path, tmp_path: Path) -> None:
    missing = tingzhi(data_dir, "import", str(tmp_path / "nothing.yaml"))
    assert missing.returncode != 0
    assert "does not exist" in missing.stderr
    assert "Traceback" not in missing.stderr


def test_folder_of_documents_is_imported_with_its_account(data_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "约定.md").write_text(RULES, encoding="utf-8")
    (folder / "坏.pdf").write_bytes(b"%PDF-1.7 nothing")
    previewed = tingzhi(data_dir, "import", "--dry-run", str(folder))
    assert previewed.returncode == 1
    assert "坏.pdf: The file is damaged" in previewed.stderr
    assert json.loads(tingzhi(data_dir, "search", "水表多久抄一次", "--json").stdout)["cards"] == []
    imported = tingzhi(data_dir, "import", str(folder), "--sector", "water")
    assert [cell.strip() for cell in imported.stdout.splitlines()[3].split("│")[1:3]] == ["约定.md", "5"]
    found = json.loads(tingzhi(data_dir, "search", "约定第3条", "--json").stdout)
    assert found["cards"][0]["title"] == "水表每月抄一次 · 小区供水约定 第三条"
