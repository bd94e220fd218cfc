from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from assist_api.http.deps import SESSION_COOKIE
from assist_api.http.permissions import Role
from tests.fakes.assist_core_server import run_server, settings_for

pytestmark = pytest.mark.module


async def answers_to_handshake(folder: Path, origin: str) -> list[dict[str, Any]]:
    """Open the socket of an unknown call as a signed-in agent's browser would, and return what the server sends."""
    async with run_server(settings_for(f"sqlite+aiosqlite:///{folder / 'test.sqlite'}", folder)) as server:
        browser = await server.browser_of(Role.AGENT)
        sent: list[dict[str, Any]] = []
        headers = {
            "host": "desk.test",
            "origin": origin,
            "cookie": f"{SESSION_COOKIE}={browser.cookies[SESSION_COOKIE]}",
        }
        path = f"/api/v1/calls/{uuid4()}/stream"
        scope = {
            "type": "websocket",
            "asgi": {"version": "3.0"},
            "scheme": "ws",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("192.0.2.7", 50000),
            "server": ("desk.test", 80),
            "subprotocols": [],
        }

        async def receive() -> dict[str, Any]:
            return {"type": "websocket.connect"}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await server.app(scope, receive, send)
        return sent


async def test_handshake_of_a_foreign_page_is_refused_before_it_is_accepted(tmp_path: Path) -> None:
    sent = await answers_to_handshake(tmp_path, "https://evil.example")
    assert [(message["type"], message["code"]) for message in sent] == [("websocket.close", 1008)]


async def test_handshake_of_our_page_is_accepted_and_told_why_it_closes(tmp_path: Path) -> None:
    sent = await answers_to_handshake(tmp_path, "http://desk.test")
    assert sent[0]["type"] == "websocket.accept"
    assert (sent[-1]["type"], sent[-1]["code"]) == ("websocket.close", 4404)
