from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kb.search.index import SearchIndex
from kb.search.setup import make_index
from kb.settings import KBSettings

ROOT = Path(__file__).parents[3]
StartProcess = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def settings() -> KBSettings:
    return KBSettings(index_poll_seconds=0.05, index_batch=3)


@pytest.fixture
def index(tmp_path: Path, settings: KBSettings):
    made: SearchIndex = make_index(tmp_path / "search", settings, None)
    yield made
    made.close()


@pytest.fixture
def other_process():
    """Start Python in another process with the repository on its path; killed when the test ends."""
    started: list[subprocess.Popen[str]] = []

    def start(program: str, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", program, *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()
