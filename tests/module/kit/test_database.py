import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import MetaData, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kit.db import Database, UTCDateTime

pytestmark = pytest.mark.module


class Base(DeclarativeBase):
    metadata = MetaData()  # its own, so that the product's migrations never see this table


class Moment(Base):
    __tablename__ = "test_moments"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


@pytest.fixture
async def database(database_url: str):
    database = Database(database_url)
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield database
    await database.aclose()


async def test_time_comes_back_aware_in_utc(database: Database):
    beijing = datetime(2026, 3, 1, 8, 30, tzinfo=timezone(timedelta(hours=8)))
    async with database.session() as session:
        session.add(Moment(id=1, at=beijing))
    async with database.session() as session:
        stored = (await session.scalars(select(Moment))).one()
    assert stored.at == datetime(2026, 3, 1, 0, 30, tzinfo=UTC)
    assert stored.at.tzinfo is UTC


async def test_naive_time_is_refused(database: Database):
    with pytest.raises(Exception, match="naive datetime"):
        async with database.session() as session:
            session.add(Moment(id=1, at=datetime(2026, 3, 1)))  # noqa: DTZ001  # rejected: the case under test


async def test_failed_block_leaves_nothing(database: Database):
    with pytest.raises(LookupError):
        async with database.session() as session:
            session.add(Moment(id=1, at=datetime.now(UTC)))
            await session.flush()
            raise LookupError
    async with database.session() as session:
        assert (await session.scalars(select(Moment))).all() == []


async def test_a_new_file_that_another_process_is_writing_is_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "new.sqlite"
    database = Database(f"sqlite+aiosqlite:///{file}")

    async def journal_mode() -> str:
        async with database.engine.connect() as connection:
            return str(await connection.scalar(text("PRAGMA journal_mode")))

    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("CREATE TABLE written (id INTEGER)")
        waiting = asyncio.create_task(journal_mode())
        await asyncio.sleep(0.3)
        assert not waiting.done()
        other.execute("COMMIT")
        assert await waiting == "wal"
    await database.aclose()
