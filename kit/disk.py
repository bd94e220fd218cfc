"""Recognises a full disk in the errors of the system, of a database or of a library."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from kit.errors import DependencyCategory, DependencyError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_POSTGRES_DISK_FULL = "53100"
_PRIMARY_CODE = 0xFF
_WORDS = ("no space left", "disk is full", "disk quota exceeded")
"""tantivy and usearch hand on what the system said, as text."""


class DiskFullError(DependencyError):
    """There is no room on the disk; what was to be written is not there, what was there still is."""

    code = "disk_full"
    http_status = 503

    def __init__(self, message: str = "The disk is full; free some space and try again.") -> None:
        super().__init__(message, category=DependencyCategory.OVERLOADED, retryable=True)


def is_disk_full(error: BaseException | None) -> bool:
    """Tell whether an error, or what it came from, is a full disk."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if _is_disk_full(error):
            return True
        original = getattr(error, "orig", None)
        error = original if isinstance(original, BaseException) else error.__cause__
    return False


def _is_disk_full(error: BaseException) -> bool:
    if isinstance(error, DiskFullError):
        return True
    if isinstance(error, OSError):
        return error.errno in _FULL
    if isinstance(error, sqlite3.Error) and hasattr(error, "sqlite_errorcode"):
        return error.sqlite_errorcode & _PRIMARY_CODE == sqlite3.SQLITE_FULL
    if getattr(error, "sqlstate", None) == _POSTGRES_DISK_FULL:
        return True
    said = str(error).lower()
    return any(words in said for words in _WORDS)


@contextmanager
def told_when_full() -> Iterator[None]:
    """Turn any sign of a full disk inside the block into `DiskFullError`; other errors pass as they are.

    Raises:
        DiskFullError: There was no room.
    """
    try:
        yield
    except Exception as error:
        if is_disk_full(error) and not isinstance(error, DiskFullError):
            raise DiskFullError from error
        raise
