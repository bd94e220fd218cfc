from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.assist_calls_desk import Desk
from tests.fakes.assist_calls_server import run_desk_server
from tests.fakes.assist_core_server import Server, run_server, settings_for


@pytest.fixture
async def served(database_url: str, tmp_path: Path) -> AsyncIterator[tuple[Server, Desk]]:
    async with run_desk_server(database_url, tmp_path) as running:
        yield running


@pytest.fixture
async def server(database_url: str, tmp_path: Path) -> AsyncIterator[Server]:
    async with run_server(settings_for(database_url, tmp_path)) as running:
        yield running
