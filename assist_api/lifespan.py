"""Start and stop order of the server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

import kb
from assist_api.accounts.service import AccountService
from assist_api.composition import Services, build_services
from assist_api.migrations import runner
from assist_api.settings import AssistSettings

DEMO_PACKS = Path(kb.__file__).parent / "demo"
HOUSEKEEPING_SECONDS = 3600.0
log = structlog.get_logger(__name__)


@asynccontextmanager
async def running_services(
    settings: AssistSettings, show_first_password: Callable[[str], None] = lambda _password: None
) -> AsyncIterator[Services]:
    """Build, start and, whatever happens, close the parts.

    Args:
        settings: Of this server.
        show_first_password: Called at the first start with the administrator's generated password; it is kept
            nowhere else.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    services = build_services(settings)
    try:
        await runner.upgrade(services.database)
        await _create_first_admin(services, show_first_password)
        yield services
    finally:
        services.health.set_ready(False)
        await services.aclose()


async def _create_first_admin(services: Services, show: Callable[[str], None]) -> None:
    given = services.settings.initial_admin_password
    async with services.database.session() as session:
        accounts = AccountService(session, services.clock)
        generated = await accounts.create_first_admin(None if given is None else given.get_secret_value())
    if generated is not None:
        show(generated)
