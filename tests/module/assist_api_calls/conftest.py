from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from assist_api.calls.viewer import CallViewer
from tests.fakes.assist_calls_desk import Desk, add_agent, open_desk


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path / 'calls.sqlite'}"


@pytest.fixture
async def desk(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(sqlite_url, tmp_path) as opened:
        yield opened


@pytest.fixture
async def agent(desk: Desk) -> CallViewer:
    return await add_agent(desk.database)
