from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.assist_core_server import Server, run_server, settings_for


@pytest.fixture
async def server(database_url: str, tmp_path: Path) -> AsyncIterator[Server]:
    async with run_server(settings_for(database_url, tmp_path)) as running:
        yield running
