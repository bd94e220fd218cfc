from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from assist_api.migrations import runner
from kit.db import Database


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    await runner.upgrade(opened)
    yield opened
    await opened.aclose()
