"""Tells failures of the database from mistakes of a statement, and turns the former into product errors.

What a statement did wrong (a constraint, a missing table) is not among them: that stays the driver's error.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from kit.disk import DiskFullError, is_disk_full
from kit.errors import DependencyCategory, DependencyError

SQLITE_PRIMARY_CODE = 0xFF
"""The part of SQLite's extended error codes that says busy; the rest says why."""
_SQLITE_TROUBLE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)
_POSTGRES_TROUBLE = ("08", "53", "57P", "58")
"""Beginnings of SQLSTATE: connection lost, out of resources, shut down or starting, trouble of its system."""


class DatabaseUnreachableError(DependencyError):
    """The database does not answer, or cannot write; what was asked of it did not happen."""

    code = "database_unreachable"
    http_status = 503

    def __init__(self, message: str = "The database does not answer; try again in a moment.") -> None:
        super().__init__(message, category=DependencyCategory.CONNECTIVITY, retryable=True)


STORAGE_FAULTS = (DiskFullError, DatabaseUnreachableError)
"""What passes by itself, or once somebody makes room: worth another try."""


@contextmanager
def told_as_fault(*, is_connecting: bool = False, has_timeout: bool = False) -> Iterator[None]:
    """Turn the database's own trouble inside the block into one of `STORAGE_FAULTS`; other errors pass as they are.

    Args:
        is_connecting: A connection is made, when drivers raise what the system told them.
        has_timeout: The driver itself gives up on a statement, and raises `TimeoutError`.

    Raises:
        DatabaseUnreachableError: It does not answer, or cannot write just now.
        DiskFullError: It has no room to write.
    """
    try:
        yield
    except Exception as error:
        fault = _fault_of(error, is_connecting=is_connecting, has_timeout=has_timeout)
        if fault is not None:
            raise fault from error
        raise


def _fault_of(error: BaseException, *, is_connecting: bool, has_timeout: bool) -> DependencyError | None:
    if isinstance(error, STORAGE_FAULTS):
        return None
    if is_disk_full(error):
        return DiskFullError()
    is_silent = (is_connecting and isinstance(error, OSError)) or (has_timeout and isinstance(error, TimeoutError))
    return DatabaseUnreachableError() if is_silent or _is_unreachable(error) else None


def _is_unreachable(error: BaseException) -> bool:
    if isinstance(error, PoolTimeoutError):
        return True
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or (error.orig is not None and _is_trouble(error.orig))
    return _is_trouble(error)


def _is_trouble(error: BaseException) -> bool:
    if isinstance(error, sqlite3.Error) and hasattr(error, "sqlite_errorcode"):
        return error.sqlite_errorcode & SQLITE_PRIMARY_CODE in _SQLITE_TROUBLE
    return str(getattr(error, "sqlstate", None) or "").startswith(_POSTGRES_TROUBLE)
