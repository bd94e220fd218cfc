"""What people do with calls, hear and read of others is in the audit log; who may only read changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from assist_api.http.permissions import Role
from tests.fakes.assist_audit_entries import audited
from tests.fakes.assist_calls_audio import wav_bytes
from tests.fakes.assist_calls_desk import OUTAGE_MS, Desk
from tests.fakes.assist_calls_server import open_socket, run_desk_server
from tests.fakes.assist_core_server import Server

pytestmark = pytest.mark.module

CALLS = "/api/v1/calls"
CATEGORY = "fault/power.outage.area"


@pytest.fixture
async def served(sqlite_url: str, tmp_path: Path) -> AsyncIterator[tuple[Server, Desk]]:
    async with run_desk_server(sqlite_url, tmp_path) as running:
        yield running


async def replayed(browser: httpx.AsyncClient, desk: Desk) -> str:
    files = [("files", ("call.wav", wav_bytes(OUTAGE_MS), "audio/wav"))]
    call_id: str = (await browser.post(f"{CALLS}/replays", files=files, data={"speed": "max"})).json()["call_id"]
    await desk.ended(UUID(call_id))
    return call_id


async def changed(browser: httpx.AsyncClient, call_id: str, suggestion_id: str) -> list[int]:
    """Stop, judge and classify a finished call; return the statuses."""
    here = f"{CALLS}/{call_id}"
    answers = [
        await browser.post(f"{here}/stop"),
        await browser.post(f"{here}/suggestions/{suggestion_id}/feedback", json={"verdict": "used"}),
        await browser.put(f"{here}/category", json={"category_id": CATEGORY}),
    ]
    return [answer.status_code for answer in answers]


async def test_calls_of_others_are_changed_only_with_the_permission(served: tuple[Server, Desk]) -> None:
    server, desk = served
    agent = await server.browser_of(Role.AGENT)
    call_id = await replayed(agent, desk)
    card = (await agent.get(f"{CALLS}/{call_id}")).json()["data"]["suggestions"]["cards"][0]
    trainer, supervisor = await server.browser_of(Role.TRAINER), await server.browser_of(Role.SUPERVISOR)

    assert await changed(trainer, call_id, card["suggestion_id"]) == [403, 403, 403]
    refused = (await trainer.post(f"{CALLS}/{call_id}/stop")).json()
    assert (refused["code"], refused["details"]["permission"]) == ("not_allowed", "calls.act_on_all")
    assert (await agent.get(f"{CALLS}/{call_id}")).json()["data"]["chosen_category"] is None
    # The call is over, so that stopping it is a conflict for whoever may stop it.
    assert await changed(supervisor, call_id, card["suggestion_id"]) == [409, 201, 200]
    assert await changed(agent, call_id, card["suggestion_id"]) == [409, 201, 200]

    database = server.application.database
    assert await audited(database, "suggestion.") == [("a.supervisor", "suggestion.judged", call_id)]
    assert await audited(database, "call.") == [
        ("a.agent", "call.started", call_id),
        ("a.supervisor", "call.category_chosen", call_id),
    ]


async def test_listening_and_reading_of_others_are_recorded_once(served: tuple[Server, Desk]) -> None:
    server, desk = served
    agent = await server.browser_of(Role.AGENT)
    call_id = await replayed(agent, desk)
    supervisor = await server.browser_of(Role.SUPERVISOR)
    for _ in range(2):
        await agent.get(f"{CALLS}/{call_id}")
        await supervisor.get(f"{CALLS}/{call_id}")
        await supervisor.get(f"{CALLS}/{call_id}/events")
    for start in (0, 4, 8):
        part = await supervisor.get(f"{CALLS}/{call_id}/audio", headers={"Range": f"bytes={start}-9"})
        assert part.status_code == 206
    await agent.get(f"{CALLS}/{call_id}/audio")
    assert await audited(server.application.database, "call.") == [
        ("a.agent", "call.started", call_id),
        ("a.supervisor", "call.read", call_id),
        ("a.supervisor", "call.listened", call_id),
        ("a.agent", "call.listened", call_id),
    ]


async def test_socket_on_a_call_of_somebody_else_is_a_reading(served: tuple[Server, Desk]) -> None:
    server, desk = served
    call_id = await replayed(await server.browser_of(Role.AGENT), desk)
    trainer = await server.browser_of(Role.TRAINER)
    cookie = "; ".join(f"{name}={value}" for name, value in trainer.cookies.items())
    async with open_socket(server.app, call_id, cookie) as socket:
        assert (await socket.hear())["type"] == "call.snapshot"
    assert await audited(server.application.database, "call.read") == [("a.trainer", "call.read", call_id)]


async def test_what_is_hidden_leaves_no_entry(served: tuple[Server, Desk]) -> None:
    server, desk = served
    call_id = await replayed(await server.browser_of(Role.TRAINER), desk)
    agent = await server.browser_of(Role.AGENT)
    for path in (call_id, f"{call_id}/audio", f"{call_id}/events"):
        assert (await agent.get(f"{CALLS}/{path}")).status_code == 404
    assert await audited(server.application.database, "call.") == [("a.trainer", "call.started", call_id)]
