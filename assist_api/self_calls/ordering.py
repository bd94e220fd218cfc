"""Orders a self-call from another process than the server's, and waits for what comes of it."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from sqlalchemy import select

from assist_api.self_calls.models import MAKE, SelfCallRow
from assist_api.settings import AssistSettings
from kit.clock import SystemClock
from kit.db import Database
from kit.errors import DependencyCategory, DependencyError
from kit.jobs import JobQueue

WAIT_SECONDS = 300.0
_POLL_SECONDS = 0.5


class SelfCallNotMadeError(DependencyError):
    """No server made the call in time."""

    code = "self_call_not_made"
    http_status = 503


async def order_and_wait(settings: AssistSettings) -> tuple[list[dict[str, Any]], str | None, str]:
    """Return the steps that succeeded, the one that failed and what was found there.

    Raises:
        SelfCallNotMadeError: No server that follows an exchange of ours runs on this database.
    """
    clock = SystemClock()
    database = Database(settings.effective_database_url)
    try:
        ordered_at = clock.now()
        async with database.session() as session:
            await JobQueue(clock).enqueue(session, MAKE, {}, unique_key="self")
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                while (row := await _find(database, ordered_at)) is None:
                    await clock.sleep(_POLL_SECONDS)
        except TimeoutError as error:
            raise SelfCallNotMadeError(
                "No server made the call. Start one on this database that follows the exchange: tingzhi serve --pbx.",
                category=DependencyCategory.TIMEOUT,
                retryable=True,
            ) from error
        return row.steps, row.failed_step, row.detail
    finally:
        await database.aclose()


async def _find(database: Database, since: datetime) -> SelfCallRow | None:
    async with database.session() as session:
        newest = select(SelfCallRow).where(SelfCallRow.ended_at >= since).order_by(SelfCallRow.began_at.desc())
        return (await session.scalars(newest.limit(1))).first()
