"""Engine, sessions and the declarative base every room's tables share."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, MetaData, event
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from kit.db_faults import SQLITE_PRIMARY_CODE, told_as_fault

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


SQLITE_BUSY_TIMEOUT_MS = 10_000
"""How long a connection waits for another one's transaction; covers a bulk import in another process."""

WRITE_AHEAD_LOG_ATTEMPTS = 10
"""How often a connection to a new file tries to change it to WAL while others do the same; each try waits its turn."""

CONNECT_TIMEOUT_SECONDS = 5.0
STATEMENT_TIMEOUT_SECONDS = 60.0
"""For PostgreSQL: how long a connection may take, and an answer; a server that hangs must not hold askers for ever."""


class Base(DeclarativeBase):
    """Declarative base with stable constraint names (Alembic needs them on SQLite)."""

    metadata = MetaData(naming_convention=NAMING)


class UTCDateTime(TypeDecorator[datetime]):
    """A timezone-aware UTC datetime on every database; SQLite alone would give it back naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Reject naive values and store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime reached the database; use Clock.now()")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware UTC value."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """Owns the engine; sessions come from `session()`, one per request, job or call event."""

    def __init__(self, url: str, *, echo: bool = False) -> None:
        self.url = make_url(url)
        self.engine = self._make_engine(echo=echo, statement_timeout_seconds=STATEMENT_TIMEOUT_SECONDS)
        self.session_info: dict[str, Any] = {}
        """Copied into the `info` of every session: what code that only has a session may need of this process."""
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False, info=self.session_info)
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)

    def _make_engine(self, *, statement_timeout_seconds: float | None, echo: bool = False) -> AsyncEngine:
        times = {"timeout": CONNECT_TIMEOUT_SECONDS, "command_timeout": statement_timeout_seconds}
        return create_async_engine(
            self.url,
            echo=echo,
            pool_pre_ping=not self.is_sqlite,
            connect_args={} if self.is_sqlite else times,
            # What callers said would stand in the text of every error, and so in the log.
            hide_parameters=True,
        )

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.url.get_backend_name() == "sqlite"

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """Yield a session that commits when the block ends well and rolls back otherwise.

        Raises:
            DatabaseUnreachableError: It does not answer, or cannot write just now.
            DiskFullError: It has no room to write.
        """
        async with self._sessions() as session:
            if not self.is_sqlite:
                with told_as_fault(is_connecting=True):
                    await session.connection()
            with told_as_fault(has_timeout=not self.is_sqlite):
                try:
                    yield session
                    await session.commit()
                except BaseException:
                    await session.rollback()
                    raise

    @asynccontextmanager
    async def unhurried(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection whose statements may take as long as they need: a migration of large tables."""
        if self.is_sqlite:
            async with self.engine.connect() as connection:
                yield connection
            return
        engine = self._make_engine(statement_timeout_seconds=None)
        try:
            async with engine.connect() as connection:
                yield connection
        finally:
            await engine.dispose()

    async def aclose(self) -> None:
        """Close every connection; safe to call twice."""
        await self.engine.dispose()


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401  # debt: DBAPI has no type
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={SQLITE_BUSY_TIMEOUT_MS}")
    _use_write_ahead_log(cursor)
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _use_write_ahead_log(cursor: Any) -> None:  # noqa: ANN401  # debt: DBAPI has no type
    # WAL lets readers go on while a call event commits. A new file is changed to it once, and SQLite does that by
    # raising a read lock to a write lock, where it gives up at once instead of waiting: so the waiting is done by a
    # transaction that has no read lock to raise.
    for _ in range(WRITE_AHEAD_LOG_ATTEMPTS - 1):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & SQLITE_PRIMARY_CODE != sqlite3.SQLITE_BUSY:
                raise
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("ROLLBACK")
        else:
            return
    cursor.execute("PRAGMA journal_mode=WAL")
