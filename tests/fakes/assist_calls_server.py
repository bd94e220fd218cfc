"""The whole application in this process with a scripted recogniser, and sockets that need no network."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi import FastAPI

from assist_api.app import create_app
from assist_api.calls.hub import CallHub
from assist_api.calls.masking_policy import MASKING
from assist_api.calls.observers import Observe, observe_nothing
from assist_api.calls.reading import CallReading
from assist_api.calls.service import CallService
from assist_api.composition import compose
from assist_api.http.application import Application
from assist_api.migrations import runner
from tests.fakes.assist_calls_desk import OUTAGE_CALL, Desk, open_desk
from tests.fakes.assist_calls_speech import Line
from tests.fakes.assist_core_clock import PatientClock
from tests.fakes.assist_core_server import Server, settings_for


@asynccontextmanager
async def run_desk_server(
    database_url: str,
    data_dir: Path,
    lines: Sequence[Line] = OUTAGE_CALL,
    *,
    observe: Observe = observe_nothing,
) -> AsyncIterator[tuple[Server, Desk]]:
    """Run the application around an open desk; accounts and HTTP are real."""
    async with open_desk(database_url, data_dir, lines, observe=observe) as desk:

        @asynccontextmanager
        async def run(application: Application) -> AsyncIterator[Application]:
            try:
                await runner.upgrade(application.database)
                yield application
            finally:
                await application.aclose()

        clock = PatientClock()
        application = compose(settings_for(database_url, data_dir), clock)
        application.put(CallService, desk.calls)
        application.put(CallHub, desk.hub)
        application.put(CallReading, CallReading(desk.calls, MASKING.default_factory))
        app = create_app(application, run)
        async with app.router.lifespan_context(app):
            yield Server(app, application, clock), desk


class SocketClosedError(Exception):
    """The server closed the socket."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class DeskSocket:
    """The client's end of one socket, spoken to the application as ASGI messages."""

    def __init__(self) -> None:
        self._to_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._to_client: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def connect(self) -> None:
        """Begin the handshake."""
        await self._to_app.put({"type": "websocket.connect"})

    async def say(self, text: str | None = None, data: bytes | None = None) -> None:
        """Send a text or a binary message."""
        await self._to_app.put({"type": "websocket.receive", "text": text, "bytes": data})

    async def hear(self) -> dict[str, Any]:
        """Return the next message.

        Raises:
            SocketClosedError: The server closed the socket.
        """
        async with asyncio.timeout(20):
            message = await self._to_client.get()
        if message["type"] == "websocket.close":
            raise SocketClosedError(message["code"], message.get("reason") or "")
        decoded: dict[str, Any] = json.loads(message["text"])
        return decoded

    async def leave(self) -> None:
        """Go away."""
        await self._to_app.put({"type": "websocket.disconnect", "code": 1001})

    async def receive(self) -> dict[str, Any]:
        """Return what the application reads next."""
        return await self._to_app.get()

    async def send(self, message: dict[str, Any]) -> None:
        """Take what the application writes."""
        if message["type"] != "websocket.accept":
            await self._to_client.put(message)


@asynccontextmanager
async def open_socket(app: FastAPI, call_id: UUID | str, cookies: str) -> AsyncIterator[DeskSocket]:
    """Open the socket of a call."""
    socket = DeskSocket()
    scope = {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "scheme": "ws",
        "path": f"/api/v1/calls/{call_id}/stream",
        "raw_path": b"",
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"desk.test"), (b"origin", b"http://desk.test"), (b"cookie", cookies.encode())],
        "client": ("192.0.2.7", 50_000),
        "server": ("desk.test", 80),
        "subprotocols": [],
        "state": {},
    }
    await socket.connect()
    served = asyncio.create_task(app(scope, socket.receive, socket.send))
    try:
        yield socket
    finally:
        await socket.leave()
        async with asyncio.timeout(20):
            await served
