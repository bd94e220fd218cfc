from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.assist_core_clock import PatientClock
from tests.fakes.assist_core_server import Server, run_server, settings_for


@pytest.fixture
async def server(database_url: str, tmp_path: Path) -> AsyncIterator[Server]:
    # A job that waits for a slow receiver must not move the time under another one.
    async with run_server(settings_for(database_url, tmp_path), clock=PatientClock()) as running:
        yield running
