"""Runs `tingzhi serve --roles speech` as another machine would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from speech.stt.remote.settings import RemoteSettings

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


def settings_for(*ports: int, scheme: str = "ws", **further: object) -> RemoteSettings:
    """Return the settings of a server whose speech machines listen on these ports."""
    addresses = [f"{scheme}://localhost:{port}" for port in ports]
    return RemoteSettings.model_validate({"workers": addresses, "worker_token": TOKEN, **further})
