"""Fixtures every level shares: one PostgreSQL per run, a fresh database per test, no sockets in unit tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import kb.search  # noqa: F401  # rejected as unused: switches telemetry off before a test imports the library it wraps
from tests.servers.postgres import PostgresServer, run_postgres

LEVELS = ("unit", "module", "contract", "integration", "evals", "e2e")
"""In the order they run: quick ones first. The browser's driver keeps an event loop in the main thread from its first
use to the end of the run, and no other loop can run there meanwhile: what needs a browser runs last."""

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
"""No test asserts a time: a busy machine fails no property."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse tests that do not declare their level, run level by level, and keep unit tests off the network."""
    rank: dict[pytest.Item, int] = {}
    for item in items:
        levels = set(LEVELS) & {mark.name for mark in item.iter_markers()}
        if not levels:
            raise pytest.UsageError(f"{item.nodeid} declares no level; set pytestmark = pytest.mark.<level>")
        if levels == {"unit"}:
            # An event loop wakes itself through a local socket pair; the network stays closed.
            item.add_marker(pytest.mark.disable_socket)
        rank[item] = max(map(LEVELS.index, levels))
    items.sort(key=rank.__getitem__)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A real PostgreSQL, started on first use."""
    with run_postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of an empty database; each test runs on both kinds."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'test.sqlite'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.create_database()
    yield url
    server.drop_database(url)
