"""Every kind of notification that a module declares reads as a sentence in every language of the page."""

from __future__ import annotations

import re
from pathlib import Path

import orjson
import pytest

from assist_api.composition import compose
from assist_api.notifications.service import Notifier
from kb.settings import KBSettings
from tests.fakes.assist_core_server import settings_for

pytestmark = pytest.mark.module

TEXTS = Path("web_agent/src/i18n")
LANGUAGES = ("zh-CN", "en")


def test_every_kind_has_a_text_with_its_parameters(tmp_path: Path) -> None:
    settings = settings_for(f"sqlite+aiosqlite:///{tmp_path}/tingzhi.db", tmp_path)
    application = compose(settings, kb_settings=KBSettings(_env_file=None, embedder="none"))
    expected = {rule.kind.replace(".", "_"): rule.parameters for rule in application.get(Notifier).rules}
    for language in LANGUAGES:
        texts = orjson.loads((TEXTS / language / "notifications.json").read_bytes())["notifications"]["kind"]
        assert {kind: frozenset(re.findall(r"{{(\w+)}}", text)) for kind, text in texts.items()} == expected, language
