from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook as Signer

from assist_api.http.permissions import Role
from assist_api.webhooks.delivery import WebhookDeliveries
from assist_api.work_orders.service import ORDERS_CHANGED
from kit.outbox import OutboxRunner
from kit.outbox.repository import OutboxRepository
from tests.fakes.assist_core_server import ADMIN_PASSWORD, Server, sign_in

pytestmark = pytest.mark.module

DRAFT = {
    "business_type": "fault", "sector": "power", "contact_name": "王建国", "contact_phone": "13800138000",
    "address": "解放路 12 号", "description": "家里停电半小时了。",
}  # fmt: skip
OK, FAIL, HANG, CUT = "ok", "fail", "hang", "cut"


class Receiver:
    """A real HTTP server that behaves as told, message by message, and keeps what it took by id."""

    def __init__(self, behave: Callable[[str, int], str]) -> None:
        self._behave = behave
        self.attempts: Counter[str] = Counter()
        self.taken: dict[str, dict[str, Any]] = {}
        self.headers: dict[str, dict[str, str]] = {}
        self.bodies: dict[str, str] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = {
            name.lower(): value for name, _, value in (line.partition(": ") for line in head.split("\r\n")[1:] if line)
        }
        body = (await reader.readexactly(int(headers["content-length"]))).decode()
        message = headers["webhook-id"]
        self.attempts[message] += 1
        behaviour = self._behave(message, self.attempts[message])
        if behaviour in {OK, CUT}:
            # CUT takes the event and breaks off: the sender cannot know, and sends it once more.
            self.taken[message] = json.loads(body)
            self.headers[message], self.bodies[message] = headers, body
        if behaviour == HANG:
            # Until the sender gives up and closes the connection.
            await reader.read()
        elif behaviour != CUT:
            answer = b"HTTP/1.1 200 OK" if behaviour == OK else b"HTTP/1.1 503 Away"
            writer.write(answer + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            await writer.drain()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


@asynccontextmanager
async def receiving(behave: Callable[[str, int], str]) -> AsyncIterator[tuple[Receiver, str]]:
    receiver = Receiver(behave)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    try:
        yield receiver, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    finally:
        server.close()
        await server.wait_closed()


async def choose_policy(admin: httpx.AsyncClient, **changes: object) -> None:
    items = (await admin.get("/api/v1/policies")).json()["items"]
    standing = next(item for item in items if item["name"] == "webhooks")
    based_on = (standing["version"] or {"number": 0})["number"]
    body = {"value": standing["value"] | changes, "note": "", "based_on": based_on}
    (await admin.put("/api/v1/policies/webhooks", json=body)).raise_for_status()


async def make(admin: httpx.AsyncClient, key: str) -> str:
    made = await admin.post("/api/v1/work-orders", json=DRAFT | {"idempotency_key": key})
    order_id: str = made.raise_for_status().json()["order"]["id"]
    return order_id


async def send_all(server: Server, admin: httpx.AsyncClient, rounds: int) -> None:
    """Spread what is in the outbox and run the jobs, with the pauses between attempts passed over."""
    await _spread(OutboxRunner(server.application.database, server.clock, server.application.core.outbox))
    for _ in range(rounds):
        await server.application.run_due_jobs()
        server.clock.advance(timedelta(hours=3))
    (await sign_in(admin, "admin", ADMIN_PASSWORD)).raise_for_status()


async def repeat_events(server: Server) -> None:
    """Hand every event of the outbox over once more."""
    async with server.application.database.session() as session:
        events = await OutboxRepository(session).events_after(ORDERS_CHANGED, 0, 100)
    for event in events:
        await server.application.get(WebhookDeliveries).spread(event)


async def _spread(runner: OutboxRunner) -> None:
    await runner.prepare()
    await runner.deliver_due()
    await runner.aclose()


async def test_every_event_arrives_once_by_id_at_a_receiver_that_fails_hangs_and_breaks_off(server: Server) -> None:
    admin = await server.browser_of(Role.ADMIN)
    await choose_policy(admin, timeout_seconds=0.4)
    trouble = {1: FAIL, 2: HANG, 3: CUT}
    async with receiving(lambda _message, attempt: trouble.get(attempt, OK)) as (receiver, url):
        draft = {"name": "调度系统", "url": url, "event_types": ["tingzhi.work_order.changed"]}
        hook = (await admin.post("/api/v1/webhooks", json=draft)).raise_for_status().json()
        await _spread(OutboxRunner(server.application.database, server.clock, server.application.core.outbox))
        order_id = await make(admin, "hook-0001")
        await send_all(server, admin, 4)
        # The outbox says it all again, as after a crash: no second delivery is written.
        await repeat_events(server)
        await send_all(server, admin, 1)
        page = (await admin.get("/api/v1/webhooks/deliveries")).json()["items"]

    assert {(item["state"], item["attempts"]) for item in page} == {("delivered", 4)}
    events = sorted(receiver.taken.values(), key=lambda event: event["data"]["seq"])
    assert [event["data"]["action"] for event in events] == ["create", "accept"]
    assert set(receiver.taken) == {item["event_id"] for item in page}
    assert len({event["id"] for event in events}) == len(events) == 2
    (first, _) = events
    assert (first["specversion"], first["type"], first["subject"]) == ("1.0", "tingzhi.work_order.changed", order_id)
    assert "caller" not in first["data"]
    assert "13800138000" not in str(receiver.bodies)

    headers, body = receiver.headers[first["id"]], receiver.bodies[first["id"]]
    sent_at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    assert headers["webhook-signature"] == Signer(hook["secret"]).sign(first["id"], sent_at, body)
    assert headers["content-type"] == "application/cloudevents+json"


async def test_dead_delivery_is_sent_again_and_caller_data_goes_only_where_the_policy_allows(server: Server) -> None:
    admin = await server.browser_of(Role.ADMIN)
    is_away = True
    async with receiving(lambda _message, _attempt: FAIL if is_away else OK) as (receiver, url):
        draft = {
            "name": "调度系统", "url": url, "event_types": ["tingzhi.work_order.accepted"], "wants_caller_data": True,
        }  # fmt: skip
        old = (await admin.post("/api/v1/webhooks", json=draft)).raise_for_status().json()
        hook = old["view"]
        assert hook["gets_caller_data"] is False
        await _spread(OutboxRunner(server.application.database, server.clock, server.application.core.outbox))
        await make(admin, "hook-0002")
        await send_all(server, admin, 10)
        turned = await admin.post(f"/api/v1/webhooks/{hook['id']}/secret", json={"overlap_hours": 200})
        (dead,) = (await admin.get("/api/v1/webhooks/deliveries", params={"state": "dead"})).json()["items"]
        assert (dead["attempts"], dead["status_code"], dead["error_code"]) == (10, 503, "http_503")
        assert (await admin.get("/api/v1/webhooks")).json()["items"][0]["dead"] == 1

        is_away = False
        await choose_policy(admin, caller_data_hosts=["127.0.0.1"])
        replay = f"/api/v1/webhooks/deliveries/{dead['id']}/replay"
        assert (await admin.post(replay)).json()["state"] == "waiting"
        await send_all(server, admin, 1)
        again = await admin.post(replay)
        assert (again.status_code, again.json()["code"]) == (409, "delivery_not_dead")
    (event,) = receiver.taken.values()
    assert event["data"]["caller"]["contact_phone"] == "13800138000"
    # The receiver may check with either secret while the overlap lasts.
    assert turned.json()["view"]["old_secret_until"] is not None
    for secret in (old["secret"], turned.json()["secret"]):
        body, headers = receiver.bodies[event["id"]], receiver.headers[event["id"]]
        signed = Signer(secret).sign(event["id"], datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC), body)
        assert signed in headers["webhook-signature"].split()
    refused = await admin.post("/api/v1/webhooks", json=draft | {"url": "ftp://x.test/"})
    assert [(item["field"], item["code"]) for item in refused.json()["errors"]] == [("url", "webhook_url_invalid")]


async def test_token_acts_for_its_account_within_its_rights_until_it_ends(server: Server) -> None:
    admin = await server.browser_of(Role.ADMIN)
    tokens = "/api/v1/api-tokens"
    draft = {"name": "调度系统", "permissions": ["work_orders.read", "work_orders.handle"], "days": 2}
    made = (await admin.post(tokens, json=draft)).raise_for_status().json()
    program = server.browser()
    program.headers["Authorization"] = f"Bearer {made['token']}"
    order_id = await make(program, "token-0001")
    order = (await program.get(f"/api/v1/work-orders/{order_id}")).json()
    assert order["created_by_name"].startswith("调度系统")
    address = f"/api/v1/work-orders/{order_id}/actions"
    assert (await program.post(address, json={"action": "cancel", "reason": "x"})).status_code == 403
    for path in ("/api/v1/accounts", "/api/v1/api-tokens", "/api/v1/session"):
        assert (await program.get(path)).status_code == 403, path
    (shown,) = (await admin.get(tokens)).json()["items"]
    assert shown["last_used_at"] is not None
    assert made["token"] not in str(shown)

    refused = await admin.post(tokens, json=draft | {"permissions": ["work_orders.read", "accounts.manage"]})
    assert [(item["field"], item["code"]) for item in refused.json()["errors"]] == [
        ("permissions.1", "permission_not_granted")
    ]
    await admin.post(f"{tokens}/{shown['id']}/revoke")
    assert (await program.get("/api/v1/work-orders")).status_code == 401
    program.headers["Authorization"] = f"Bearer {(await admin.post(tokens, json=draft)).json()['token']}"
    assert (await program.get("/api/v1/work-orders")).status_code == 200
    server.clock.advance(timedelta(days=2))
    assert (await program.get("/api/v1/work-orders")).status_code == 401
