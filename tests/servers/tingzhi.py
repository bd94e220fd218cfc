"""The real server as its own process, on its own port and data folder; stopped or killed by its own process id."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import httpx

ADMIN_PASSWORD = "correct horse battery"
START_TIMEOUT_SECONDS = 240.0
"""The first start imports the demo knowledge; on a busy machine that is slow."""
STOP_TIMEOUT_SECONDS = 30.0
API = "/api/v1"


class TingzhiServer:
    """`tingzhi serve` over one data folder; it can be started again after `kill`."""

    def __init__(
        self, folder: Path, environment: Mapping[str, str] | None = None, arguments: tuple[str, ...] = ()
    ) -> None:
        self.port = free_port()
        self.log_path = folder / "server.log"
        self.data_dir = folder / "data"
        self._environment = environment or {}
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Address of the page."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the process and return when it is ready for requests.

        Raises:
            RuntimeError: It ended, or was not ready in time; with the end of its log.
        """
        environment = {
            **os.environ,
            # A town that fills while a test looks on would change what it sees; tests make what they need.
            "ASSIST_DEMO_TOWN": "false",
            **self._environment,
            "ASSIST_DATA_DIR": str(self.data_dir),
            "ASSIST_INITIAL_ADMIN_PASSWORD": ADMIN_PASSWORD,
        }
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [Path(sys.executable).parent / "tingzhi", "serve", "--port", str(self.port), *self._arguments],
                env=environment,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not self._is_ready():
            if not self.is_running or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"The server did not become ready:\n{self.log_tail()}")
            time.sleep(0.2)

    def kill(self) -> None:
        """End it as a power cut would (SIGKILL)."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(STOP_TIMEOUT_SECONDS)

    def stop(self) -> None:
        """Let it finish; kill it when it does not."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def log_tail(self, characters: int = 4000) -> str:
        """Return the end of what it wrote."""
        return self.log_path.read_text(encoding="utf-8", errors="replace")[-characters:]

    def client_of(self, username: str = "admin", password: str = ADMIN_PASSWORD) -> httpx.Client:
        """Return a signed-in client of the API."""
        client = httpx.Client(base_url=f"{self.url}{API}", timeout=60.0)
        client.post("/session", json={"username": username, "password": password}).raise_for_status()
        return client

    def wait_until_whole(self) -> None:
        """Wait for what fills in behind a first start: meaning vectors and the categories of work orders.

        Raises:
            RuntimeError: A part is still degraded after a long time; with the report of the parts.
        """
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        with closing(self.client_of()) as client:
            while (report := client.get("/health/parts").raise_for_status().json())["state"] != "ok":
                if time.monotonic() > deadline:
                    raise RuntimeError(f"The server did not become whole: {report['parts']}")
                time.sleep(0.5)

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}{API}/health/ready", timeout=5.0).is_success
        except httpx.TransportError:
            return False


def free_port() -> int:
    """Return a port of the loopback that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
