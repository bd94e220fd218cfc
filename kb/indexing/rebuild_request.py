"""A wish for a rebuild, left as a file where the process that may write the index finds it.

The command line cannot rebuild an index that a running server holds. Whoever may write the data folder may ask; the
file goes away only after a rebuild succeeded, so that a kill in between does not lose the wish.
"""

from __future__ import annotations

import uuid
from pathlib import Path

from kit.files import write_atomically

_FILE = "REBUILD"


class RebuildRequest:
    """The wish beside one index. Methods block for a moment only."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / _FILE

    def make(self) -> str:
        """Ask for a rebuild; return the mark by which `is_pending` knows it."""
        mark = uuid.uuid4().hex
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with write_atomically(self._file) as file:
            file.write(mark.encode("ascii"))
        return mark

    def pending(self) -> str | None:
        """Return the mark of the wish that waits, None when there is none."""
        try:
            return self._file.read_text(encoding="ascii")
        except FileNotFoundError:
            return None

    def settle(self, mark: str) -> None:
        """Note that this wish was fulfilled; a newer one stays."""
        if self.pending() == mark:
            self._file.unlink(missing_ok=True)
