from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import MetaData, select
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
