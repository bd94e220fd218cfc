"""`tingzhi load` on a real Asterisk: four calls at once, each heard, answered and counted."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from assist_api.cli.main import run
from cti_adapter.asterisk.plan_file import save_plan
from tests.servers.asterisk import run_asterisk

pytestmark = pytest.mark.integration


def test_four_callers_are_answered_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with run_asterisk(tmp_path / "asterisk", agents=("8001", "8002", "8003", "8004")) as process:
        save_plan(process.plan, tmp_path)
        monkeypatch.setenv("CTI_DATA_DIR", str(tmp_path))
        monkeypatch.setenv("CTI_SIP_PORT", str(process.plan.addresses.sip_port))
        monkeypatch.setenv("CTI_AMI_PORT", str(process.plan.addresses.ami_port))
        with pytest.raises(SystemExit) as ended:
            run(["load", "--calls", "4", "--minutes", "0.15", "--talk", "2", "--tap", "--json"])
        assert not ended.value.code
    report = orjson.loads(capsys.readouterr().out)
    assert report["answered"] >= 4
    assert report["failed"] == 0
    assert report["frames"] > 1000
    assert report["tapped_seconds"] > 4
    assert report["event_p95_ms"] is not None
