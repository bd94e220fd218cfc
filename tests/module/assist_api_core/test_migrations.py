from __future__ import annotations

import asyncio

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from assist_api.migrations import runner
from assist_api.migrations.tables import metadata
from kit.db import Database
from kit.errors import MisconfiguredError

pytestmark = pytest.mark.module


def test_history_has_one_head() -> None:
    assert len(ScriptDirectory.from_config(runner.config()).get_heads()) == 1


def differences(connection: Connection) -> list[object]:
    options = {"compare_type": True, "compare_server_default": True}
    return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


async def test_migrated_database_equals_the_models(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    await runner.upgrade(database)
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    assert await runner.current_revision(database) == runner.newest_revision()
    await database.aclose()


async def test_migrating_twice_at_the_same_time_is_safe(empty_database_url: str) -> None:
    one, other = Database(empty_database_url), Database(empty_database_url)
    await asyncio.gather(runner.upgrade(one), runner.upgrade(other))
    assert await runner.current_revision(one) == runner.newest_revision()
    await one.aclose()
    await other.aclose()


async def test_migrations_can_be_taken_back(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    await runner.upgrade(database)

    def downgrade(connection: Connection) -> list[str]:
        config = runner.config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        return inspect(connection).get_table_names()

    async with database.engine.begin() as connection:
        assert await connection.run_sync(downgrade) == ["alembic_version"]
    await database.aclose()


async def test_database_of_a_newer_version_is_refused(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    await runner.upgrade(database)
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(MisconfiguredError, match="revision 9999"):
        await runner.upgrade(database)
    await database.aclose()
