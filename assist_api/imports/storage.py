"""Where files of an import lie until they are published: `<data_dir>/imports/<import id>/<file id>`.

All methods block on the disk; call them from an executor.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import structlog

from kit.files import write_atomically

_COPY_BYTES = 1 << 20
_UNPACKING = ".unpacking"
log = structlog.get_logger(__name__)


class ImportStore:
    """The folder of files that wait; names that people gave never become paths."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, import_id: UUID, file_id: UUID) -> Path:
        """Return where a file lies."""
        return self._root / str(import_id) / str(file_id)

    def put(self, import_id: UUID, file_id: UUID, stream: BinaryIO) -> None:
        """Take a file in; it is there whole or not at all.

        Raises:
            OSError: The disk did not take it; nothing is left of it.
        """
        target = self.path(import_id, file_id)
        target.parent.mkdir(parents=True, exist_ok=True)
        with write_atomically(target) as sink:
            shutil.copyfileobj(stream, sink, _COPY_BYTES)

    def unpacking_folder(self, import_id: UUID) -> Path:
        """Return an empty folder for the files of an archive."""
        folder = self._root / str(import_id) / _UNPACKING
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def adopt(self, import_id: UUID, unpacked: Path, file_id: UUID) -> None:
        """Move an unpacked file to its place."""
        unpacked.replace(self.path(import_id, file_id))

    def discard_file(self, import_id: UUID, file_id: UUID) -> None:
        """Remove a file."""
        self.path(import_id, file_id).unlink(missing_ok=True)

    def discard(self, import_id: UUID) -> None:
        """Remove every file of an import."""
        shutil.rmtree(self._root / str(import_id), ignore_errors=True)

    def sweep(self, kept: Iterable[UUID]) -> None:
        """Remove folders of imports that are over."""
        names = {str(import_id) for import_id in kept}
        for folder in self._root.iterdir() if self._root.is_dir() else ():
            if folder.name not in names:
                log.info("import_files_swept", folder=folder.name)
                shutil.rmtree(folder, ignore_errors=True)
