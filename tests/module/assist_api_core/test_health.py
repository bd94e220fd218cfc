from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from assist_api.health.checks import CheckResult, refuse_to_start, run_checks
from assist_api.health.service import HealthService
from assist_api.http.permissions import Role
from assist_api.migrations import runner
from kit.db import Database
from kit.errors import MisconfiguredError
from tests.fakes.assist_core_server import Server, run_server, settings_for

pytestmark = pytest.mark.module


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'test.sqlite'}"
    async with run_server(settings_for(url, tmp_path)) as running:
        yield running


async def test_liveness_and_readiness_are_open(server: Server) -> None:
    browser = server.browser()
    assert (await browser.get("/api/v1/health/live")).json() == {"state": "ok"}
    starting = await browser.get("/api/v1/health/ready")
    assert (starting.status_code, starting.json()) == (503, {"state": "starting"})
    server.application.get(HealthService).set_ready(True)
    ready = await browser.get("/api/v1/health/ready")
    assert (ready.status_code, ready.json()) == (200, {"state": "ready"})


async def test_parts_tell_which_one_is_ill(server: Server) -> None:
    report = (await (await server.browser_of(Role.AGENT)).get("/api/v1/health/parts")).json()
    lines = {part["part"]: (part["state"], part["code"]) for part in report["parts"]}
    assert lines["database"] == ("ok", "")
    assert lines["speech"] == ("failed", "models_not_loaded")
    assert lines["web"] == ("degraded", "web_not_built")
    assert report["state"] == "failed"


async def test_broken_part_does_not_hide_the_others(server: Server) -> None:
    browser = await server.browser_of(Role.AGENT)
    (server.application.settings.data_dir / "search").write_text("not a folder")
    report = (await browser.get("/api/v1/health/parts")).json()
    lines = {part["part"]: (part["state"], part["code"]) for part in report["parts"]}
    assert lines["search"] == ("failed", "probe_failed")
    assert lines["database"] == ("ok", "")


@pytest.mark.parametrize(
    ("address", "status"), [("127.0.0.1", 200), ("::1", 200), ("192.0.2.7", 403), ("testclient", 403)]
)
async def test_metrics_are_given_to_this_machine_only(server: Server, address: str, status: int) -> None:
    await server.browser().get("/api/v1/health/live")
    answer = await server.browser(address=address).get("/metrics")
    assert answer.status_code == status
    assert ("tingzhi_http_requests_total" in answer.text) is (status == 200)


@pytest.mark.parametrize(
    ("header", "status"),
    [("Bearer a long enough token", 200), ("Bearer another token here", 403), ("a long enough token", 403), ("", 403)],
)
async def test_metrics_are_given_to_who_has_the_token(tmp_path: Path, header: str, status: int) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'test.sqlite'}"
    async with run_server(settings_for(url, tmp_path, metrics_token="a long enough token")) as server:
        answer = await server.browser(address="192.0.2.7").get("/metrics", headers={"authorization": header})
    assert answer.status_code == status


def by_part(results: list[CheckResult]) -> dict[str, tuple[str, str]]:
    return {result.part: (result.state, result.code) for result in results}


async def test_fresh_folder_passes_and_database_will_be_migrated(empty_database_url: str, tmp_path: Path) -> None:
    results = by_part(await run_checks(settings_for(empty_database_url, tmp_path / "new", port=_free_port())))
    assert results["data_dir"] == results["disk"] == results["port"] == ("ok", "")
    assert results["database"] == ("degraded", "migration_pending")
    database = Database(empty_database_url)
    await runner.upgrade(database)
    await database.aclose()
    results = by_part(await run_checks(settings_for(empty_database_url, tmp_path, port=_free_port())))
    assert results["database"] == ("ok", "")


async def test_everything_that_stops_a_start_is_named_with_its_mend(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        url = "postgresql+asyncpg://tingzhi:hidden@127.0.0.1:1/none"
        port = int(taken.getsockname()[1])
        blocked = await run_checks(settings_for(url, tmp_path / "file", port=port))
        unreachable = await run_checks(settings_for(url, tmp_path, port=port, min_free_disk_bytes=2**62))
    assert by_part(blocked)["data_dir"] == ("failed", "data_dir_not_writable")
    states = by_part(unreachable)
    assert states["disk"] == ("failed", "disk_full")
    assert states["port"] == ("failed", "port_in_use")
    assert states["database"] == ("failed", "database_unreachable")
    with pytest.raises(MisconfiguredError) as caught:
        refuse_to_start(unreachable)
    for word in ("ASSIST_PORT", "ASSIST_DATA_DIR", "ASSIST_DATABASE_URL"):
        assert word in caught.value.message
    assert "hidden" not in caught.value.message


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
