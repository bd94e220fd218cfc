"""A module that a test adds with one line gets routes, permissions, jobs and a line of the health page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from assist_api.http.permissions import Permission, Role
from assist_api.route_access import RouteAccess, access_of
from tests.fakes.assist_core_server import Server, run_server, settings_for
from tests.fakes.throwaway_module import module as lamps

pytestmark = pytest.mark.module

LAMPS = "/api/v1/lamps"


@pytest.fixture
async def server(database_url: str, tmp_path: Path) -> AsyncIterator[Server]:
    async with run_server(settings_for(database_url, tmp_path), further=(lamps.build,)) as running:
        yield running


async def test_routes_are_there_and_ask_for_their_permissions(server: Server) -> None:
    declared = [route for route in access_of(server.app) if route.path.startswith(LAMPS)]
    assert declared == [
        RouteAccess("GET", LAMPS, Permission.READ_HEALTH, needs_account=True),
        RouteAccess("POST", f"{LAMPS}/counts", Permission.MANAGE_UNITS, needs_account=True),
    ]
    assert (await server.browser().get(LAMPS)).json()["code"] == "not_signed_in"
    agent = await server.browser_of(Role.AGENT)
    assert (await agent.get(LAMPS)).json() == {"counted": 0}
    refused = await agent.post(f"{LAMPS}/counts", json={"lamps": 3})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")


async def test_job_is_run_and_seen_by_its_owner(server: Server) -> None:
    admin = await server.browser_of(Role.ADMIN)
    job_id = (await admin.post(f"{LAMPS}/counts", json={"lamps": 3})).json()["job_id"]
    assert await server.application.run_due_jobs() == 1
    job = (await admin.get(f"/api/v1/jobs/{job_id}")).json()
    assert (job["kind"], job["state"]) == ("lamps.count", "succeeded")
    assert (await admin.get(LAMPS)).json() == {"counted": 3}


async def test_probe_is_a_line_of_the_health_page(server: Server) -> None:
    admin = await server.browser_of(Role.ADMIN)
    parts = {part["part"]: part for part in (await admin.get("/api/v1/health/parts")).json()["parts"]}
    assert parts["lamps"]["facts"] == {"lamps": 0}


async def test_limit_of_uploads_holds(server: Server) -> None:
    admin = await server.browser_of(Role.ADMIN)
    answer = await admin.post(f"{LAMPS}/files", content=b"x" * 5_001, headers={"content-type": "text/plain"})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
