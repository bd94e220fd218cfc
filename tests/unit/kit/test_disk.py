from __future__ import annotations

import errno
import sqlite3

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import StaticPool

from kit.disk import DiskFullError, is_disk_full, told_when_full

pytestmark = pytest.mark.unit


class PostgresDiskFull(Exception):
    sqlstate = "53100"


def sqlite_full() -> sqlite3.OperationalError:
    with sqlite3.connect(":memory:") as connection:
        connection.execute("PRAGMA max_page_count = 2")
        connection.execute("CREATE TABLE t (x)")
        with pytest.raises(sqlite3.OperationalError) as raised:
            connection.execute("INSERT INTO t VALUES (zeroblob(100000))")
    connection.close()
    return raised.value


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        ValueError("An IO error occurred: 'No space left on device (os error 28)'"),
        PostgresDiskFull("could not extend file"),
        DiskFullError(),
        sqlite_full(),
        OperationalError("INSERT", {}, sqlite_full()),
        OperationalError("INSERT", {}, PostgresDiskFull("could not extend file")),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_full_disk_is_recognised_whoever_says_so(error: Exception):
    assert is_disk_full(error)
    with pytest.raises(DiskFullError), told_when_full():
        raise error


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.EACCES, "Permission denied"),
        sqlite3.OperationalError("database is locked"),
        ValueError("no"),
        None,
    ],
    ids=repr,
)
def test_other_errors_are_left_as_they_are(error: Exception | None):
    assert not is_disk_full(error)
    if error is not None:
        with pytest.raises(type(error)), told_when_full():
            raise error


def test_what_an_error_came_from_counts():
    error = RuntimeError("could not be written")
    error.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    assert is_disk_full(error)


def test_sqlalchemy_hands_on_what_sqlite_says():
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.connect() as connection:
        connection.execute(text("PRAGMA max_page_count = 2"))
        connection.execute(text("CREATE TABLE t (x)"))
        with pytest.raises(DiskFullError), told_when_full():
            connection.execute(text("INSERT INTO t VALUES (zeroblob(100000))"))
    engine.dispose()
