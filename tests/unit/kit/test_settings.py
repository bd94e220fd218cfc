from __future__ import annotations

from pathlib import Path

import pytest

from assist_api.settings import AssistSettings
from kit.errors import MisconfiguredError

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ASSIST_ALLOWED_ORIGINS", "https://desk.example"),
        ("ASSIST_TRUSTED_PROXIES", "10.0.0.1, 10.0.0.2"),
        ("ASSIST_TRUSTED_PROXIES", '["the proxy"]'),
        ("ASSIST_PORT", "eight"),
        ("ASSIST_DATABASE_URL", "mysql://localhost/x"),
        ("ASSIST_DATABASE_URL", "nonsense"),
        ("ASSIST_DATABASE_URL", "postgresql+asyncpg://host:port/x"),
        ("ASSIST_METRICS_TOKEN", "short"),
        ("ASSIST_TIME_ZONE", "Mars/Olympus"),
    ],
)
def test_setting_that_cannot_be_used_is_one_line_that_names_it(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(name, value)
    with pytest.raises(MisconfiguredError) as caught:
        AssistSettings.load()
    assert name in caught.value.message
    assert "\n" not in caught.value.message


def test_env_file_that_is_not_text_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes("ASSIST_HOST=主机".encode("gb18030"))
    with pytest.raises(MisconfiguredError) as caught:
        AssistSettings.load()
    assert ".env" in caught.value.message
