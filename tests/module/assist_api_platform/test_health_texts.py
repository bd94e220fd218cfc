"""Every line of the health page has a name in every language of the page, and every figure of it is a known one."""

from __future__ import annotations

import re
from pathlib import Path

import orjson
import pytest

from assist_api.composition import compose
from assist_api.health.service import HealthService
from cti_adapter.settings import CTISettings
from kb.settings import KBSettings
from tests.fakes.assist_core_server import settings_for

pytestmark = pytest.mark.module

TEXTS = Path("web_agent/src/i18n")
CODES = re.compile(r"not_ok\(\s*\"[a-z_]+\",\s*\"[a-z]+\",\s*\"([a-z_]+)\"")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_part_and_every_reason_has_a_text(language: str, tmp_path: Path) -> None:
    settings = settings_for(f"sqlite+aiosqlite:///{tmp_path}/tingzhi.db", tmp_path)
    application = compose(
        settings,
        kb_settings=KBSettings(_env_file=None, embedder="none"),
        cti_settings=CTISettings(_env_file=None, data_dir=tmp_path / "pbx"),
    )
    lines = orjson.loads((TEXTS / language / "health.json").read_bytes())["health"]
    parts = application.get(HealthService).parts
    assert {"pbx", "ivr", "business_system", "recordings"} <= set(parts)
    assert [part for part in parts if f"part_{part}" not in lines] == []
    told = {code for path in Path("assist_api").rglob("*.py") for code in CODES.findall(path.read_text())}
    known = orjson.loads((TEXTS / language / "errors.json").read_bytes())["error"]
    assert "categories_not_learned" in told
    assert sorted(told - set(known)) == []
