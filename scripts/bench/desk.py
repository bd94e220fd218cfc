"""Our side of the comparison: a server process of its own, and agents' screens that watch it through sockets."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import psutil
from pydantic import TypeAdapter
from websockets.asyncio.client import connect

from assist_api.calls.events import CallAnsweredEvent, CallEndedEvent, CallSnapshotEvent, ServerMessage
from assist_api.evaluation.call_scores import (
    ObservedEvent,
    final_to_card_ms,
    speech_to_card_ms,
    speech_to_final_ms,
    speech_to_rest_ms,
)
from scripts.bench.delays import Delays

START_SECONDS = 300
"""Import, index and models on a busy machine."""
SETTLE_SECONDS = 600
STOP_SECONDS = 20
POLL_SECONDS = 0.5
CONCURRENT_CALLS = "4"
_MESSAGE: TypeAdapter[ServerMessage] = TypeAdapter(ServerMessage)


@dataclass(frozen=True, slots=True)
class Desk:
    """A signed-in client of a running server."""

    http: httpx.AsyncClient
    socket_url: str
    process: psutil.Process

    def cpu_seconds(self) -> float:
        """Return the CPU time that the server and its processes have used so far."""
        times = [process.cpu_times() for process in (self.process, *self.process.children(recursive=True))]
        return float(sum(one.user + one.system for one in times))

    async def carry(self, demo_id: str, heard_seconds: float | None) -> Delays:
        """Play a demo call at its pace and measure what its screen receives.

        Args:
            demo_id: The call.
            heard_seconds: Stop it after this time; None to hear it out.
        """
        accepted = await self.http.post(f"/api/v1/demo-calls/{demo_id}/calls", json={"speed": "1"})
        accepted.raise_for_status()
        call_id = accepted.json()["call_id"]
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(self._watch(call_id))
            if heard_seconds is not None:
                await asyncio.sleep(heard_seconds)
                (await self.http.post(f"/api/v1/calls/{call_id}/stop")).raise_for_status()
        observed = [await self._answered(call_id), *watching.result()]
        return Delays(
            speech_to_final_ms(observed),
            final_to_card_ms(observed),
            speech_to_card_ms(observed),
            speech_to_rest_ms(observed),
            audio_seconds=await self._heard_seconds(call_id),
        )

    async def _heard_seconds(self, call_id: str) -> float:
        snapshot = await self.http.get(f"/api/v1/calls/{call_id}")
        heard_ms: int = snapshot.raise_for_status().json()["data"]["call"]["heard_ms"]
        return heard_ms / 1000

    async def _watch(self, call_id: str) -> list[ObservedEvent]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())
        url = f"{self.socket_url}/api/v1/calls/{call_id}/stream"
        observed: list[ObservedEvent] = []
        async with connect(url, additional_headers={"Cookie": cookies}) as stream:
            async for text in stream:
                received_ms = time.time() * 1000
                message = _MESSAGE.validate_json(text)
                if isinstance(message, CallEndedEvent):
                    break
                if not isinstance(message, CallSnapshotEvent):
                    observed.append(ObservedEvent(message, received_ms))
        return observed

    async def _answered(self, call_id: str) -> ObservedEvent:
        """The socket is opened after the call began, so its first event comes from the log, with the server's time."""
        page = await self.http.get(f"/api/v1/calls/{call_id}/events", params={"limit": 1})
        event = CallAnsweredEvent.model_validate(page.raise_for_status().json()["items"][0])
        return ObservedEvent(event, event.at.timestamp() * 1000)


@asynccontextmanager
async def running_desk() -> AsyncIterator[Desk]:
    """Start a server with the demo knowledge in a temporary folder, and sign in; it is stopped in any case.

    Raises:
        RuntimeError: The server did not start; what it said is in the message.
    """
    password, port = secrets.token_urlsafe(16), _free_port()
    with TemporaryDirectory(prefix="tingzhi-bench-") as folder:
        own = {
            "ASSIST_DATA_DIR": str(Path(folder) / "data"),
            "ASSIST_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/tingzhi.sqlite",
            "ASSIST_INITIAL_ADMIN_PASSWORD": password,
            "ASSIST_MAX_CONCURRENT_CALLS": CONCURRENT_CALLS,
            "ASSIST_LOG_LEVEL": "WARNING",
        }
        log = Path(folder) / "server.log"
        with log.open("wb") as output:
            command = [str(Path(sys.executable).with_name("tingzhi")), "serve", "--port", str(port)]
            process = await asyncio.create_subprocess_exec(
                *command, env=os.environ | own, stdout=output, stderr=asyncio.subprocess.STDOUT
            )
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
                await _wait_until_ready(http, process, log)
                credentials = {"username": "admin", "password": password}
                (await http.post("/api/v1/session", json=credentials)).raise_for_status()
                await _wait_until_whole(http)
                yield Desk(http, f"ws://127.0.0.1:{port}", psutil.Process(process.pid))
        finally:
            await _stop(process)


async def _wait_until_ready(http: httpx.AsyncClient, process: asyncio.subprocess.Process, log: Path) -> None:
    async with asyncio.timeout(START_SECONDS):
        while process.returncode is None:
            try:
                if (await http.get("/api/v1/health/ready")).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(POLL_SECONDS)
    raise RuntimeError(f"the server did not start:\n{await asyncio.to_thread(log.read_text, 'utf-8')}")


async def _wait_until_whole(http: httpx.AsyncClient) -> None:
    """Wait for what fills in behind a first start and works both cores: vectors, and the categories of work orders.

    Raises:
        RuntimeError: That took too long; the message names the parts that are not well.
    """
    unwell: list[str] = []
    try:
        async with asyncio.timeout(SETTLE_SECONDS):
            while True:
                unwell = await _unwell_parts(http)
                if not unwell:
                    return
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError as error:
        parts = ", ".join(unwell) or "its health"
        raise RuntimeError(f"after {SETTLE_SECONDS:.0f} s the server still waits for: {parts}") from error


async def _unwell_parts(http: httpx.AsyncClient) -> list[str]:
    """Return the parts that are not well yet; the web pages are not needed here and may never have been built."""
    report = (await http.get("/api/v1/health/parts")).raise_for_status().json()
    return [part["part"] for part in report["parts"] if part["state"] != "ok" and part["part"] != "web"]


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
