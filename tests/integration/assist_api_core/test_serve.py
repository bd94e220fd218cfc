from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.integration

COMMAND = [sys.executable, "-c", "from assist_api.cli.main import main; main()", "serve", "--no-demo"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(data_dir: Path, port: int) -> dict[str, str]:
    settings = {"ASSIST_DATA_DIR": str(data_dir), "ASSIST_PORT": str(port), "KB_EMBEDDER": "none"}
    return os.environ | settings | {"PYTHONUNBUFFERED": "1", "OMP_NUM_THREADS": "1", "SPEECH_WORKER_COUNT": "1"}


@contextmanager
def serving(data_dir: Path, port: int, *options: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """Run the server until the block ends; the lines are what it printed until it was up."""
    with (data_dir.parent / "log").open("w") as log:
        command = [*COMMAND, *options]
        env = environment(data_dir, port)
        process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        yield process, list(until_up(process))
    finally:
        process.kill()
        process.wait(60)
        if process.stdout is not None:
            process.stdout.close()


def until_up(process: subprocess.Popen[str]) -> Iterator[str]:
    for line in process.stdout or ():
        yield line.strip()
        if "is up" in line:
            return


def shown_password(lines: list[str]) -> str:
    found = [match[1] for line in lines if (match := re.match(r"password\s+(\S+)$", line))]
    assert len(found) == 1, lines
    return found[0]


def sign_in(port: int, password: str) -> httpx.Response:
    form = {"username": "admin", "password": password}
    return httpx.post(f"http://127.0.0.1:{port}/api/v1/session", json=form, timeout=30)


def wait_until_ready(port: int) -> None:
    """Connections are accepted before the models are warm."""
    for _ in range(240):
        if httpx.get(f"http://127.0.0.1:{port}/api/v1/health/ready", timeout=30).status_code == 200:
            return
        time.sleep(0.5)
    raise AssertionError("the server did not become ready within two minutes")


def test_first_start_shows_a_password_once_and_stops_cleanly(tmp_path: Path) -> None:
    data_dir, port = tmp_path / "data", free_port()
    with serving(data_dir, port) as (process, lines):
        password = shown_password(lines)
        assert sign_in(port, password).status_code == 200
        wait_until_ready(port)
        blocked = subprocess.run(
            COMMAND, env=environment(data_dir, port), capture_output=True, text=True, timeout=120, check=False
        )
        assert (blocked.returncode, "ASSIST_PORT" in blocked.stderr) == (2, True)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) in {0, -signal.SIGTERM}
    log = (tmp_path / "log").read_text()
    assert password not in log
    assert "Traceback" not in log


def test_killed_server_starts_again_and_password_can_be_reset(tmp_path: Path) -> None:
    data_dir, port = tmp_path / "data", free_port()
    with serving(data_dir, port) as (_, lines):
        first = shown_password(lines)
    with serving(data_dir, port) as (_, lines):
        assert not [line for line in lines if line.startswith("password")]
        assert sign_in(port, first).status_code == 200
    with serving(data_dir, port, "--reset-admin-password") as (_, lines):
        assert sign_in(port, first).status_code == 401
        assert sign_in(port, shown_password(lines)).status_code == 200
