"""Sounds of prompts on disk: what was spoken is not spoken again, and what nobody hears any more makes room."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path

from kit.files import write_atomically

MOST_BYTES = 500_000_000
"""Nine hours of 16-bit sound at 8 kHz: every fixed prompt of an installation and some weeks of sums and dates."""
_KEPT_SHARE = 0.9
"""What is left after a clearing, so that not every new sound begins one."""


class PromptStore:
    """A folder of sounds by name; safe for several threads."""

    def __init__(self, folder: Path, *, most_bytes: int = MOST_BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._bytes: int | None = None
        """Size of the folder; None until it is measured."""

    def find(self, name: str) -> bytes | None:
        """Return a sound and note that it was heard; None where it is not kept."""
        file = self._file(name)
        try:
            sound = file.read_bytes()
        except FileNotFoundError:
            return None
        with suppress(OSError):
            os.utime(file)
        return sound

    def keep(self, name: str, sound: bytes) -> None:
        """Keep a sound; those that were not heard for longest go where the folder is full."""
        with self._lock:
            self._folder.mkdir(parents=True, exist_ok=True)
            with write_atomically(self._file(name)) as out:
                out.write(sound)
            self._bytes = self._measured() if self._bytes is None else self._bytes + len(sound)
            if self._bytes > self._most_bytes:
                self._clear()

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.pcm"

    def _measured(self) -> int:
        return sum(file.stat().st_size for file in self._folder.glob("*.pcm"))

    def _clear(self) -> None:
        files = sorted(((found := file.stat()).st_mtime, found.st_size, file) for file in self._folder.glob("*.pcm"))
        left = sum(size for _, size, _ in files)
        for _, size, file in files:
            if left <= self._most_bytes * _KEPT_SHARE:
                break
            file.unlink(missing_ok=True)
            left -= size
        self._bytes = left
