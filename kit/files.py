"""Files that appear whole or not at all, and that are on the disk once a function returns."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

UNFINISHED_SUFFIX = ".tmp"
"""Ends the name of a file that is being written; a kill may leave one (`remove_unfinished`)."""


@contextmanager
def replace_atomically(target: Path) -> Iterator[Path]:
    """Yield the path of a file to write beside `target`; when the block ends well it takes the place of `target`.

    For libraries that open files themselves. The file and its folder are synced first: after a power cut there is
    the old file or the whole new one. Where the block fails, the old file stays and nothing is left beside it.

    Raises:
        OSError: The disk did not take it.
    """
    fresh = target.with_name(f".{target.name}.{uuid4().hex[:12]}{UNFINISHED_SUFFIX}")
    try:
        yield fresh
        sync_file(fresh)
        fresh.replace(target)
        sync_folder(target.parent)
    finally:
        fresh.unlink(missing_ok=True)


@contextmanager
def write_atomically(target: Path) -> Iterator[BinaryIO]:
    """Yield a file to write; when the block ends well it takes the place of `target`, as `replace_atomically`.

    Raises:
        OSError: The disk did not take it.
    """
    with replace_atomically(target) as fresh, fresh.open("xb") as file:
        yield file


def keep_private(folder: Path) -> None:
    """Make a folder that only its owner enters, or take the rights of others away; also on the files right in it.

    Files that others own are left as they are. On file systems without such rights nothing changes.

    Raises:
        OSError: The folder is not there and cannot be made.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(OSError):
        folder.chmod(0o700)
    for file in folder.iterdir():
        if file.is_file() and not file.is_symlink():
            with suppress(OSError):
                file.chmod(file.stat().st_mode & 0o700)


def remove_unfinished(target: Path) -> None:
    """Remove what kills left beside `target`; for its only writer, while it does not write."""
    for leftover in target.parent.glob(f".{glob.escape(target.name)}.*{UNFINISHED_SUFFIX}"):
        leftover.unlink(missing_ok=True)


def sync_file(file: Path) -> None:
    """Wait until the contents of a file are on the disk."""
    with file.open("rb+") as written:
        os.fsync(written.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
