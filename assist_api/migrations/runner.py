"""Brings a database to the newest schema, one process at a time and all or nothing."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from kit.db import SQLITE_BUSY_TIMEOUT_MS, Database
from kit.errors import MisconfiguredError

TURN_TIMEOUT_SECONDS = 120
"""How long a process waits while another one migrates: a slow machine takes a minute for all of it."""
LOCK_TIMEOUT_SECONDS = 10
"""A migration that cannot get the lock of a table gives up instead of stopping everyone queued behind it."""
_ADVISORY_LOCK = 7_295_518_001
"""Arbitrary, the same for every process of ours."""


def config() -> Config:
    """Return Alembic's configuration; no ini file is needed at run time."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    return made


def newest_revision() -> str | None:
    """Return the one head of the history."""
    return ScriptDirectory.from_config(config()).get_current_head()


def is_known(revision: str) -> bool:
    """Tell whether the revision is part of this version's history."""
    return revision in {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}


async def current_revision(database: Database) -> str | None:
    """Return the revision the database is at, None when it is empty."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(_current_revision)


async def upgrade(database: Database) -> None:
    """Apply what is missing, in one transaction, while holding a lock against other processes.

    Raises:
        MisconfiguredError: The database was written by a newer version of the product.
    """
    async with database.unhurried() as connection:
        await connection.run_sync(take_lock)
        await connection.run_sync(_upgrade)
        await connection.commit()


def take_lock(connection: Connection) -> None:
    """Hold the migration lock until the transaction ends."""
    if connection.dialect.name == "sqlite":
        # The driver begins no transaction before DDL by itself; this one also keeps other writers out.
        connection.exec_driver_sql(f"PRAGMA busy_timeout={TURN_TIMEOUT_SECONDS * 1000}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.exec_driver_sql(f"PRAGMA busy_timeout={SQLITE_BUSY_TIMEOUT_MS}")
    else:
        connection.execute(text(f"SET LOCAL lock_timeout = '{TURN_TIMEOUT_SECONDS}s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ADVISORY_LOCK})
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_SECONDS}s'"))


def _current_revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection) -> None:
    current = _current_revision(connection)
    if current is not None and not is_known(current):
        raise MisconfiguredError(
            f"The database is at revision {current}, which this version does not know. "
            "Start the newer version again, or restore a backup made before it.",
            code="database_too_new",
        )
    made = config()
    made.attributes["connection"] = connection
    command.upgrade(made, "head")
