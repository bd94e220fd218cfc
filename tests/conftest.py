"""Fixtures every level shares: one PostgreSQL per run, a fresh database per test, no sockets in unit tests."""

from __future__ import annotations

import asyncio
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fastapi.routing
import pytest
import structlog
from hypothesis import settings
from starlette.routing import BaseRoute

import kb.search  # noqa: F401  # rejected as unused: switches telemetry off before a test imports the library it wraps
from assist_api.migrations import runner
from kb.settings import KBSettings
from kit.db import Database
from tests.servers.elasticsearch import delete_indices, run_elasticsearch
from tests.servers.postgres import PostgresServer, run_postgres

LEVELS = ("unit", "module", "contract", "integration", "evals", "e2e")
"""In the order they run: quick ones first. The browser's driver keeps an event loop in the main thread from its first
use to the end of the run, and no other loop can run there meanwhile: what needs a browser runs last."""

RUNNING_ELASTICSEARCH_VARIABLE = "TINGZHI_TEST_ELASTICSEARCH_URL"

settings.register_profile("untimed", deadline=None)
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("untimed")
"""No test asserts a time: a busy machine fails no property. `make test` takes the same examples each time ("steady"); a
developer's own runs look for new ones."""


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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print why a test failed that passed when it ran again: it is unsteady, a defect like any other."""
    failed = {report.nodeid for report in terminalreporter.getreports("failed")}
    unsteady = [report for report in terminalreporter.getreports("rerun") if report.nodeid not in failed]
    if unsteady:
        terminalreporter.section("UNSTEADY: failed, then passed; to be mended")
    for report in unsteady:
        terminalreporter.write_line(f"{report.nodeid}\n{report.longreprtext}\n")


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """Forget where a command logs to: that is its test's standard error, which is closed afterwards."""
    _log_plainly()
    yield
    structlog.reset_defaults()


def _log_plainly() -> None:
    """Leave the values of variables out of tracebacks: printing them took seconds where a test provokes faults."""
    renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], renderer])


@pytest.fixture(scope="session", autouse=True)
def _routes_are_built_once() -> Iterator[None]:
    """Let every application of this process share what FastAPI works out about a route.

    It takes half a second for all routes, again for each application, and nearly every test has one of its own. Nothing
    in it belongs to an application: handlers find theirs by the request, and no test overrides a dependency.
    """
    build = fastapi.routing._IncludedRouter._build_effective_context

    def build_once(included: fastapi.routing._IncludedRouter, route: BaseRoute) -> Any:  # noqa: ANN401  # rejected: private to FastAPI
        kept = route.__dict__.setdefault("_contexts_by_prefix", {})
        prefix = included.include_context.prefix
        if prefix not in kept:
            kept[prefix] = build(included, route)
        return kept[prefix]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fastapi.routing._IncludedRouter, "_build_effective_context", build_once)
        yield


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A real PostgreSQL, started on first use."""
    with run_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def elasticsearch_url() -> Iterator[str]:
    """Address of a real Elasticsearch, started on first use; one that runs already when the variable names it."""
    running = os.environ.get(RUNNING_ELASTICSEARCH_VARIABLE)
    if running:
        yield running
        return
    with run_elasticsearch() as node:
        yield node.url


@pytest.fixture
def elasticsearch_settings(elasticsearch_url: str) -> Iterator[KBSettings]:
    """Settings with an index prefix of the test's own; its indices are deleted at the end."""
    settings = KBSettings(
        _env_file=None,
        search_store="elasticsearch",
        elasticsearch_url=elasticsearch_url,
        elasticsearch_index_prefix=f"t{uuid.uuid4().hex[:12]}",
        elasticsearch_search_timeout_seconds=20,
        index_poll_seconds=0.05,
    )
    yield settings
    delete_indices(elasticsearch_url, settings.elasticsearch_index_prefix)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every table and no rows: migrating it takes a second, copying it a millisecond."""
    file = tmp_path_factory.mktemp("migrated") / "template.sqlite"
    asyncio.run(migrate(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: PostgresServer) -> str:
    """Address of a PostgreSQL database with every table and no rows, which nobody is connected to."""
    url = postgres_server.create_database()
    asyncio.run(migrate(url))
    return url


async def migrate(url: str) -> None:
    """Give a database every table."""
    database = Database(url)
    await runner.upgrade(database)
    await database.aclose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a database with every table and no rows; each test runs on both kinds."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "test.sqlite")
        yield f"sqlite+aiosqlite:///{tmp_path / 'test.sqlite'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.create_database(request.getfixturevalue("migrated_postgres"))
    yield url
    server.drop_database(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a database without tables; for tests of migrations, on both kinds."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'empty.sqlite'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.create_database()
    yield url
    server.drop_database(url)
