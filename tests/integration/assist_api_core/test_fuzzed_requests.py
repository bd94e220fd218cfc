"""schemathesis invents requests from the OpenAPI document; whatever it sends, the server must not crash."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from assist_api.health.service import HealthService
from assist_api.openapi import openapi_document
from tests.fakes.assist_core_server import ADMIN_PASSWORD, run_server, settings_for

pytestmark = [pytest.mark.integration, pytest.mark.invented]

CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]


# A sound is bytes like any other.
schemathesis.serializer.alias("audio/wav", "application/octet-stream")
# Signing out would make every later request a 401.
API = schemathesis.openapi.from_dict(openapi_document()).exclude(method="DELETE", path="/api/v1/session")


SLOW_SECONDS = 60
"""A request may load a model first, on a machine that does other things as well."""


class RunningServer(uvicorn.Server):
    """The application on a real port, in a thread with a loop of its own."""

    def __init__(self, folder: Path, listening: socket.socket) -> None:
        self._folder = folder
        self._listening = listening
        self.is_up = threading.Event()
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"

    async def run_on_own_loop(self) -> None:
        url = f"sqlite+aiosqlite:///{self._folder / 'test.sqlite'}"
        async with run_server(settings_for(url, self._folder)) as server:
            super().__init__(uvicorn.Config(server.app, lifespan="off", log_config=None, ws="none"))
            server.application.get(HealthService).set_ready(True)
            await self.serve(sockets=[self._listening])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()


@contextmanager
def running_in_thread(folder: Path) -> Iterator[RunningServer]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = RunningServer(folder, listening)
        thread = threading.Thread(target=lambda: asyncio.run(server.run_on_own_loop()))
        thread.start()
        assert server.is_up.wait(120)
        yield server
        server.should_exit = True
        thread.join(60)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_in_thread(tmp_path_factory.mktemp("fuzzed")) as server:
        yield server


@pytest.fixture(scope="module")
def session(running: RunningServer) -> Iterator[requests.Session]:
    """An administrator's session on one connection that stays open: connecting again cost a third of the time."""
    with requests.Session() as session:
        form = {"username": "admin", "password": ADMIN_PASSWORD}
        session.post(f"{running.url}/api/v1/session", json=form, timeout=60).raise_for_status()
        yield session


# The phase of explicit examples alone (every boundary of every parameter) took ten minutes of two cores.
@API.parametrize()
@settings(
    max_examples=12, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
def test_no_request_crashes_the_server(
    case: schemathesis.Case, running: RunningServer, session: requests.Session
) -> None:
    response = case.call(base_url=running.url, session=session, timeout=SLOW_SECONDS)
    case.validate_response(response, checks=CHECKS)
