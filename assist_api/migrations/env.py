"""Alembic environment: runs on a connection that `runner` hands over, or opens one for the `alembic` command."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from assist_api.migrations.runner import take_lock
from assist_api.migrations.tables import metadata
from assist_api.settings import AssistSettings
from kit.db import Database, UTCDateTime


def render_item(kind: str, item: Any, _autogen: AutogenContext) -> str | Literal[False]:  # noqa: ANN401  # rejected: Alembic's
    """Write our own types as what they are in the database, so that old migrations outlive our classes."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run_on(connection: Connection) -> None:
    """Run the migrations inside the connection's transaction."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_item=render_item,
        render_as_batch=True,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def run_from_command_line() -> None:
    """Serve the `alembic` command."""
    database = Database(AssistSettings.load().effective_database_url)
    async with database.engine.connect() as connection:
        await connection.run_sync(take_lock)
        await connection.run_sync(run_on)
        await connection.commit()
    await database.aclose()


if (handed_over := context.config.attributes.get("connection")) is not None:
    run_on(handed_over)
else:
    asyncio.run(run_from_command_line())
