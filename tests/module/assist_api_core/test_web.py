from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.assist_core_server import Server, run_server, settings_for

pytestmark = pytest.mark.module


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'test.sqlite'}"
    async with run_server(settings_for(url, tmp_path)) as running:
        yield running


@pytest.fixture
def built(tmp_path: Path) -> None:
    assets = tmp_path / "dist" / "assets"
    assets.mkdir(parents=True)
    (tmp_path / "dist" / "index.html").write_text("<!doctype html><title>Tingzhi</title>")
    (tmp_path / "dist" / "favicon.svg").write_text("<svg/>")
    (assets / "app-1a2b3c.js").write_text("export {}")
    (tmp_path / "secret.txt").write_text("not for browsers")


async def test_unbuilt_page_says_how_to_build_it(server: Server) -> None:
    answer = await server.browser().get("/calls/1")
    assert (answer.status_code, answer.headers["cache-control"]) == (503, "no-store")
    assert "make web" in answer.text


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("path", ["/", "/calls", "/knowledge/entries/5f0c?tab=history"])
async def test_page_addresses_get_the_application_fresh(server: Server, path: str) -> None:
    answer = await server.browser().get(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
    assert "Tingzhi" in answer.text


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    ("path", "cache"),
    [("/assets/app-1a2b3c.js", "public, max-age=31536000, immutable"), ("/favicon.svg", "no-cache")],
)
async def test_only_hashed_files_are_kept_for_ever(server: Server, path: str, cache: str) -> None:
    answer = await server.browser().get(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, cache)


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    "path", ["/assets/gone.js", "/..%2fsecret.txt", "/%2e%2e/secret.txt", "/a%00.js", "/" + "a" * 300 + ".js"]
)
async def test_what_is_not_a_file_of_the_page_is_not_found(server: Server, path: str) -> None:
    assert (await server.browser().get(path)).status_code == 404


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/nothing.js", "/api/"])
async def test_unknown_api_address_is_a_problem_and_no_page(server: Server, path: str) -> None:
    answer = await server.browser().get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.usefixtures("built")
async def test_page_cannot_be_framed_and_runs_no_foreign_script(server: Server) -> None:
    policy = (await server.browser().get("/")).headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self';" in policy


async def test_answers_of_the_api_are_never_cached(server: Server) -> None:
    assert (await server.browser().get("/api/v1/health/live")).headers["cache-control"] == "no-store"
