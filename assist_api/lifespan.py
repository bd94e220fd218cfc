"""Start and stop of an application: its data folder, its tables, its modules."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from assist_api.http.application import Application
from assist_api.migrations import runner


@asynccontextmanager
async def running(application: Application) -> AsyncIterator[Application]:
    """Start an application and, whatever happens, close it.

    Raises:
        MisconfiguredError: A setting cannot be used, a model is missing or the database is too new.
    """
    application.settings.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        await runner.upgrade(application.database)
        await application.start()
        yield application
    finally:
        await application.aclose()
