from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from assist_api.audit.models import AuditEntry
from assist_api.calls.observers import CallObservers
from assist_api.http.permissions import Role
from tests.fakes.assist_calls_audio import wav_bytes
from tests.fakes.assist_calls_desk import OUTAGE_MS, Desk
from tests.fakes.assist_calls_server import run_desk_server
from tests.fakes.assist_calls_speech import Line
from tests.fakes.assist_core_server import UNKNOWN, Server
from tests.module.assist_api_calls.test_call_alerts import few_rules

pytestmark = pytest.mark.module

CALLS = "/api/v1/calls"
RUDE_CALL = (
    Line(1, 100, 900, "您好，供水热线。"),
    Line(0, 1_500, 3_400, "我要曝光你们，我的电话是13800138000"),
    Line(1, 3_900, 4_800, "我不知道，这不归我管。"),
)


@pytest.fixture
async def served(sqlite_url: str, tmp_path: Path) -> AsyncIterator[tuple[Server, Desk]]:
    async with run_desk_server(sqlite_url, tmp_path, RUDE_CALL, observe=CallObservers(rules=few_rules)) as running:
        yield running


async def test_steps_and_hints_are_events_of_the_call_and_a_hint_is_put_away_once(served: tuple[Server, Desk]) -> None:
    server, desk = served
    browser = await server.browser_of(Role.AGENT)
    files = [("files", ("call.wav", wav_bytes(OUTAGE_MS), "audio/wav"))]
    started = await browser.post(f"{CALLS}/replays", files=files, data={"speed": "max"})
    call_id: str = started.json()["call_id"]
    await desk.ended(UUID(call_id))

    call = (await browser.get(f"{CALLS}/{call_id}")).json()["data"]
    assert [step["step_id"] for step in call["steps"]] == ["greeting", "introduce"]
    assert {(hint["kind"], hint["key"]) for hint in call["hints"]} >= {
        ("anger", "authority"), ("forbidden", "dont_know"), ("forbidden", "not_ours"),
    }  # fmt: skip
    assert [hint["words"] for hint in call["hints"] if hint["tells_supervisor"]] == ["曝光"]

    address = f"{CALLS}/{call_id}/hints/{call['hints'][0]['hint_id']}/dismiss?verdict=wrong"
    answers = [await browser.post(address) for _ in range(2)]
    assert answers[1].json()["verdict"] == "wrong"
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json()["dismissed_by"]
    missing = await browser.post(f"{CALLS}/{call_id}/hints/{UNKNOWN}/dismiss")
    assert (missing.status_code, missing.json()["code"]) == (404, "hint_not_found")
    async with server.application.database.session() as session:
        entries = (await session.scalars(select(AuditEntry).where(AuditEntry.action == "hint.dismissed"))).all()
    assert [entry.object_id for entry in entries] == [call_id]

    # What the agent decides by hand stands above what was heard, and is told of both ways.
    for step, is_done in (("greeting", False), ("closing", True)):
        assert (await browser.put(f"{CALLS}/{call_id}/steps/{step}", json={"is_done": is_done})).status_code == 200
    unknown = await browser.put(f"{CALLS}/{call_id}/steps/nothing", json={"is_done": True})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "step_not_found")
    call = (await browser.get(f"{CALLS}/{call_id}")).json()["data"]
    assert [(step["step_id"], step["is_done"]) for step in call["hand_steps"]] == [
        ("greeting", False),
        ("closing", True),
    ]
    assert [step["step_id"] for step in call["steps"]] == ["greeting", "introduce"]
    async with server.application.database.session() as session:
        entries = (await session.scalars(select(AuditEntry).where(AuditEntry.action == "step.set"))).all()
    assert len(entries) == 2
