"""Start and stop order of the server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from assist_api.composition import Services, build_services
from assist_api.settings import AssistSettings


@asynccontextmanager
async def running_services(settings: AssistSettings) -> AsyncIterator[Services]:
    """Build, start and, whatever happens, close the parts."""
    services = build_services(settings)
    try:
        yield services
    finally:
        await services.aclose()
