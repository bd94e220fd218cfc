from __future__ import annotations

from uuid import UUID

import pytest

from assist_api.http.permissions import Role
from tests.fakes.assist_audit_entries import audit_entries, audited
from tests.fakes.assist_calls_audio import wav_bytes
from tests.fakes.assist_calls_desk import OUTAGE_MS, Desk
from tests.fakes.assist_core_server import Server

pytestmark = pytest.mark.module

CALLS, CASES = "/api/v1/calls", "/api/v1/knowledge/cases"


async def test_cases_are_recorded_and_so_is_who_reads_names_in_them(served: tuple[Server, Desk]) -> None:
    server, desk = served
    agent, curator = await server.browser_of(Role.AGENT), await server.browser_of(Role.CURATOR)
    files = [("files", ("call.wav", wav_bytes(OUTAGE_MS), "audio/wav"))]
    call_id = (await agent.post(f"{CALLS}/replays", files=files, data={"speed": "max"})).json()["call_id"]
    await desk.ended(UUID(call_id))
    form = (await agent.get(f"{CALLS}/{call_id}/case")).json()["proposal"] | {"base_version": None}
    saved = (await agent.put(f"{CALLS}/{call_id}/case", json=form)).json()
    assert (await agent.put(f"{CALLS}/{call_id}/case", json=form)).status_code == 200
    case = f"{CASES}/{saved['id']}"

    await curator.get(case)
    await curator.get(f"{case}/evidence")
    for _ in range(2):
        await curator.get(case, params={"identified": True})
        await curator.get(f"{case}/evidence", params={"identified": True})
    stale = form | {"base_version": saved["version"] + 7}
    assert (await curator.put(case, json=stale)).status_code == 409
    fresh = form | {"base_version": saved["version"], "solution": "推上总开关。"}
    changed = (await curator.put(case, json=fresh)).raise_for_status().json()
    assert (await curator.delete(case, params={"version": changed["version"]})).status_code == 204

    assert await audited(server.application.database, "case.") == [
        ("a.agent", "case.created", saved["id"]),
        ("a.curator", "case.read", saved["id"]),
        ("a.curator", "case.evidence_read", saved["id"]),
        ("a.curator", "case.changed", saved["id"]),
        ("a.curator", "case.removed", saved["id"]),
    ]
    (created,) = await audit_entries(server.application.database, "case.created")
    assert created.details == {"call_id": call_id, "version": 1, "transcript": "as_seen"}
