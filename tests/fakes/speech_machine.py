"""Runs `tingzhi serve --roles speech` as another machine would, or its server with a scripted recogniser."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from speech.settings import SpeechSettings
from speech.stt.base import RecognitionRequest
from speech.stt.remote.server import SpeechWorker
from speech.stt.remote.settings import RemoteSettings
from tests.fakes.speech_recognizer import FakeRecognizer

TOKEN = "a token of sixteen"


class SpeechMachine:
    """A process that recognises for others; `port` is where it listens."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [str(Path(sys.executable).with_name("tingzhi")), "serve", "--roles", "speech"],
            env={**os.environ, "SPEECH_WORKER_TOKEN": TOKEN, "SPEECH_LISTEN_PORT": "0", "SPEECH_WORKER_COUNT": "1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        found = next(found for line in self.process.stdout if (found := re.search(r"ws://127\.0\.0\.1:(\d+)", line)))
        self.port = int(found[1])

    def stop(self) -> int:
        """End it as a service manager does; return its exit code. Safe to call twice."""
        self.process.terminate()
        code = self.process.wait(30)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code


@contextmanager
def scripted_machine(
    answer: Callable[[RecognitionRequest], str] = lambda _request: "那边",
    *,
    models: int = 1,
    port: int = 0,
    **further: object,
) -> Iterator[SpeechWorker]:
    """A speech machine in this process that answers by a script."""
    settings = RemoteSettings.model_validate({"worker_token": TOKEN, "listen_port": port, **further})
    worker = SpeechWorker(settings, SpeechSettings(worker_count=models), lambda _settings: FakeRecognizer(answer))
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


def settings_for(*ports: int, scheme: str = "ws", **further: object) -> RemoteSettings:
    """Return the settings of a server whose speech machines listen on these ports."""
    addresses = [f"{scheme}://localhost:{port}" for port in ports]
    return RemoteSettings.model_validate({"workers": addresses, "worker_token": TOKEN, **further})
