from __future__ import annotations

import json
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
  - {entry: smell, questions: [今天天气怎么样]}
"""


def evaluate(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    with pytest.raises(SystemExit) as ended:
        run(["evaluate", "knowledge", *options])
    assert ended.value.code in (0, None)
    return capsys.readouterr().out


def test_evaluate_knowledge_says_which_questions_get_no_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASSIST_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("KB_EMBEDDER", "none")
    pack = tmp_path / "pack.yaml"
    pack.write_text(PACK, "utf-8")
    with pytest.raises(SystemExit):
        run(["import", str(pack)])
    capsys.readouterr()
    report = json.loads(evaluate(capsys, "--json", "--record"))
    assert (report["state"], report["is_recorded"]) == ("lexical_only", True)
    assert report["figures"]["power"] == {
        "questions": 1, "hit_at_1": 1.0, "hit_at_3": 1.0, "mrr": 1.0, "nothing_fits": 0.0
    }  # fmt: skip
    assert [item["text"] for item in report["missed"]] == ["今天天气怎么样"]
    assert "今天天气怎么样" in evaluate(capsys)
