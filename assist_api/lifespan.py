"""Start and stop of an application: its data folder, its tables, its modules."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from assist_api.http.application import Application
from assist_api.migrations import runner
from kit.files import keep_private
from kit.tasks import TaskSupervisor


@asynccontextmanager
async def running(application: Application) -> AsyncIterator[Application]:
    """Start an application whole and, whatever happens, close it.

    Raises:
        MisconfiguredError: A setting cannot be used, a model is missing or the database is too new.
    """
    async with _started(application):
        await application.warm_up()
        yield application


@asynccontextmanager
async def accepting(
    application: Application, stop: Callable[[Exception], None] = lambda _error: None
) -> AsyncIterator[Application]:
    """Start an application so far that it accepts connections; its models are loaded behind that.

    Args:
        application: Built, not started.
        stop: Called with what ended the loading; the server has no use then and should end.

    Raises:
        MisconfiguredError: A setting cannot be used or the database is too new.
    """
    background = TaskSupervisor("warm-up")

    async def warm_up() -> None:
        try:
            await application.warm_up()
        except Exception as error:
            stop(error)
            raise

    async with _started(application):
        background.start(warm_up(), name="application")
        try:
            yield application
        finally:
            await background.aclose()


@asynccontextmanager
async def _started(application: Application) -> AsyncIterator[None]:
    keep_private(application.settings.data_dir)
    try:
        await runner.upgrade(application.database)
        await application.start()
        yield
    finally:
        await application.aclose()
