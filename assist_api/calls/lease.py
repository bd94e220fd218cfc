"""Marks the process that runs a call by a locked file, which the kernel unlocks when the process dies.

The server takes up the calls of a dead server, and never those of a `tingzhi replay` that still runs beside it.
"""

from __future__ import annotations

import fcntl
from io import BufferedRandom
from pathlib import Path
from uuid import UUID, uuid4


class RunnerLease:
    """The claim of this process; `runner_id` stands in the rows of the calls it carries."""

    def __init__(self, folder: Path) -> None:
        self.runner_id = uuid4()
        self._folder = folder
        self._file: BufferedRandom | None = None

    def acquire(self) -> None:
        """Create and lock the file; safe to call twice. Blocks only for the disk."""
        if self._file is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = _path(self._folder, self.runner_id).open("w+b")
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def release(self) -> None:
        """Remove the file; safe to call twice."""
        if self._file is not None:
            _path(self._folder, self.runner_id).unlink(missing_ok=True)
            self._file.close()
            self._file = None

    def is_alive(self, runner_id: UUID) -> bool:
        """Tell whether the process with this id, or this very process, still holds its claim."""
        try:
            with _path(self._folder, runner_id).open("r+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        _path(self._folder, runner_id).unlink(missing_ok=True)
        return False


def _path(folder: Path, runner_id: UUID) -> Path:
    return folder / f"{runner_id}.lock"
