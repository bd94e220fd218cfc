"""A SQLite database with as much room as a test gives it: beyond that it says what it says on a full disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event

from kit.db import Database

PLENTY = 1_000_000


def create_with_small_pages(file: Path) -> None:
    """Create the file with pages so small that nothing finds room in one that is there."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA page_size = 512")
        connection.execute("CREATE TABLE smallest (page INTEGER)")


@contextmanager
def full(database: Database, *, pages: int = 1) -> Iterator[None]:
    """Let the file grow to no more than so many pages until the block ends; what is there stays."""

    room = pages

    def leave_room(connection: Any, *_: object) -> None:  # noqa: ANN401  # rejected: the driver has no type
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA max_page_count = {room}")
        cursor.close()

    event.listen(database.engine.sync_engine, "checkout", leave_room)
    try:
        yield
    finally:
        # Connections remember their limit, so the next checkout must lift it.
        room = PLENTY
