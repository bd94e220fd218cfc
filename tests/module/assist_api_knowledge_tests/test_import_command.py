"""`tingzhi import` takes documents through the gold questions as the page does."""

from __future__ import annotations

from pathlib import Path

import pytest

from assist_api.cli.main import run

pytestmark = pytest.mark.module

PACK = """
entries:
  - {key: outage, title: 只有我家没电怎么办, sector: power, situation: power.outage.single, business_type: fault,
     script: 请您先看总开关。, answer: 看总开关。, variants: [就我家没电]}
  - {key: smell, title: 闻到燃气味怎么办, sector: gas, situation: gas.safety.leak, business_type: fault,
     script: 请您先开窗。, answer: 关阀门。, variants: [厨房漏气了]}
gold_questions:
  - {entry: outage, questions: [就我一家没电了]}
"""
RIVAL = """# 用电问答

## 就我一家没电了

看电表上的数字。
"""


def import_file(path: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        run(["import", str(path), *options])
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.err


def test_documents_that_cost_a_question_its_place_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASSIST_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("KB_EMBEDDER", "none")
    monkeypatch.setenv("KB_TEST_DROP_POLICY", "block")
    pack, rival = tmp_path / "pack.yaml", tmp_path / "问答.md"
    pack.write_text(PACK, "utf-8")
    rival.write_text(RIVAL, "utf-8")
    assert import_file(pack, capsys)[0] == 0

    code, said = import_file(rival, capsys, "--sector", "power")
    assert (code, "nothing was published" in said) == (1, True)
    assert "就我一家没电了 → 只有我家没电怎么办, behind “用电问答 · 就我一家没电了”" in said
    code, said = import_file(rival, capsys, "--sector", "power", "--override-reason", "新答案")
    assert (code, "1 test questions: 0 better, 1 worse, 1 of them seen by agents" in said) == (0, True)

    # The rest of the document again: the entry stands where it stood, and nothing is said.
    monkeypatch.setenv("KB_TEST_DROP_POLICY", "warn")
    assert import_file(rival, capsys, "--sector", "power") == (0, "")
